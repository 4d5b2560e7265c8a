"""The export of all marks as a table with one row for each scorecard, recorded in the trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from bids.models import Bid, Export, Mark, Reopening, Scorecard
from bids.panel.members import marks_open
from grants import audit
from grants.models import Organisation, Round, User, new_references
from grants.refusal import Refused

# A file is fetched at once. After that, a new export has to be recorded in the trail.
FETCHED_WITHIN = timedelta(hours=1)
_BID = (
    "Reference",
    "Bid",
    "Title",
    "Recipient",
    "Register",
    "Register number",
    "Asked for (£)",
    "Place",
    "Result",
    "Members’ mean",
    "Scorecards",
    "Scorecards wanted",
    "Gates",
    "Member",
    "Reopened",
)
_COLUMNS = (
    "scorecard_id",
    "scorecard__bid__reference",
    "scorecard__bid__source_reference",
    "scorecard__bid__title",
    "scorecard__bid__recipient__name",
    "scorecard__bid__recipient__register",
    "scorecard__bid__recipient__number",
    "scorecard__bid__amount",
    "scorecard__bid__standing__place",
    "scorecard__bid__standing__mean",
    "scorecard__bid__standing__panel_mean",
    "scorecard__bid__standing__cards",
    "scorecard__bid__round__panel__wanted",
    "scorecard__bid__standing__gate",
    "scorecard__member__name",
    "reopened",
    "criterion__number",
    "criterion__label",
    "criterion__gate",
    "criterion__scored",
    "passed",
    "score",
    "reason",
)
# Why the chair reopened the scorecard, nothing where it never was.
_REOPENED = Subquery(
    Reopening.objects.filter(scorecard=OuterRef("scorecard"))
    .order_by()
    .values("scorecard")
    .annotate(reasons=StringAgg("reason", delimiter="; ", order_by="reopened_at"))
    .values("reasons")
)
# Where the columns of a mark begin, after those of the scorecard, its bid and its member.
_MARK = _COLUMNS.index("criterion__number")


@transaction.atomic
def ask_for_scores(*, round: Round, kind: str, by: User, at: datetime) -> Export:
    """Record that `by` exports the marks of a round. Raises Refused before the marks are open."""
    if not marks_open(round):
        raise Refused("You can export marks once they are open")
    taken = Export.objects.values_list("reference", flat=True)
    made = Export.objects.create(
        round=round, reference=new_references("EXP", 1, taken)[0], kind=kind, asked_by=by, asked_at=at
    )
    audit.record("export scores", made, round=round, by=by, at=at, facts={"kind": kind})
    return made


def rows(round: Round, bids: QuerySet[Bid]) -> Iterator[list[Any]]:
    """Yield the header, then a row for each submitted scorecard on some bids of a round.

    It uses one query, read as the file is written.
    """
    marks = Mark.objects.filter(
        scorecard__bid__round=round,
        scorecard__bid__in=bids.order_by().values("pk"),
        scorecard__state__in=Scorecard.COUNTED,
        scorecard__bid__round__panel__opened_at__isnull=False,
    )
    marks = marks.annotate(reopened=_REOPENED)
    order = ("scorecard__bid__source_reference", "scorecard__member__name", "scorecard_id", "criterion__number")
    ordered = marks.order_by(*order).values_list(*_COLUMNS).iterator(chunk_size=2000)
    header: list[Any] = []
    for _, cells in groupby(ordered, key=lambda row: row[0]):
        card = list(cells)
        if not header:
            header = [*_BID, *(title for mark in card for title in _titles(*mark[_MARK : _MARK + 4]))]
            yield header
        yield [*_of_bid(*card[0][1:_MARK]), *(value for mark in card for value in _values(*mark[_MARK + 2 :]))]
    if not header:
        yield list(_BID)


def _of_bid(*cells: Any) -> list[Any]:
    """Return the cells of the bid and the member, with the register as people read it; empty without a number."""
    reference, own, title, recipient, register, number, *others = cells
    label = Organisation.Register(register).label if number else None
    return [reference, own, title, recipient, label, number or None, *others]


def _titles(number: int, label: str, gate: bool, scored: bool) -> list[str]:
    wanted = (("passes", gate), ("mark", scored), ("reason", True))
    return [f"{number}. {label}: {what}" for what, there in wanted if there]


def _values(gate: bool, scored: bool, passed: bool | None, score: int | None, reason: str) -> list[Any]:
    passes = {True: "yes", False: "no", None: ""}[passed]
    return [*([passes] if gate else []), *([score] if scored else []), reason]
