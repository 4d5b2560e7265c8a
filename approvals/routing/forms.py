"""Forms of routes, approvals, payments and limits."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from django import forms

from approvals.models import Award, DelegationRule, NamedRecipient
from grants import levels, money
from grants.forms import Checkboxes, DayField, Form, MoneyField, Radios, VersionedForm, text_area, yes_no
from grants.formulas import no_formula
from grants.layout import Piece, Rows, Tick
from grants.models import Round
from grants.printable import must_print


class ApprovableForm(Form):
    """Select grants to approve; the next page checks and approves them.

    `waiting` are the grants, each with the reason why this person may not approve it, empty where they may.
    `may_approve` says whether they may approve grants at all.
    """

    awards = forms.MultipleChoiceField(
        label="Grants", widget=Checkboxes, error_messages={"required": "Select at least one grant"}
    )

    def __init__(self, *args: Any, waiting: Iterable[tuple[Award, str]], may_approve: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines: list[tuple[Any, dict[str, Piece]]] = []
        number = itertools.count()
        for award, why_not in waiting:
            tick = Tick("awards", next(number), award.reference, f"Approve {award.bid.title}") if not why_not else ""
            lines.append(((award, why_not), {"tick": tick} if tick and may_approve else {}))
        self.pieces = [Rows("approvals/routing/_awards_to_approve.html", lines, "awards")]


class MatchFundingForm(Form):
    source = forms.CharField(label="Who gives it", max_length=150, validators=[must_print, no_formula])
    amount = MoneyField(label="Amount")


class ApproveForm(Form):
    """Check your answers: the grants and the version of each that the page showed."""

    awards = forms.ModelMultipleChoiceField(
        label="Grants", queryset=Award.objects.none(), widget=forms.MultipleHiddenInput
    )
    before_payment = text_area(
        "Conditions to be met before payment",
        rows=2,
        required=False,
        longest=2000,
        hint="One on each line. Nothing can be paid until they are recorded as met.",
        validators=[no_formula],
    )
    conditions = text_area(
        "Other conditions", rows=2, required=False, longest=2000, hint="One on each line.", validators=[no_formula]
    )
    reason = text_area("Reason", rows=2, longest=2000)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["awards"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Award.objects.filter(round=round).select_related("bid__recipient", "round")
        field.to_field_name = "reference"
        field.error_messages["required"] = "Select at least one grant"


class EscalateForm(VersionedForm):
    """Send a grant up for decision."""

    reason = text_area("Reason", rows=3, longest=300)


class WithholdForm(VersionedForm):
    """Withhold the recipient of a grant from publication."""

    ground = forms.CharField(
        label="Exemption or other ground",
        max_length=300,
        help_text="It is published in place of the name. For example, Freedom of Information Act 2000, section 38.",
    )
    title = forms.CharField(label="Title to publish", max_length=150)
    purpose = text_area("Purpose to publish", rows=4, longest=2000)


class NamedField(forms.ModelChoiceField):
    """One of the named recipients of a grant, with what it receives."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.organisation.name}, which receives {money.pounds(obj.amount)}"


class PaymentForm(VersionedForm):
    """Record a payment under a grant. A grant that names its recipients one by one asks to whom it was paid."""

    named = NamedField(
        queryset=NamedRecipient.objects.none(),
        label="Paid to",
        to_field_name="reference",
        empty_label=None,
        widget=Radios,
        error_messages={"required": "Select the recipient. If it is not listed, name it first"},
    )
    amount = MoneyField(label="Amount paid")
    paid_on = DayField(label="Date of payment")
    reason = text_area(
        "Why it was paid before approval", rows=3, required=False, longest=2000, hint="Required if it was."
    )
    impact_assessed = yes_no(
        "Is the data protection impact assessment finished?",
        required=False,
        hint="Required if the project uses personal data of the public.",
    )

    def __init__(self, *args: Any, award: Award, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not award.bid.described_as:
            del self.fields["named"]
            return
        field = self.fields["named"]
        assert isinstance(field, NamedField)
        named = award.named.filter(state=NamedRecipient.State.NAMED)
        field.queryset = named.select_related("organisation")


class MeetConditionForm(VersionedForm):
    """Record that a condition is met."""

    met_on = DayField(label="Day on which it was met", called="The day on which it was met")
    evidence = text_area("What shows that it is met", rows=3, longest=2000)


class RuleForm(Form):
    """Propose a limit of delegation."""

    kind = forms.ChoiceField(label="What the limit is for", choices=DelegationRule.Kind.choices, widget=Radios)
    limit = MoneyField(label="Limit", above_zero=False, help_text="Enter 0 if nothing is delegated.")
    below = forms.CharField(
        label="Who approves below it", max_length=120, required=False, help_text="Leave this empty for a limit of 0."
    )
    at_or_above = forms.CharField(label="Who approves at or above it", max_length=120)
    further = text_area(
        "Further levels",
        rows=3,
        required=False,
        longest=2000,
        hint="One on each line, rising, like “50,000: Board of trustees; Scheme 2.2”.",
    )
    citation = forms.CharField(label="Citation", max_length=120, help_text="For example, Scheme 4.8")
    valid_from = DayField(label="In force from", called="The first day in force")
    valid_to = DayField(label="In force until", called="The last day in force", required=False)

    def clean_further(self) -> tuple[levels.Level, ...]:
        try:
            return levels.read(self.cleaned_data["further"])
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from None


class ConfirmRuleForm(Form):
    """Confirm a proposed limit."""

    verified = yes_no("Did you check the citation against the scheme?")
    reason = text_area("Reason", rows=2)
