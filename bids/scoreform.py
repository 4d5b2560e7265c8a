"""The scorecard as a form: for each criterion a gate, a mark or both, and the reason. A draft may leave any empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from bids.criteria import Rule
from bids.models import Scorecard
from bids.panel import Given
from grants.forms import Form, Radios, text_area

LONGEST_REASON = 4000


class ScoreForm(Form):
    """One member's scorecard. `marks` is what was typed, by criterion number."""

    # A draft may leave any field empty, and a submission none: so none is called optional.
    may_be_incomplete = True

    def __init__(self, *args: Any, rules: list[Rule], card: Scorecard | None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(card), **kwargs)
        self.rules = rules
        for rule in rules:
            if rule.gate:
                self.fields[f"passed_{rule.number}"] = forms.TypedChoiceField(
                    label="Does it pass?",
                    choices=[("yes", "Yes"), ("no", "No")],
                    coerce=lambda answer: answer == "yes",
                    empty_value=None,
                    required=False,
                    widget=Radios(attrs={"inline": True}),
                )
            if rule.scored:
                self.fields[f"score_{rule.number}"] = forms.TypedChoiceField(
                    label="Mark",
                    choices=[(value, f"{value}: {meaning}") for value, meaning in rule.points],
                    coerce=int,
                    empty_value=None,
                    required=False,
                    widget=Radios,
                )
            self.fields[f"reason_{rule.number}"] = text_area("Why", rows=2, required=False, longest=LONGEST_REASON)

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """Each criterion with its bound fields, in order, for the page."""
        return [
            {
                "rule": rule,
                "fields": [
                    self[name]
                    for name in (f"{kind}_{rule.number}" for kind in ("passed", "score", "reason"))
                    if name in self.fields
                ],
            }
            for rule in self.rules
        ]

    @property
    def marks(self) -> Mapping[int, Given]:
        data = self.cleaned_data
        return {
            rule.number: Given(
                data.get(f"passed_{rule.number}"),
                data.get(f"score_{rule.number}"),
                data.get(f"reason_{rule.number}", ""),
            )
            for rule in self.rules
        }


def _initial(card: Scorecard | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for mark in card.marks.select_related("criterion") if card else ():
        number = mark.criterion.number
        found[f"passed_{number}"] = {True: "yes", False: "no", None: None}[mark.passed]
        found[f"score_{number}"] = mark.score
        found[f"reason_{number}"] = mark.reason
    return found
