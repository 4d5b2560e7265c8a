"""What waits for a person in a round, as far as bids and the panel go."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from bids import panel, reading
from bids.models import Bid
from grants.access import Holdings
from grants.models import Round, User
from grants.waiting import Task


def tasks(*, user: User, held: Holdings, round: Round) -> Iterator[Task]:
    """The tasks of members, chair and leads, in the order of the work."""
    closed = panel.scoring_closed(round)
    if held.may("score bid", round) and not closed:
        yield from _of_member(user, round)
    if held.may("check eligibility", round):
        waiting = Bid.objects.filter(round=round, state=Bid.State.RECEIVED).count()
        if waiting:
            address = reverse("bids:eligibility", args=[round.reference])
            yield Task("Check whether bids are eligible", address, waiting, hint="Bids that came in")
    if held.may("run panel", round):
        yield from _of_chair(round, closed)


def references(*, round: Round, asked: str) -> list[str]:
    """The references of the bids that somebody means, by ours or by the bidder's own."""
    meant = Bid.objects.filter(round=round).filter(Q(reference__iexact=asked) | Q(source_reference__iexact=asked))
    return list(meant.values_list("reference", flat=True))


def _of_member(user: User, round: Round) -> Iterator[Task]:
    found = reading.progress(user, round)
    if found.undeclared:
        address = reverse("bids:interests", args=[round.reference])
        yield Task("Declare your interests", address, found.undeclared, hint="A bid opens once you have answered.")
    following = found.next_after()
    if following:
        yield Task(
            f"Score bids: {found.submitted} of {found.total} submitted",
            reverse("bids:score", args=[following.reference]),
            len(found.open),
            due=round.scoring_closes_on,
            hint=f"About {found.minutes} minutes left.",
            button="Score the next bid",
        )
    elif found.total:
        yield Task("Score bids: all submitted", reverse("bids:scoring", args=[round.reference]), 0)


def _of_chair(round: Round, closed: bool) -> Iterator[Task]:
    if closed:
        waiting = Bid.objects.filter(round=round, state=Bid.State.ELIGIBLE).count()
        if waiting:
            yield Task("Record the panel’s outcomes", reverse("bids:ranking", args=[round.reference]), waiting)
        return
    page = reverse("bids:panel", args=[round.reference])
    unassigned = Bid.objects.filter(round=round, state=Bid.State.ELIGIBLE, assignments=None).count()
    if unassigned:
        yield Task("Assign bids to members", page, unassigned)
    missing = len(panel.incomplete(round))
    if missing:
        yield Task("Wait for scorecards", page, missing, due=round.scoring_closes_on, hint="Chase who is behind.")
    elif not unassigned and Bid.objects.filter(round=round, state=Bid.State.ELIGIBLE).exists():
        yield Task("Close scoring", reverse("bids:close_scoring", args=[round.reference]), hint="Every card is in.")


# What a scorer does, which the trail holds back while a panel scores: it would tell the marks before they may be told.
BLIND = ("save draft", "submit scorecard", "declare interest")


def hidden_events(*, round: Round) -> tuple[str, ...]:
    """The actions that no page of the trail shows now. They are recorded all the same, and verified."""
    return () if panel.scoring_closed(round) else BLIND
