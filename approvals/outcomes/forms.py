"""The forms of the page of outcomes: one line for each bid, and the same words for several of them."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import QueryDict

from approvals.outcomes.reading import Row
from bids.models import PanelOutcome
from bids.panel.closing import Agreed, why_not_recommended
from grants.forms import Form, VersionedForm, text_area
from grants.formulas import no_formula
from grants.layout import Cells

GROUPS = {
    "funded": "Recommended bids",
    "failed": "Rejected bids that failed a gate",
    "not_funded": "Other rejected bids",
}
_REDIRECT = PanelOutcome.Verdict.REDIRECT


class OutcomeLine(VersionedForm):
    """The outcome of one bid, one line of many. A bid without an outcome stays open."""

    pieces = (Cells("verdict", "reason", "destination"),)
    label_class = "app-outcomes__label"
    # A line without an answer is left for later.
    may_be_incomplete = True

    verdict = forms.ChoiceField(
        choices=[("", "Leave open"), *PanelOutcome.Verdict.choices], required=False, widget=forms.Select
    )
    reason = text_area("Reason", rows=2, required=False, longest=2000, validators=[no_formula])
    destination = forms.CharField(max_length=150, required=False)

    def __init__(self, *args: Any, row: Row, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        reference = row.bid.source_reference
        self.fields["verdict"].label = f"Outcome of {reference}"
        self.fields["reason"].label = f"Reason for {reference} that can be published"
        self.fields["destination"].label = f"Where {reference} is redirected to"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        verdict, reference = data.get("verdict"), self.row.bid.source_reference
        if verdict == PanelOutcome.Verdict.RECOMMEND and (why := why_not_recommended(self.row.gate)):
            self.add_error("verdict", f"{reference}: {why[0].lower()}{why[1:]}")
        if verdict and "reason" not in self.errors and not data.get("reason"):
            self.add_error("reason", f"Enter the reason for {reference}")
        if verdict == _REDIRECT and "destination" not in self.errors and not data.get("destination"):
            self.add_error("destination", f"Enter where {reference} is redirected to")
        return data

    @property
    def agreed(self) -> Agreed | None:
        """What the chair answered for the bid, once the line is valid; None where it stays open or as it was."""
        data = self.cleaned_data
        if not data["verdict"]:
            return None
        destination = data["destination"] if data["verdict"] == _REDIRECT else ""
        outcome = getattr(self.row.bid, "outcome", None)
        as_before = (outcome.verdict, outcome.reason, outcome.destination) if outcome else None
        if as_before == (data["verdict"], data["reason"], destination):
            return None
        kept = outcome.internal_reason if outcome else ""
        return Agreed(self.row.bid, data["verdict"], data["reason"], destination, kept, data["version"])

    @property
    def label(self) -> str:
        """The chosen outcome in words, with where the bid is redirected to, once the line is valid."""
        label = PanelOutcome.Verdict(self.cleaned_data["verdict"]).label
        redirected = self.cleaned_data["verdict"] == _REDIRECT
        return f"{label} to {self.cleaned_data['destination']}" if redirected else label

    def see_current(self) -> None:
        """Let the line apply to the bid as it is now: the person has seen that it changed."""
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("version")] = str(self.row.bid.version)
        self.data = data

    @property
    def group(self) -> str:
        """Which of GROUPS the line belongs to as it is filled in now, empty for none."""
        verdict = self["verdict"].value()
        if verdict == PanelOutcome.Verdict.RECOMMEND:
            return "funded"
        if verdict != PanelOutcome.Verdict.REJECT:
            return ""
        return "failed" if self.row.suggestion.case == "failed" else "not_funded"


class WordsForm(Form):
    """The same words for several bids. They replace the reasons on the page; nothing is saved by it."""

    group = forms.ChoiceField(label="Bids", choices=list(GROUPS.items()), widget=forms.Select)
    words = text_area("Reason that can be published", rows=2, longest=2000, validators=[no_formula])
