"""The versions of a paper side by side: two frozen packs, or one and the paper as it reads now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from approvals.models import Decision, DecisionItem, Pack
from approvals.paper import changes, pack, sources
from grants.days import day_of
from grants.models import Round

# The figures of what waits for a decision: see `figures.figures_of`.
ASKED_FOR = ("grants asked for", "number of grants asked for")


def newest(round: Round) -> Pack | None:
    """Return the pack of a round that was submitted last, of any of its decisions, without its renders."""
    rows = Pack.objects.defer("html", "pdf").select_related("decision__round").filter(decision__round=round)
    return rows.order_by("-submitted_at", "-pk").first()


def compared(decision: Decision, old: Pack, new: Pack | None, at: datetime) -> changes.Changes:
    """Return what differs between two packs, or between a pack and the paper as it would read at an instant.

    Raises Refused where a pack is not what was hashed. A fixed number of queries.
    """
    then: changes.Data = pack.read(old)
    if new is not None:
        return changes.between(then, pack.read(new))
    basis = sources.sources(decision, day_of(at))
    # A paper never asks again for what was settled since. It is listed here, or it would look removed.
    asked = {entry["reference"] for part in ("appendix_1", "appendix_2", "contracts") for entry in then[part]}
    now: changes.Data = pack.contents(decision, basis, version=old.version + 1, at=at, trail_head="", also=asked)
    if decision.signed_at:
        # Everything that it asked for is answered, so these figures would always differ.
        then, now = _without(ASKED_FOR, then), _without(ASKED_FOR, now)
    return changes.between(then, now)


def _without(names: Collection[str], paper: changes.Data) -> changes.Data:
    return {**paper, "figures": {name: each for name, each in paper["figures"].items() if name not in names}}


def references(decision: Decision) -> set[str]:
    """Return the references of what the newest pack of a decision asks for: grants, contracts and other items."""
    frozen = decision.packs.only("pk").last()
    if frozen is None:
        return set()
    items = frozen.items.exclude(verb=DecisionItem.Verb.NOTE, paper_item=None)
    of_each = items.values_list("award__reference", "contract__reference", "paper_item__reference")
    return {reference for references in of_each for reference in references if reference}
