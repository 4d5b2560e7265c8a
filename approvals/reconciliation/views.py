"""Pages of the reconciliation: the whole, the rows behind a number, and the effect of a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals.models import Decision, Pack
from approvals.paper import versions
from approvals.paper.changes import Changes
from approvals.reconciliation import checks, parts, pictures, position, whatif, year_parts
from approvals.reconciliation import sums as rules
from approvals.reconciliation.facts import Position
from approvals.reconciliation.forms import RefusedForm
from approvals.reconciliation.parts import Kind, Row
from bids.models import Bid
from grants import money
from grants.access import Request, allow, round_or_404
from grants.counting import counted
from grants.days import day_of
from grants.models import Round
from grants.pages import LONG_PAGE, page_of
from grants.refusal import Refused

# The page lists this many causes of a failed check, and counts the others.
CAUSES = 20


@allow("see reconciliation")
@require_GET
def reconciliation(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see reconciliation")
    figures = position.position(this_round, day_of(timezone.now()))
    reconciled, splits = rules.reconcile(figures), year_parts.splits(figures)
    context = {
        "reconciled": reconciled,
        "table_3": year_parts.table_3(figures, splits),
        "falling": pictures.falling(figures, reconciled),
        "funnel": pictures.funnel(reconciled),
        "bids": splits["outcome"],
        "kept": splits["kept"].whole,
        "internal": splits["internal"].whole,
        "splits": [splits[dimension.name] for dimension in parts.DIMENSIONS],
        "years": [splits["charged"], splits["profile"]],
        "payments": [splits["paid"], splits["retrospective"], *([splits["match"]] if "match" in splits else [])],
        "checks": [_with_causes(this_round, figures, check) for check in checks.checks(figures, reconciled)],
        "virements": this_round.virements.select_related("source", "target")[:5],
        "carry_overs": this_round.carry_overs.select_related("line", "award__bid", "contract")[:5],
        "since": _latest_changes(this_round, timezone.now(), compare=len(figures.grants) <= LONG_PAGE),
        "items": (items := page_of(request, whatif.items(figures), size=LONG_PAGE, name="items")),
        "form": RefusedForm(items=items),
        "to_recover": (back := position.to_recover(this_round)),
        "paid_in_all": splits["paid"].parts[0].total + back,
    }
    return render(request, "approvals/reconciliation/reconciliation.html", context)


def _with_causes(round: Round, figures: Position, check: checks.Check) -> tuple[checks.Check, list[Any], int]:
    """Return a check with its first causes, each with its address, and the number of further causes."""
    causes = [(cause, cause_address(round, figures, cause)) for cause in check.causes[:CAUSES]]
    return check, causes, len(check.causes) - len(causes)


def cause_address(round: Round, figures: Position, cause: rules.Discrepancy) -> str:
    """Return the address of the page where a discrepancy can be put right."""
    if cause.reference.startswith("AWD-"):
        return reverse("approvals:award", args=[cause.reference])
    if cause.reference.startswith("STA-"):
        return reverse("approvals:single_tender_action", args=[cause.reference])
    if cause.reference.startswith("INC-"):
        return reverse("grants:income", args=[cause.reference])
    for bid in figures.bids:
        if bid.reference == cause.reference:
            return reverse("bids:bid", args=[bid.address])
    return reverse("grants:round", args=[round.reference])


@dataclass(frozen=True, slots=True)
class LatestChanges:
    """The changes since the newest pack of a round; None where they are on a page of their own, or `fault` says why."""

    pack: Pack
    changes: Changes | None
    fault: str = ""

    @property
    def query(self) -> str:
        """The query string of the page of changes, from this pack to the current paper."""
        return f"?from={self.pack.version}&to=now"


def _latest_changes(round: Round, at: datetime, *, compare: bool) -> LatestChanges | None:
    pack = versions.newest(round)
    if pack is None:
        return None
    if not compare:
        return LatestChanges(pack, None)
    try:
        return LatestChanges(pack, versions.compared(pack.decision, pack, None, at))
    except Refused as refused:
        return LatestChanges(pack, None, refused.message)


# The rows behind a number


@allow("see reconciliation")
@require_GET
def reconciliation_part(request: Request, round: str, part: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see reconciliation")
    figures = position.position(this_round, day_of(timezone.now()))
    splits = year_parts.splits(figures)
    opened = parts.everything(splits).get(part)
    if opened is None:
        raise Http404
    rows, hidden = _open_to(request, this_round, opened.rows)
    page = page_of(request, rows)
    context = {
        "part": opened,
        "page": page,
        "rows": [(row, _row_address(this_round, row)) for row in page],
        "hidden": hidden,
        "overlaps": any(split.overlaps and opened in split.parts for split in splits.values()),
        "units": counted(opened.count, opened.unit),
    }
    return render(request, "approvals/reconciliation/reconciliation_part.html", context)


def _open_to(request: Request, round: Round, rows: Any) -> tuple[list[Row], tuple[int, Decimal]]:
    """Return the rows that the user may see, and the number and sum in pounds of those hidden from them.

    A bid is hidden from a user who declared an interest in it.
    """
    asked = {row.reference for row in rows if row.kind is Kind.BID}
    visible = Bid.objects.visible_to(request.user).filter(round=round)
    kept = asked - set(visible.values_list("reference", flat=True)) if asked else set()
    hidden = [row.amount for row in rows if row.reference in kept]
    return [row for row in rows if row.reference not in kept], (len(hidden), money.total(hidden))


def _row_address(round: Round, row: Row) -> str:
    if row.kind is Kind.PART:
        return reverse("approvals:reconciliation_part", args=[round.reference, row.reference])
    pages = {Kind.GRANT: "approvals:award", Kind.CONTRACT: "approvals:single_tender_action", Kind.BID: "bids:bid"}
    pages |= {Kind.ITEM: "approvals:decision", Kind.INCOME: "grants:income", Kind.CARRY_OVER: "approvals:carry_over"}
    if row.kind in pages:
        return reverse(pages[row.kind], args=[row.reference])
    return reverse("grants:round", args=[round.reference])


# What if


@allow("see reconciliation")
@require_GET
def what_if(request: Request, round: str) -> HttpResponse:
    """Show the effect of refusing some items; `decision` limits the items to those of its newest pack."""
    this_round = round_or_404(request, round, "see reconciliation")
    figures = position.position(this_round, day_of(timezone.now()))
    asked = whatif.items(figures)
    decision = Decision.objects.filter(round=this_round, reference=request.GET.get("decision", "")).first()
    if decision:
        asked_in = versions.references(decision)
        asked = [item for item in asked if item.reference in asked_in]
    chosen = set(request.GET.getlist("refused")) & {item.reference for item in asked}
    data = {"asked": "1", "refused": sorted(chosen), "decision": decision.reference if decision else ""}
    page = page_of(request, asked, size=LONG_PAGE)
    # What was chosen on another page stays chosen, so it is listed here too.
    listed = {item.reference for item in page}
    shown = [*(item for item in asked if item.reference in chosen - listed), *page]
    context = {
        "items": asked,
        "page": page,
        "total": money.total([item.amount for item in asked]),
        "form": RefusedForm(data if "asked" in request.GET else None, items=shown, initial=data),
        "decision": decision,
        "imagined": whatif.refuse(figures, chosen),
    }
    return render(request, "approvals/reconciliation/what_if.html", context)
