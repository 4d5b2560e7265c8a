"""A person's tasks, gathered from every app for the home page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from grants.access import Holdings
from grants.models import OverAllocation, Round, User, Virement
from grants.totals import counts_by


@dataclass(frozen=True, slots=True)
class Task:
    """One task: what, how many, by when, and the page. The task to resume first has a `button`.

    One `of_others` is work that somebody else has to do before this person goes on.
    """

    text: str
    address: str
    count: int | None = None
    due: date | None = None
    hint: str = ""
    button: str = ""
    of_others: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of the allocation's bar, in per cent of its width, with the exact sum as text.

    `name` is that of the sum on every page that prints it.
    """

    name: str
    label: str
    amount: str
    kind: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class RoundWaiting:
    """A round on the home page: the person's tasks, what waits for others, its stage and its allocation as a bar.

    People who may not see the allocation have no bar.
    """

    round: Round
    tasks: list[Task]
    others: list[Task]
    bar: list[Segment]
    standing: str


def tasks(*, user: User, held: Holdings, rounds: Sequence[Round]) -> dict[int, list[Task]]:
    """Return by round the tasks of a second person: to answer what somebody else proposed to do with the money."""
    own = [round for round in rounds if held.may("confirm virement", round)]
    virements = Virement.objects.filter(round__in=own, state=Virement.State.PROPOSED).exclude(proposed_by=user)
    above = OverAllocation.objects.filter(round__in=own, state=OverAllocation.State.PROPOSED).exclude(proposed_by=user)
    counted = (
        ("Confirm or refuse virements", "grants:virements", counts_by(virements, "round")),
        ("Agree or refuse over-allocations", "grants:over_allocations", counts_by(above, "round")),
    )
    return {
        round.pk: [
            Task(text, reverse(page, args=[round.reference]), proposed[round.pk])
            for text, page, proposed in counted
            if round.pk in proposed
        ]
        for round in own
    }


def waiting(user: User, held: Holdings) -> list[RoundWaiting]:
    """Return every round in which the person holds a role, the newest first.

    Each app reads all rounds at once, so that the queries do not grow with them.
    """
    rounds = list(held.rounds("see home"))
    by_app = [import_string(name)(user=user, held=held, rounds=rounds) for name in settings.WAITING]
    bars: Mapping[int, list[Segment]] = import_string(settings.OVERVIEW)(held=held, rounds=rounds)
    standings: Mapping[int, str] = import_string(settings.STANDING)(held=held, rounds=rounds)
    entries = []
    for round in rounds:
        every = [task for of_app in by_app for task in of_app.get(round.pk, ())]
        own, others = ([task for task in every if task.of_others is of_others] for of_others in (False, True))
        entries.append(RoundWaiting(round, own, others, bars.get(round.pk, []), standings.get(round.pk, "")))
    return entries
