"""A person's tasks, gathered from every app for the home page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from grants.access import Holdings
from grants.models import Round, User, Virement


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


def tasks(*, user: User, held: Holdings, round: Round) -> Iterator[Task]:
    """Yield the task of a second person: to answer virements that somebody else proposed."""
    if not held.may("confirm virement", round):
        return
    proposed = Virement.objects.filter(round=round, state=Virement.State.PROPOSED).exclude(proposed_by=user).count()
    if proposed:
        address = reverse("grants:virements", args=[round.reference])
        yield Task("Confirm or refuse virements", address, proposed)


def waiting(user: User, held: Holdings) -> list[RoundWaiting]:
    """Return every round in which the person holds a role, the newest first."""
    rounds = []
    for round in held.rounds("see home"):
        tasks: list[Task] = []
        for name in settings.WAITING:
            more: Iterable[Task] = import_string(name)(user=user, held=held, round=round)
            tasks += more
        bar: list[Segment] = import_string(settings.OVERVIEW)(held=held, round=round)
        standing: str = import_string(settings.STANDING)(held=held, round=round)
        rounds.append(RoundWaiting(round, tasks, bar, standing))
    return rounds
