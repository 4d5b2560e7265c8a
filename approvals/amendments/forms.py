"""The form that changes a settled grant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from approvals.models import Award
from grants import money
from grants.forms import Form, MoneyField, text_area
from grants.models import Round
from grants.year_fields import YearsField, ask_years


class AmendForm(Form):
    award = forms.ModelChoiceField(label="Grant", queryset=Award.objects.none(), empty_label="Choose a grant")
    amount = MoneyField(label="New amount")
    profile = YearsField()
    reason = text_area("Reason", rows=3, longest=2000, hint="This is not printed. It is recorded in the audit trail.")

    def __init__(self, *args: Any, round: Round, grants: Sequence[Award], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_years(self, round, if_empty="the last years bear a cut, and the last one takes an increase")
        award = self.fields["award"]
        assert isinstance(award, forms.ModelChoiceField)
        award.queryset = Award.objects.filter(pk__in=[each.pk for each in grants])
        award.to_field_name = "reference"
        award.choices = [
            ("", "Choose a grant"),
            *((each.reference, f"{each.bid.title}, {money.pounds(each.amount)}") for each in grants),
        ]
