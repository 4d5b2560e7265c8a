"""Forms of scenarios."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from approvals.scenarios.funding import Place
from grants import money
from grants.forms import Form, MoneyField


class ScenarioForm(Form):
    """A new scenario."""

    name = forms.CharField(label="Name of the scenario", max_length=80, help_text="For example, “More for the east”.")


class LineForm(Form):
    """Where the funding line of a scenario is drawn."""

    places = forms.IntegerField(label="Draw the line below this many bids", min_value=0, max_value=99_999)


class ScenarioRowForm(Form):
    """What a scenario does with one of the bids on a page; `asked` is the amount asked for, in pounds."""

    place = forms.ChoiceField(
        label="Place",
        choices=[(Place.FUND, "Fund"), (Place.RESERVE, "Reserve list"), (Place.NONE, "Do not fund")],
        widget=forms.Select,
    )
    amount = MoneyField(label="Amount", required=False)

    def __init__(self, *args: Any, asked: Decimal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked

    def clean_amount(self) -> Decimal:
        amount: Decimal | None = self.cleaned_data["amount"]
        if amount is not None and amount > self.asked:
            raise forms.ValidationError(f"Amount must be no more than the {money.pounds(self.asked)} asked for")
        return self.asked if amount is None else amount

    @property
    def answer(self) -> tuple[Place, Decimal]:
        """The place of the bid, and its amount in pounds."""
        return Place(self.cleaned_data["place"]), self.cleaned_data["amount"]
