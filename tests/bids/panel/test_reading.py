"""What a member's pages read: the written query of progress says what the models say."""

import random

import pytest

from bids.models import Assignment, Bid, Interest, Scorecard
from bids.panel import reading
from grants.models import Round, User
from tests.factories import NOW
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db


def any_history(bid: Bid, member: User, chair: User, draw: random.Random) -> None:
    """An assignment that may be withdrawn, a declaration of any kind or none, a card of any state or none."""
    withdrawn = NOW if draw.random() < 0.2 else None
    Assignment.objects.create(bid=bid, member=member, assigned_at=NOW, withdrawn_at=withdrawn)
    declaration = draw.choice(["nothing", "none", "one", "waived"])
    if declaration != "nothing":
        waived = {"waived_at": NOW, "waived_by": chair, "waived_because": "Small"} if declaration == "waived" else {}
        Interest.objects.create(
            bid=bid,
            member=member,
            conflicted=declaration != "none",
            nature="" if declaration == "none" else "A cousin",
            declared_at=NOW,
            **waived,
        )
    state = draw.choice(["", *Scorecard.State.values])
    if state:
        Scorecard.objects.create(bid=bid, member=member, state=state, saved_at=NOW, submitted_at=NOW)


@pytest.mark.parametrize("seed", range(8))
def test_progress_counts_what_the_models_call_clear_and_open(
    round: Round, member: User, chair: User, seed: int
) -> None:
    draw = random.Random(seed)
    for _ in range(14):
        made = make_bid(round, state=draw.choice([Bid.State.ELIGIBLE] * 4 + [Bid.State.REJECTED]))
        any_history(made, member, chair, draw)
    own = Assignment.objects.filter(member=member, withdrawn_at=None)
    clear = Bid.objects.filter(
        pk__in=Interest.objects.clearing().filter(member=member, bid__in=own.values("bid")).values("bid")
    )
    done = Scorecard.objects.filter(member=member, state__in=Scorecard.COUNTED).values("bid")
    waiting = clear.filter(state=Bid.State.ELIGIBLE).exclude(pk__in=done).order_by("source_reference")
    undeclared = own.exclude(bid__in=Interest.objects.filter(member=member).values("bid"))

    progress = reading.progress(member, round)
    assert (progress.open, progress.submitted) == (waiting.count(), clear.filter(pk__in=done).count())
    assert (progress.total, progress.undeclared) == (clear.count(), undeclared.count())
    assert progress.minutes == 4 * waiting.count()

    order = [bid.reference for bid in waiting]
    assert progress.next == (order[0] if order else "")
    for place, reference in enumerate(order):
        here = Bid.objects.get(reference=reference)
        following = [*order[place + 1 :], *order[:place]]
        assert reading.progress(member, round, after=here).next == (following[0] if following else "")


def test_nobody_has_progress_in_a_round_without_bids(round: Round, member: User) -> None:
    assert reading.progress(member, round) == reading.Progress(0, 0, 0, 0, "")
