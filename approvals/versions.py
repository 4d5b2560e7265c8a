"""The versions of a paper side by side: two frozen packs, or one and the paper as it reads now."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localtime

from approvals import changes, pack, paper
from approvals.models import Decision, Pack
from grants.models import Round


def newest(round: Round) -> Pack | None:
    """The pack of a round that was submitted last, of whichever of its decisions, without its renders."""
    rows = Pack.objects.defer("html", "pdf").select_related("decision__round").filter(decision__round=round)
    return rows.order_by("-submitted_at", "-pk").first()


def compared(decision: Decision, old: Pack, new: Pack | None, at: datetime) -> changes.Changes:
    """What differs from one pack to another, or without one to the paper as it would read at an instant.

    Raises Refused where a pack is not what was hashed. A fixed number of queries.
    """
    if new is not None:
        return changes.between(pack.read(old), pack.read(new))
    said = paper.sources(decision, localtime(at).date())
    now = pack.contents(decision, said, version=old.version + 1, at=at, trail_head="")
    return changes.between(pack.read(old), now)


def references(decision: Decision) -> set[str]:
    """The grants and contracts that the newest pack of a decision asks to approve."""
    frozen = decision.packs.only("pk").last()
    items = frozen.items.filter(verb="approve").values_list("award__reference", "contract__reference") if frozen else []
    return {reference for pair in items for reference in pair if reference}
