"""Forms of the leadership's review."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from approvals.review import reviewing
from bids.fields import BidsField
from bids.models import Bid
from grants.forms import Checkboxes, Form, MoneyField, Radios, VersionedForm, text_area
from grants.layout import Reveal, Rows, Tick
from grants.models import Round
from grants.year_fields import YearsField, ask_years


class AgreeForm(Form):
    """Agree several recommended bids for the amounts that they ask for. `listed` are the bids on the page."""

    bids = BidsField(label="Bids", queryset=Bid.objects.none(), widget=Checkboxes)

    def __init__(self, *args: Any, round: Round, listed: Iterable[Bid], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ticks = [
            (bid, {"tick": Tick("bids", number, bid.reference, f"Agree {bid.title}")})
            for number, bid in enumerate(listed)
        ]
        self.pieces = [Rows("approvals/review/_bids_to_review.html", ticks, "bids")]
        field = self.fields["bids"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Bid.rows.filter(round=round, state__in=reviewing.reviewable(round))
        field.to_field_name = "reference"
        field.error_messages["required"] = "Select at least one bid"


class ReviewForm(VersionedForm):
    """Agree one bid for an amount, or send it back to the panel."""

    answer = forms.ChoiceField(
        label="What does the leadership decide?",
        choices=[("agree", "Agree the bid for this amount"), ("return", "Send back to the panel")],
        widget=Radios,
    )
    amount = MoneyField(label="Recommended amount", required=False)
    profile = YearsField()
    legal_power = forms.ChoiceField(label="Legal power", required=False, widget=Radios)
    reason = text_area(
        "Reason", rows=3, required=False, longest=2000, hint="Required if you change the amount or send the bid back."
    )

    def __init__(self, *args: Any, bid: Bid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if bid.is_direct:
            # No panel can take it back.
            answer = self.fields["answer"]
            assert isinstance(answer, forms.ChoiceField)
            answer.choices = [("agree", "Agree the award for this amount")]
            self.fields["reason"].help_text = "Required if you change the amount."
        if bid.gets_grant:
            ask_years(self, bid.round)
            ask_power(self, bid.round)
        else:
            # The budget line that carries an internal bid has the years and is made under no power for grants.
            del self.fields["profile"], self.fields["legal_power"]
        asked = [name for name in ("amount", "profile", "legal_power") if name in self.fields]
        self.pieces = (Reveal("answer", {"agree": asked}), "reason")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("answer") == "agree" and "amount" not in self.errors and not data.get("amount"):
            self.add_error("amount", "Enter the recommended amount")
        if data.get("answer") == "return" and not data.get("reason"):
            self.add_error("reason", "Enter why the bid goes back to the panel")
        return data


def ask_power(form: ReviewForm, round: Round) -> None:
    """Let a form ask for the legal power of a grant; where the body of its round has one power, it is not asked."""
    powers = round.body.powers
    if len(powers) == 1:
        del form.fields["legal_power"]
        return
    field = form.fields["legal_power"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [(power, power) for power in powers]
