"""Forms of scenarios."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from approvals.scenarios.funding import Place
from bids.models import Bid
from grants import money
from grants.forms import Form, MoneyField
from grants.layout import Cells


class ScenarioForm(Form):
    """A new scenario."""

    name = forms.CharField(label="Name of the scenario", max_length=80, help_text="For example, “More for the east”.")


class LineForm(Form):
    """Where the funding line of a scenario is drawn."""

    places = forms.IntegerField(
        label="Draw the line below this many bids",
        min_value=0,
        max_value=99_999,
        help_text=(
            "Bids above the line are funded at the amount asked for and the others are not funded. "
            "This replaces what you set for each bid."
        ),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
    )


class ScenarioRowForm(Form):
    """What a scenario does with one of the bids on a page; `asked` is the amount asked for, in pounds."""

    pieces = (Cells("place", "amount"),)
    label_class = "govuk-visually-hidden"
    # An empty amount is what was asked for, and every line would say so.
    may_be_incomplete = True

    place = forms.ChoiceField(
        label="Place",
        choices=[(Place.FUND, "Fund"), (Place.RESERVE, "Reserve list"), (Place.NONE, "Do not fund")],
        widget=forms.Select,
    )
    amount = MoneyField(label="Amount", required=False)

    def __init__(self, *args: Any, bid: Bid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = bid.amount
        self.fields["place"].label = f"{bid.source_reference} in the scenario"
        self.fields["amount"].label = f"Amount for {bid.source_reference}, in pounds"

    def clean_amount(self) -> Decimal:
        amount: Decimal | None = self.cleaned_data["amount"]
        if amount is not None and amount > self.asked:
            raise forms.ValidationError(f"Amount must be no more than the {money.pounds(self.asked)} asked for")
        return self.asked if amount is None else amount

    @property
    def answer(self) -> tuple[Place, Decimal]:
        """The place of the bid, and its amount in pounds."""
        return Place(self.cleaned_data["place"]), self.cleaned_data["amount"]
