"""The check of a spreadsheet before anything is taken in: errors by cell, and questions about recipients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from bids.intake.content import digest, is_same, plain_reference
from bids.intake.forms import BidForm
from bids.intake.recipients import Body, Place, Question, Recipients, named
from bids.intake.rows import COLUMNS, cell_of, row_form
from bids.models import Bid
from grants import money
from grants.models import Round


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row of a spreadsheet after checking. Each error is a cell (`C14`), a column and a message.

    `known` is true for a bid that was taken in before with the same content. `place` says which organisation it is for.
    """

    number: int
    reference: str
    title: str
    bidder: str
    amount: Decimal | None
    errors: Sequence[tuple[str, str, str]] = ()
    known: bool = False
    draft: dict[str, Any] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default_factory=Place)

    @property
    def recipient(self) -> Body | None:
        return self.place.body


@dataclass(frozen=True, slots=True)
class Preview:
    """All rows of a spreadsheet after checking. It can be taken in if no row has an error and no question is open.

    `recipients` stores the organisations that its rows bring.
    """

    rows: Sequence[CheckedRow]
    recipients: Recipients

    @property
    def wrong(self) -> list[CheckedRow]:
        return [row for row in self.rows if row.errors]

    @property
    def new(self) -> list[CheckedRow]:
        return [row for row in self.rows if not row.known and not row.errors]

    @property
    def known(self) -> list[CheckedRow]:
        return [row for row in self.rows if row.known]

    @property
    def wrong_first(self) -> list[CheckedRow]:
        """All rows, those with errors before the others, so that the list of errors leads to the page that is shown."""
        return sorted(self.rows, key=lambda row: not row.errors)

    @property
    def asked(self) -> Decimal:
        return money.total([row.amount for row in self.new if row.amount])

    @property
    def questions(self) -> list[Question]:
        """The open questions about recipients, each once."""
        return list({row.place.question.key: row.place.question for row in self.rows if row.place.question}.values())


def check(round: Round, rows: Sequence[dict[str, str]], answers: Mapping[str, str] | None = None) -> Preview:
    """Check each row by the rules of the form, against the other rows and against what was taken in before.

    `answers` are those to questions about recipients, by their keys.
    """
    return settle(round, read(round, rows), answers or {})


def read(round: Round, rows: Sequence[dict[str, str]]) -> list[CheckedRow]:
    """Return each row checked by the rules of the form alone. This takes long, and needs no lock."""
    prefetch_related_objects([round], "tags")
    checked, blank_form = [], BidForm(round=round)
    for row in rows:
        form, errors = row_form(blank_form, row)
        blank = CheckedRow(
            number=int(row["row"]),
            reference=row["your_reference"].strip(),
            title=row["title"],
            bidder=row["recipient"] or row["sponsoring_unit"],
            amount=None if errors else form.cleaned_data["amount"],
            draft={} if errors else form.cleaned_data | {"intake_digest": digest(form.cleaned_data)},
            cells={name: cell_of(row, name) for name in COLUMNS if name in row},
        )
        checked.append(replace(blank, errors=[_at(round, blank, name, message) for name, message in errors]))
    return checked


def settle(round: Round, rows: Sequence[CheckedRow], answers: Mapping[str, str]) -> Preview:
    """Return rows that were read, compared with one another and with what is stored at this moment."""
    there = dict(Bid.rows.filter(round=round).values_list("source_reference", "intake_digest"))
    spelled = {plain_reference(reference): reference for reference in there}
    recipients = Recipients()
    seen: dict[str, CheckedRow] = {}
    settled = []
    for row in rows:
        error = _of_reference(row, seen, there, spelled)
        seen.setdefault(plain_reference(row.reference), row)
        known = not row.errors and not error and row.reference in there
        place = Place()
        if row.draft and not known and row.draft["led_by"] == Bid.Led.EXTERNAL:
            asked = named(row.draft)
            place = recipients.place(asked, answers.get(asked.key, ""))
        errors = [*row.errors, *([_at(round, row, "your_reference", error)] if error else [])]
        settled.append(replace(row, errors=errors, known=known, place=place))
    return Preview(settled, recipients)


def _of_reference(
    row: CheckedRow, seen: Mapping[str, CheckedRow], there: Mapping[str, str], spelled: Mapping[str, str]
) -> str:
    """Return what is wrong with the reference of a row among the others, or an empty text."""
    plain = plain_reference(row.reference)
    if not plain:
        return ""
    if earlier := seen.get(plain):
        if earlier.reference == row.reference:
            return f"Row {earlier.number} has the same reference. Give each bid its own"
        return f"Row {earlier.number} has {earlier.reference}, which is the same but for its spelling. {_ONE_OR_OTHER}"
    if row.reference in there:
        if row.draft and not is_same(row.draft, there[row.reference]):
            return "A bid with this reference but other content was already imported"
        return ""
    if other := spelled.get(plain):
        return f"{other} was already imported, which is the same but for its spelling. {_ONE_OR_OTHER}"
    return ""


_ONE_OR_OTHER = "If it is the same bid, use one spelling. If not, give it another reference"


def _at(round: Round, row: CheckedRow, name: str, message: str) -> tuple[str, str, str]:
    return row.cells.get(name, f"Row {row.number}"), round.body.column(name), message
