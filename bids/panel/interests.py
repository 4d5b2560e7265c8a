"""Transitions of interests: declare, and waive. The only writers of either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from bids.models import Assignment, Bid, Discussion, Interest, Panel, PanelOutcome, Scorecard
from bids.panel.members import is_chair, must_be_clear, open_panel
from bids.ranking import standings
from grants import audit, states
from grants.models import Round, User
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds


@transaction.atomic
def declare_interest(*, bid: Bid, conflicted: bool, by: User, at: datetime, nature: str = "") -> Interest:
    """Record whether `by` has an interest in a bid that they are to score or discuss, or that they chair.

    Declaring no interest accepts the assignment. A later interest withdraws the member's scorecard: it is kept and no
    longer counts, even if scoring has closed, when the result is worked out again. An outcome that rests on that
    scorecard, or that the person recorded, goes back to the panel.

    Raises Refused if the person is not asked about the bid, takes back an interest of their own, gives no nature of
    the interest, or declares one after the leadership agreed the bid.
    """
    round = rounds.lock(bid.round)
    panel = Panel.objects.select_for_update().get(round=round)
    bid = Bid.objects.select_for_update().get(pk=bid.pk)
    bid.round = round
    own = Assignment.objects.filter(bid=bid, member=by, withdrawn_at=None)
    discussed = Discussion.objects.of_open_meetings().filter(bid=bid)
    chairs = is_chair(round, by)
    if panel.closed_at and not conflicted and not chairs and not discussed.exists():
        raise Refused("Scoring has closed, so this can no longer change.")
    if not own.exists() and not chairs and not discussed.exists():
        raise Refused("This bid is not assigned to you")
    if conflicted and not nature.strip():
        raise Refused("Enter details of your interest", field="nature")
    if conflicted and bid.state == Bid.State.AGREED:
        raise Refused("The leadership has agreed this bid. Ask the chair to have it returned to the panel first.")
    before = Interest.objects.filter(bid=bid, member=by).first()
    if before and before.conflicted and not conflicted:
        raise Refused(
            "You declared an interest in this bid and cannot take it back. Only another person, as chair, can waive it."
        )
    declaration = {"conflicted": conflicted, "nature": nature.strip(), "declared_at": at}
    # A waiver covers the interest that was declared before it, so a new interest starts without one.
    fresh = {"waived_at": None, "waived_by": None, "waived_because": ""} if conflicted else {}
    interest, _ = Interest.objects.update_or_create(bid=bid, member=by, defaults=declaration | fresh)
    withdrawn = 0
    if conflicted:
        counted = Scorecard.objects.filter(bid=bid, member=by, state__in=Scorecard.COUNTED).exists()
        withdrawn = _withdraw_card(bid, by, nature.strip())
        recorded = PanelOutcome.objects.filter(bid=bid, recorded_by=by).exists()
        if panel.opened_at and (counted or recorded):
            _give_back(bid, round)
    elif panel.closed_at is None:
        own.filter(accepted_at=None).update(accepted_at=at)
    facts = {"conflicted": conflicted, "nature": nature.strip(), "scorecards withdrawn": withdrawn}
    audit.record("declare interest", interest, round=round, by=by, at=at, facts=facts)
    return interest


def _withdraw_card(bid: Bid, member: User, nature: str) -> int:
    card = Scorecard.objects.select_for_update().filter(bid=bid, member=member).first()
    if card is None or not states.allows(card, "declare interest"):
        return 0
    states.move(card, "declare interest")
    card.withdrawn_because = f"Interest declared: {nature}"
    card.save(update_fields=["state", "withdrawn_because"])
    return 1


def _give_back(bid: Bid, round: Round) -> None:
    """Work out the result without a withdrawn scorecard, and give a recorded outcome back to the panel."""
    if states.allows(bid, "declare interest"):
        rounds.must_be_free(round)
        states.move(bid, "declare interest")
        bid.version += 1
        bid.save(update_fields=["state", "version"])
    standings.refresh(round, bids=[bid])
    standings.take_advice(round)


@transaction.atomic
def declare_interests(*, answers: Sequence[tuple[Bid, bool, str]], by: User, at: datetime) -> list[Interest]:
    """Record several declarations at once, all or none. Each is a bid, whether there is an interest, and its nature."""
    return [
        declare_interest(bid=bid, conflicted=conflicted, nature=nature, by=by, at=at)
        for bid, conflicted, nature in answers
    ]


@transaction.atomic
def waive_interest(*, interest: Interest, reason: str, by: User, at: datetime, seen: int | None = None) -> Interest:
    """Let a member judge a bid although they declared an interest in it.

    The scorecard that the interest withdrew becomes a draft again, for its member to check and submit. `seen` is the
    version of the bid that the page showed. Raises Refused for the person's own interest, for one that no longer bars
    its member, once scoring has closed, and if the member could already see the marks of others on the bid.
    """
    round = open_panel(interest.bid.round).round
    bid = Bid.objects.select_for_update().get(pk=interest.bid_id)
    must_be_current(bid, seen)
    interest = Interest.objects.select_for_update(of=("self",)).select_related("member").get(pk=interest.pk)
    if interest.member == by:
        raise Refused("You cannot waive your own interest. Ask another chair.")
    must_be_clear(bid, by)
    if not interest.conflicted or interest.waived_at:
        raise Refused("This interest no longer keeps the member from the bid")
    if Scorecard.objects.filter(bid=bid, member=interest.member, marks_opened_at__isnull=False).exists():
        raise Refused(f"{interest.member.name} could already see the other marks on this bid")
    interest.waived_by, interest.waived_at, interest.waived_because = by, at, reason
    interest.save(update_fields=["waived_by", "waived_at", "waived_because"])
    restored = _restore_card(bid, interest.member)
    facts = {"member": interest.member.username, "nature": interest.nature, "scorecards given back": restored}
    audit.record("waive interest", interest, round=round, by=by, at=at, because=reason, facts=facts)
    return interest


def _restore_card(bid: Bid, member: User) -> int:
    """Make a withdrawn scorecard a draft again. Return how many there were, 0 or 1."""
    card = Scorecard.objects.select_for_update().filter(bid=bid, member=member).first()
    if card is None or not states.allows(card, "waive interest"):
        return 0
    states.move(card, "waive interest")
    card.submitted_at, card.withdrawn_because = None, ""
    card.save(update_fields=["state", "submitted_at", "withdrawn_because"])
    return 1
