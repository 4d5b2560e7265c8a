"""The page of outcomes as it is filled in: the lines from what is suggested, from what was sent, or ready to record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict

from approvals.outcomes.forms import OutcomeLine, WordsForm
from approvals.outcomes.reading import Row
from bids.models import PanelOutcome
from bids.panel.closing import Agreed
from grants.forms import Form
from grants.refusal import Incomplete

_FIELDS = ("verdict", "reason", "destination", "version")
CHECK, RECORD, FILL = "check", "record", "fill"


class Sheet:
    """The lines of one page of bids, the form of words for several of them, and what was asked for by `then`.

    `sent` is what the page sent, empty where it was only opened. `agreed` are the answers once all lines are right.
    """

    def __init__(self, rows: Sequence[Row], sent: QueryDict) -> None:
        # A page that is sent by the keyboard alone asks for what its main button does.
        self.step = sent.get("then", CHECK) if sent else ""
        self.top = Form(sent) if sent else Form()
        self.words = WordsForm(sent if self.step == FILL else None, prefix="all")
        self.lines: list[OutcomeLine] = []
        self.agreed: list[Agreed] = []
        if self.step in (CHECK, RECORD):
            self.lines = [OutcomeLine(sent, prefix=row.bid.reference, row=row) for row in rows]
            self._check()
        else:
            self.lines = [self._unchecked(row, sent) for row in rows]
            self._fill()

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Each message with the id of its input, for the error summary."""
        return [error for form in (*self.lines, self.words, self.top) for error in form.errors_with_links]

    def show(self, refused: Incomplete) -> None:
        """Put each refusal at its line, which then applies to the bid as it is now."""
        by_prefix = {line.prefix: line for line in self.lines}
        for place, message in refused.missing:
            reference, _, field = place.rpartition("-")
            line = by_prefix[reference]
            line.see_current()
            line.add_error(field, f"{line.row.bid.source_reference}: {message}")

    def _check(self) -> None:
        # Every line checks itself, so that all errors show at once.
        valid = [line.is_valid() for line in self.lines]
        if not all(valid):
            return
        self.agreed = [answer for line in self.lines if (answer := line.agreed)]
        if not self.agreed:
            self.top.add_error(None, "Choose an outcome for at least one bid, or change one")

    def _unchecked(self, row: Row, sent: QueryDict) -> OutcomeLine:
        start = {name: sent.get(f"{row.bid.reference}-{name}", "") for name in _FIELDS} if sent else _start(row)
        return OutcomeLine(prefix=row.bid.reference, row=row, initial=start)

    def _fill(self) -> None:
        """Put the words for several bids in the lines of their group."""
        if not (self.words.is_bound and self.words.is_valid()):
            return
        for line in self.lines:
            if line.group == self.words.cleaned_data["group"]:
                line.initial["reason"] = self.words.cleaned_data["words"]


def _start(row: Row) -> dict[str, Any]:
    """Return what a line starts from: the recorded outcome, or what is suggested."""
    outcome: PanelOutcome | None = getattr(row.bid, "outcome", None)
    of = outcome or row.suggestion
    return {
        "version": row.bid.version,
        "verdict": of.verdict,
        "reason": of.reason,
        "destination": outcome.destination if outcome else "",
    }
