"""Transitions of families, the only writers of them: group bids, and answer a suggestion.

`bids.families` suggests what looks alike, and a person answers here. Whoever regroups a grant does not approve it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from approvals.models import Award
from approvals.routing import awards, commitments
from bids.families.families import key_of
from bids.models import Bid, Dismissal, ProjectFamily
from bids.models.bids import BidQuerySet
from grants import audit
from grants.models import Organisation, Round, User
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds

# Families


@transaction.atomic
def group_bids(*, round: Round, name: str, bids: Sequence[Bid], reason: str, by: User, at: datetime) -> None:
    """Group bids as lots of one project, or separate them where the name is empty, and route their grants again.

    Raises Refused while a paper that depends on the groups is submitted, where one of the grants was
    decided, where the user declared an interest in a bid, and where all bids are already grouped this way.
    """
    round = rounds.lock(round)
    commitments.must_not_be_in_flight(round)
    family = ProjectFamily.objects.get_or_create(round=round, name=name)[0] if name else None
    changing = locked_bids("group bids", round, bids, by, at).exclude(family=family)
    if not changing:
        raise Refused("These bids are already grouped this way", field="bids")
    for bid in changing:
        before = {"family": bid.family.name if bid.family else ""}
        bid.family = family
        bid.version += 1
        bid.save(update_fields=["family", "version"])
        audit.record(
            "group bids", bid, round=round, by=by, at=at, because=reason, before=before, facts={"family": name}
        )
    # The action differs from plain routing, because whoever regroups a grant must not approve it.
    awards.route_again(round, by, at, because="The project families changed", action="group bids")


def locked_bids(action: str, round: Round, bids: Sequence[Bid], by: User, at: datetime) -> BidQuerySet:
    """Lock bids of a locked round, and return them.

    Raises Refused where a grant among them was decided, or the user declared an interest in one.
    """
    if Award.objects.filter(awards.decided(), bid__in=bids).exists():
        decider = round.body.offices.decider_short
        raise Refused(f"The {decider} has decided a grant among these. Only a new decision changes it.", field="bids")
    awards.must_have_no_interest(action, bids, round, by, at, others="answers for it", field="bids")
    locked = Bid.rows.filter(round=round, pk__in=[bid.pk for bid in bids]).select_related("family")
    return locked.select_for_update(of=("self",)).order_by("pk")


# Answers to a suggestion


@dataclass(frozen=True, slots=True)
class BidSet:
    """Bids shown on one page as one thing. Its version rises with the version of any of them."""

    version: int

    def __str__(self) -> str:
        return "these bids"


def bid_set(bids: Sequence[Bid]) -> BidSet:
    """Return the bids of a page as one thing with a version."""
    return BidSet(sum(bid.version for bid in bids))


@transaction.atomic
def confirm_likeness(
    *,
    round: Round,
    alike: Sequence[Bid],
    bids: Sequence[Bid],
    name: str,
    reason: str,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Confirm that `bids`, among those suggested as `alike`, are one project, and group them as a family.

    Bids that are left out are not suggested again. Raises as `group_bids` does, Stale where a bid changed after the
    page was drawn, and Refused where the name or the bids are missing.
    """
    round = rounds.lock(round)
    _must_be_as_seen(alike, seen)
    if not name:
        raise Refused("Enter the project family", field="name")
    if not bids:
        raise Refused("Select at least one bid", field="bids")
    group_bids(round=round, name=name, bids=bids, reason=reason, by=by, at=at)
    if len(bids) < len(alike):
        members = {bid.source_reference: bid.title for bid in alike}
        _dismiss(round, Dismissal.Kind.BIDS, members, reason, by, at)


@transaction.atomic
def dismiss_likeness(
    *, round: Round, alike: Sequence[Bid], reason: str, by: User, at: datetime, seen: int | None = None
) -> Dismissal:
    """Record that no two of these bids are one project, so that they are not suggested again.

    Raises Refused while a paper is submitted, where the user declared an interest in one of them, and where they were
    dismissed already; Stale where a bid changed after the page was drawn.
    """
    round = rounds.lock(round)
    commitments.must_not_be_in_flight(round)
    _must_be_as_seen(alike, seen)
    awards.must_have_no_interest("dismiss likeness", alike, round, by, at, others="answers for it")
    return _dismiss(round, Dismissal.Kind.BIDS, {bid.source_reference: bid.title for bid in alike}, reason, by, at)


@transaction.atomic
def dismiss_bodies(*, round: Round, bodies: Sequence[Organisation], reason: str, by: User, at: datetime) -> Dismissal:
    """Record that no two of these records are one organisation, so that they are not suggested again.

    Raises Refused while a paper is submitted, and where they were dismissed already.
    """
    round = rounds.lock(round)
    commitments.must_not_be_in_flight(round)
    return _dismiss(round, Dismissal.Kind.BODIES, {str(body.pk): body.name for body in bodies}, reason, by, at)


def _must_be_as_seen(bids: Sequence[Bid], seen: int | None) -> None:
    locked = Bid.rows.select_for_update().filter(pk__in=[bid.pk for bid in bids]).order_by("pk")
    must_be_current(bid_set(list(locked)), seen)


def _dismiss(
    round: Round, kind: Dismissal.Kind, members: dict[str, str], reason: str, by: User, at: datetime
) -> Dismissal:
    references = sorted(members)
    label = "; ".join(members[each] for each in references)
    try:
        with transaction.atomic():
            made = Dismissal.objects.create(
                round=round,
                kind=kind,
                key=key_of(references),
                members=references,
                label=label if len(label) <= 300 else f"{label[:299]}…",
                reason=reason,
                dismissed_by=by,
                dismissed_at=at,
            )
    except IntegrityError:
        raise Refused("Somebody has already dismissed this.") from None
    audit.record(
        "dismiss likeness", made, round=round, by=by, at=at, because=reason, facts={"kind": kind, "members": references}
    )
    return made


@transaction.atomic
def undo_dismissal(*, dismissal: Dismissal, reason: str, by: User, at: datetime) -> None:
    """Undo a dismissal, so that the likeness is suggested again. The trail keeps both.

    Raises Refused while a paper is submitted, and where somebody has undone it already.
    """
    round = rounds.lock(dismissal.round)
    commitments.must_not_be_in_flight(round)
    locked = Dismissal.objects.select_for_update().filter(pk=dismissal.pk).first()
    if locked is None:
        raise Refused("Somebody has already undone this dismissal.")
    before = {"kind": locked.kind, "members": locked.members, "reason": locked.reason}
    audit.record("undo dismissal", locked, round=round, by=by, at=at, because=reason, before=before)
    locked.delete()
