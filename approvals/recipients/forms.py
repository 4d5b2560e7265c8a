"""Forms that name a recipient of a direct award."""

from __future__ import annotations

from typing import Any

from bids.intake.forms import BidForm, ask_which, check_number, name_of_organisation
from grants.bodies import Body
from grants.forms import MoneyField, VersionedForm, text_area
from grants.models import Organisation


class RecipientForm(VersionedForm):
    """An organisation that receives a part of a grant, by the rules of the recipient of a bid."""

    recipient = BidForm.base_fields["recipient"]
    register = BidForm.base_fields["register"]
    register_number = BidForm.base_fields["register_number"]
    amount = MoneyField(label="Amount", help_text="What it receives of this grant.")
    reason = text_area("Why it is chosen", rows=3, longest=2000)

    def __init__(self, *args: Any, body: Body, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.body = body
        self.fields["recipient"].required = True
        self.fields["recipient"].help_text = "The organisation to be paid."
        self.fields["recipient"].error_messages["required"] = "Enter the recipient organisation"

    def clean_recipient(self) -> str:
        return name_of_organisation(self.cleaned_data["recipient"], self.body)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["register"] = data.get("register") or Organisation.Register.NOT_STATED
        check_number(self, data)
        ask_which(self, data)
        return data
