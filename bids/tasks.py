"""A person's tasks in a round that concern bids and the panel, for their home page."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.urls import reverse

from bids.models import Bid, Meeting, Practice, Scorecard
from bids.panel import members, reading
from bids.panel.members import Stage
from bids.panel.practice import waiting_for
from grants.access import Holdings
from grants.counting import counted
from grants.models import Round, User
from grants.tasks import Task
from grants.totals import counts_by


def tasks(*, user: User, held: Holdings, rounds: Sequence[Round]) -> dict[int, list[Task]]:
    """Return by round the tasks of members, chair and leads, in the order of the work.

    Only the panel's own people need queries for each of their rounds.
    """
    stages = members.stages_of(rounds)
    checked = [round for round in rounds if held.may("check eligibility", round)]
    received = counts_by(Bid.objects.filter(round__in=checked, state=Bid.State.RECEIVED), "round")
    of_panel = [round for round in rounds if held.may("run panel", round) or held.may("score bid", round)]
    open_meetings: dict[int, Meeting] = {}
    for meeting in Meeting.objects.filter(round__in=of_panel, closed_at=None):
        open_meetings.setdefault(meeting.round_id, meeting)
    own = Scorecard.objects.filter(member=user, state=Scorecard.State.REOPENED, bid__round__in=of_panel)
    reopened: dict[int, list[Bid]] = {}
    for card in own.select_related("bid"):
        reopened.setdefault(card.bid.round_id, []).append(card.bid)
    return {
        round.pk: [
            *(_to_change(bid) for bid in reopened.get(round.pk, [])),
            *_of_round(user, held, round, stages[round.pk], received.get(round.pk, 0), open_meetings.get(round.pk)),
        ]
        for round in rounds
    }


def _to_change(bid: Bid) -> Task:
    return Task(
        f"Submit your scorecard on {bid.source_reference} again",
        reverse("bids:score", args=[bid.reference]),
        1,
        hint="The chair reopened it.",
    )


def _of_round(
    user: User, held: Holdings, round: Round, stage: Stage, received: int, meeting: Meeting | None
) -> Iterator[Task]:
    if held.may("run panel", round):
        yield from _to_declare(reading.to_answer_for(user, round).exclude(interests__member=user).count(), round)
    if held.may("score bid", round) and stage is Stage.SCORING:
        yield from _of_member(user, round, chairs=held.may("run panel", round))
    if received:
        address = reverse("bids:eligibility", args=[round.reference])
        yield Task("Check whether bids are eligible", address, received, hint="New bids have come in.")
    if held.may("run panel", round):
        yield from _of_chair(user, round, stage)
    if meeting:
        yield from _of_meeting(user, held, round, meeting)


def _to_declare(undeclared: int, round: Round) -> Iterator[Task]:
    if undeclared:
        address = reverse("bids:interests", args=[round.reference])
        yield Task("Declare your interests", address, undeclared, hint="You can open a bid once you have declared.")


def _of_member(user: User, round: Round, *, chairs: bool) -> Iterator[Task]:
    practice = Practice.objects.filter(round=round, compared_at=None).first()
    if practice and not practice.cards.filter(member=user).exists():
        address = reverse("bids:practice", args=[round.reference])
        yield Task("Score the practice bid", address, 1, hint="Every member scores it before the real bids open.")
    progress = reading.progress(user, round)
    if not chairs:
        yield from _to_declare(progress.undeclared, round)
    following = "" if practice else progress.next
    if following:
        yield Task(
            f"Score bids: {progress.submitted} of {progress.total} submitted",
            reverse("bids:score", args=[following]),
            progress.open,
            due=round.scoring_closes_on,
            hint=f"About {progress.minutes} minutes left.",
            button="Score the next bid",
        )
    elif progress.total and not practice:
        yield Task("Score bids: all submitted", reverse("bids:scoring", args=[round.reference]), 0)


def _of_meeting(user: User, held: Holdings, round: Round, meeting: Meeting) -> Iterator[Task]:
    if held.may("run panel", round):
        undiscussed = meeting.items.filter(recorded_at=None).count()
        yield Task("Hold the panel’s meeting", reverse("bids:meeting", args=[meeting.reference]), undiscussed)
    if held.may("score bid", round) and meeting.opened_at:
        unanswered = meeting.items.exclude(bid__interests__member=user).count()
        if unanswered:
            address = reverse("bids:interests", args=[round.reference])
            yield Task("Declare your interests for the meeting", address, unanswered)
        yield Task("Follow the panel’s meeting", reverse("bids:meeting", args=[meeting.reference]))


def _of_chair(user: User, round: Round, stage: Stage) -> Iterator[Task]:
    bids = Bid.objects.visible_to(user, "run panel").filter(round=round, state=Bid.State.ELIGIBLE)
    if stage is Stage.CLOSED:
        address = reverse("bids:open_marks", args=[round.reference])
        yield Task("Open the marks", address, 1, hint="Scoring is closed. Nobody sees another’s marks yet.")
        return
    if stage is Stage.OPEN:
        waiting = bids.count()
        if waiting:
            yield Task("Record the panel’s outcomes", reverse(settings.OUTCOMES_PAGE, args=[round.reference]), waiting)
        return
    page = reverse("bids:panel", args=[round.reference])
    practice = Practice.objects.filter(round=round, compared_at=None).first()
    if practice:
        missing = len(waiting_for(practice))
        address = reverse("bids:practice", args=[round.reference])
        if missing:
            text = f"{counted(missing, 'member has', 'members have')} the practice bid to score"
            yield Task(text, address, of_others=True)
        else:
            yield Task("Compare the practice bid", address, 1, hint="Every member has scored it.")
    short = reading.by_scorers_missing(bids, round.panel.wanted)
    unassigned = short["nobody"]
    if unassigned or short["few"]:
        yield Task("Assign bids to members", page, unassigned + short["few"])
    missing = members.incomplete_of(round).filter(bid__in=bids).count()
    if missing:
        text = f"Members have {counted(missing, 'scorecard')} to submit"
        yield Task(text, page, due=round.scoring_closes_on, of_others=True)
    elif not unassigned and bids.exists():
        yield Task(
            "Close scoring", reverse("bids:close_scoring", args=[round.reference]), hint="Every scorecard is submitted."
        )
