"""A person's tasks, gathered from every app for the home page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from grants.access import Holdings
from grants.models import Round, User, Virement
from grants.totals import counts_by


@dataclass(frozen=True, slots=True)
class Task:
    """One task: what, how many, by when, and the page. The task to resume first has a `button`."""

    text: str
    address: str
    count: int | None = None
    due: date | None = None
    hint: str = ""
    button: str = ""


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
    """A round on the home page: its tasks, its stage and, for people who may see it, its allocation as a bar."""

    round: Round
    tasks: list[Task]
    bar: list[Segment]
    standing: str


def tasks(*, user: User, held: Holdings, rounds: Sequence[Round]) -> dict[int, list[Task]]:
    """Return by round the task of a second person: to answer virements that somebody else proposed."""
    own = [round for round in rounds if held.may("confirm virement", round)]
    others = Virement.objects.filter(round__in=own, state=Virement.State.PROPOSED).exclude(proposed_by=user)
    proposed = counts_by(others, "round")
    return {
        round.pk: [
            Task("Confirm or refuse virements", reverse("grants:virements", args=[round.reference]), proposed[round.pk])
        ]
        for round in own
        if round.pk in proposed
    }


def waiting(user: User, held: Holdings) -> list[RoundWaiting]:
    """Return every round in which the person holds a role, the newest first.

    Each app reads all rounds at once, so that the queries do not grow with them.
    """
    rounds = list(held.rounds("see home"))
    by_app = [import_string(name)(user=user, held=held, rounds=rounds) for name in settings.WAITING]
    bars: Mapping[int, list[Segment]] = import_string(settings.OVERVIEW)(held=held, rounds=rounds)
    standings: Mapping[int, str] = import_string(settings.STANDING)(held=held, rounds=rounds)
    return [
        RoundWaiting(
            round,
            [task for of_app in by_app for task in of_app.get(round.pk, ())],
            bars.get(round.pk, []),
            standings.get(round.pk, ""),
        )
        for round in rounds
    ]
