"""The form of an item that a paper asks for in words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django import forms

from approvals.enums import Base, ItemKind
from approvals.items.asking import ItemContent
from approvals.models import PaperItem
from grants.forms import DayField, MoneyField, Radios, VersionedForm, text_area
from grants.formulas import no_formula
from grants.layout import Section
from grants.models import Income
from grants.printable import must_print


class ItemForm(VersionedForm):
    """What an item asks for. Which fields belong to a kind is said by `ItemRule`, and checked by the transition."""

    pieces = (
        "kind",
        Section("In the paper", "title", "wording"),
        Section("The money", "income", "amount", "percent", "percent_of", "source"),
        Section("Who and until when", "whom", "until"),
    )

    kind = forms.ChoiceField(
        label="What the paper asks for", choices=[(kind.value, kind.label) for kind in ItemKind], widget=Radios
    )
    income = forms.TypedChoiceField(
        label="Income of the round that it accepts",
        required=False,
        empty_value=None,
        help_text="Only for “Accept money”. You can then leave amount, source and name empty.",
    )
    title = forms.CharField(
        label="Name", max_length=150, validators=[must_print, no_formula], help_text="It stands in lists and tables."
    )
    wording = text_area(
        "Recommendation in your own words",
        rows=3,
        longest=2000,
        validators=[must_print],
        hint="It follows the verb, as in “accept … the second year of the grant”. "
        "The paper adds the amount, the name and the last day if you leave them out.",
    )
    amount = MoneyField(
        label="Amount",
        required=False,
        help_text="A fee, a transfer and a budget line are taken from the allocation. Other amounts are not.",
    )
    percent = forms.DecimalField(
        label="Percentage",
        required=False,
        min_value=Decimal("0.01"),
        max_value=100,
        decimal_places=2,
        help_text="Only for a fee. The amount is worked out if you leave it empty.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "decimal"}),
    )
    percent_of = forms.ChoiceField(
        label="Percentage of",
        required=False,
        choices=[("", "None"), *((base.value, base.label) for base in Base)],
    )
    source = forms.CharField(
        label="Where the amount comes from", max_length=300, required=False, validators=[must_print]
    )
    whom = forms.CharField(
        label="Who it is from, to or delegated to", max_length=150, required=False, validators=[must_print, no_formula]
    )
    until = DayField(label="Last day of a delegation", called="The last day", required=False)

    def __init__(self, *args: Any, offered: Iterable[Income], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_reference = {each.reference: each for each in offered}
        field = cast(forms.TypedChoiceField, self.fields["income"])
        field.choices = [("", "None"), *((name, f"{each}, {each.agreement}") for name, each in by_reference.items())]
        field.coerce = by_reference.get
        if not by_reference:
            del self.fields["income"]

    @property
    def content(self) -> ItemContent:
        """Return what was entered, once the form is valid."""
        names = ("kind", "title", "wording", "amount", "source", "whom", "until", "percent", "percent_of")
        content = {name: self.cleaned_data[name] for name in names}
        return ItemContent(**content, income=self.cleaned_data.get("income"))


def initial_of(item: PaperItem) -> dict[str, Any]:
    """Return the values that the form of an item begins with."""
    names = ("kind", "title", "wording", "amount", "source", "whom", "until", "percent", "percent_of", "version")
    return {name: getattr(item, name) for name in names} | {"income": item.income.reference if item.income else ""}
