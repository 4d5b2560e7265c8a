"""The form that proposes a carry-over."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from approvals.models import Award, SingleTenderAction
from grants import money, years
from grants.forms import Form, MoneyField, text_area
from grants.models import UNALLOCATED, Round


class CarryOverForm(Form):
    """What is carried over, from which year, how much and why. `of` gives a grant, a line, a contract, or None."""

    of = forms.TypedChoiceField(label="Money of", empty_value=None)
    source = forms.TypedChoiceField(
        label="From", coerce=years.slot_of, help_text="It goes to the next financial year of the round."
    )
    amount = MoneyField(label="Amount")
    reason = text_area("Reason", rows=3)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = list(round.lines.all())
        grants = list(Award.objects.live().exclude(state=Award.State.REFUSED).filter(round=round).select_related("bid"))
        contracts = list(SingleTenderAction.objects.live().filter(round=round))
        by_reference: dict[str, Any] = {line.reference: line for line in lines}
        by_reference |= {each.reference: each for each in grants}
        by_reference |= {each.reference: each for each in contracts}
        names = [(line.reference, f"{line.label}, {money.pounds(line.amount)}") for line in lines]
        names += [(each.reference, f"{each.bid.title}, {money.pounds(each.amount)}") for each in grants]
        names += [(each.reference, f"{each.title}, {money.pounds(each.amount)}") for each in contracts]
        of = cast(forms.TypedChoiceField, self.fields["of"])
        of.choices, of.coerce = [("", ""), *names, ("none", UNALLOCATED)], by_reference.get
        left = [slot.label for slot in round.slots if years.next_slot(slot) in round.slots]
        cast(forms.TypedChoiceField, self.fields["source"]).choices = [("", ""), *((each, each) for each in left)]

    def terms(self) -> dict[str, Any]:
        """Return what was entered as the transition takes it, once the form is valid."""
        return {name: self.cleaned_data[name] for name in ("of", "source", "amount", "reason")}
