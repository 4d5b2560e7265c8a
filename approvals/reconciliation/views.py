"""Pages of the reconciliation: the whole, any number with its rows, what if, and what changed between versions."""

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
from approvals.reconciliation import checks, parts, pictures, position, whatif
from approvals.reconciliation import sums as rules
from approvals.reconciliation.parts import Kind, Row
from bids.models import Bid
from grants import money
from grants.access import Request, allow, round_or_404
from grants.counting import counted
from grants.models import Round
from grants.pages import page_of
from grants.refusal import Refused

# Of a broken check, so many causes are listed on the page itself.
CAUSES = 20


@allow("see reconciliation")
@require_GET
def reconciliation(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "see reconciliation")
    stands = position.position(found, timezone.localdate())
    reconciled, splits = rules.reconcile(stands), parts.splits(stands)
    context = {
        "found": reconciled,
        "table_3": parts.table_3(splits),
        "falling": pictures.falling(stands, reconciled),
        "funnel": pictures.funnel(reconciled),
        "bids": splits["outcome"],
        "kept": splits["kept"].whole,
        "internal": splits["internal"].whole,
        "splits": [splits[dimension.name] for dimension in parts.DIMENSIONS],
        "years": [splits["charged"], splits["profile"]],
        "payments": [splits["paid"], splits["retrospective"]],
        "checks": [_checked(found, stands, check) for check in checks.checks(stands, reconciled)],
        "virements": found.virements.select_related("source", "target")[:5],
        "since": _since(found, timezone.now()),
        "items": whatif.items(stands),
        "to_recover": (back := position.to_recover(found)),
        "paid_in_all": splits["paid"].parts[0].total + back,
    }
    return render(request, "approvals/reconciliation/reconciliation.html", context)


def _checked(round: Round, stands: rules.Position, check: checks.Check) -> tuple[checks.Check, list[Any], int]:
    """A check with its first causes, each with its address, and how many more there are."""
    causes = [(cause, cause_address(round, stands, cause)) for cause in check.causes[:CAUSES]]
    return check, causes, len(check.causes) - len(causes)


def cause_address(round: Round, stands: rules.Position, cause: rules.Discrepancy) -> str:
    """The page on which somebody can mend what does not hold."""
    if cause.reference.startswith("AWD-"):
        return reverse("approvals:award", args=[cause.reference])
    if cause.reference.startswith("STA-"):
        return reverse("approvals:single_tender_action", args=[cause.reference])
    for bid in stands.bids:
        if bid.reference == cause.reference:
            return reverse("bids:bid", args=[bid.address])
    return reverse("grants:round", args=[round.reference])


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since the newest pack of a round; `fault` says why that cannot be told."""

    pack: Pack
    changes: Changes | None
    fault: str = ""

    @property
    def query(self) -> str:
        """What the address of the page of changes asks for: from this pack to how the paper reads now."""
        return f"?from={self.pack.version}&to=now"


def _since(round: Round, at: datetime) -> Since | None:
    pack = versions.newest(round)
    if pack is None:
        return None
    try:
        return Since(pack, versions.compared(pack.decision, pack, None, at))
    except Refused as refused:
        return Since(pack, None, refused.message)


# Any number with its rows


@allow("see reconciliation")
@require_GET
def reconciliation_part(request: Request, round: str, part: str) -> HttpResponse:
    found = round_or_404(request, round, "see reconciliation")
    stands = position.position(found, timezone.localdate())
    splits = parts.splits(stands)
    opened = parts.everything(splits).get(part)
    if opened is None:
        raise Http404
    rows, hidden = _open_to(request, found, opened.rows)
    page = page_of(request, rows)
    context = {
        "part": opened,
        "page": page,
        "rows": [(row, _row_address(found, row)) for row in page],
        "hidden": hidden,
        "overlaps": any(split.overlaps and opened in split.parts for split in splits.values()),
        "units": counted(opened.count, opened.unit),
    }
    return render(request, "approvals/reconciliation/reconciliation_part.html", context)


def _open_to(request: Request, round: Round, rows: Any) -> tuple[list[Row], tuple[int, Decimal]]:
    """The rows that this person may see by name; how many they may not, for an interest of theirs, with their sum."""
    asked = {row.reference for row in rows if row.kind is Kind.BID}
    visible = Bid.objects.visible_to(request.user).filter(round=round)
    kept = asked - set(visible.values_list("reference", flat=True)) if asked else set()
    hidden = [row.amount for row in rows if row.reference in kept]
    return [row for row in rows if row.reference not in kept], (len(hidden), money.total(hidden))


def _row_address(round: Round, row: Row) -> str:
    if row.kind is Kind.PART:
        return reverse("approvals:reconciliation_part", args=[round.reference, row.reference])
    pages = {Kind.GRANT: "approvals:award", Kind.CONTRACT: "approvals:single_tender_action", Kind.BID: "bids:bid"}
    if row.kind in pages:
        return reverse(pages[row.kind], args=[row.reference])
    return reverse("grants:round", args=[round.reference])


# What if


@allow("see reconciliation")
@require_GET
def what_if(request: Request, round: str) -> HttpResponse:
    """The round with some of what is asked for refused; `decision` keeps it to what its newest pack asks for."""
    found = round_or_404(request, round, "see reconciliation")
    stands = position.position(found, timezone.localdate())
    asked = whatif.items(stands)
    decision = Decision.objects.filter(round=found, reference=request.GET.get("decision", "")).first()
    if decision:
        asked_in = versions.references(decision)
        asked = [item for item in asked if item.reference in asked_in]
    chosen = set(request.GET.getlist("refused")) & {item.reference for item in asked}
    context = {
        "items": asked,
        "chosen": chosen,
        "decision": decision,
        "imagined": whatif.refuse(stands, chosen),
        "nothing": "refused" not in request.GET and "asked" in request.GET,
    }
    return render(request, "approvals/reconciliation/what_if.html", context)


# Versions
