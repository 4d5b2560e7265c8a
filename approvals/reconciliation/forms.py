"""The form of what is imagined as refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from approvals.reconciliation.whatif import Item
from grants import money
from grants.forms import Checkboxes, Form


class RefusedForm(Form):
    """Items to imagine as refused. `decision` is the reference of the paper that asks for them, where there is one."""

    asked = forms.CharField(widget=forms.HiddenInput, initial="1")
    decision = forms.CharField(widget=forms.HiddenInput, required=False)
    refused = forms.MultipleChoiceField(
        label="Refused", widget=Checkboxes, error_messages={"required": "Select at least one item"}
    )

    def __init__(self, *args: Any, items: Iterable[Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        refused = self.fields["refused"]
        assert isinstance(refused, forms.ChoiceField)
        refused.choices = [(item.reference, f"{item.label}, {money.pounds(item.amount)}") for item in items]
        if not self.initial.get("decision"):
            del self.fields["decision"]
