"""Which organisation a bidder's name and register number mean: a known one, a new one, or a question for a person.

Nothing wins silently: where the name and the number lead to different organisations, or the name to several, a person
says which one it is. A row of a spreadsheet is placed in the light of the rows above it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from bids.models import Bid
from grants import registers
from grants.models import Alias, Organisation, RegisterNumber
from grants.models.organisations import LONGEST_PLAIN
from grants.names import plain_name

# The answer that the bidder is an organisation of its own.
NEW = "new"


@dataclass(frozen=True, slots=True)
class Named:
    """How a bid names its recipient: the name as written, with the register and the number in their one spelling."""

    name: str
    register: str
    number: str
    illustrative: bool = False

    @property
    def plain(self) -> str:
        return plain_name(self.name)[:LONGEST_PLAIN]

    @property
    def numbered(self) -> str:
        return registers.called(self.register, self.number)

    @property
    def key(self) -> str:
        """The same for all bids that name their recipient in the same way, so that one answer is enough."""
        return hashlib.sha256("\n".join((self.plain, self.register, self.number)).encode()).hexdigest()[:16]


@dataclass(slots=True, eq=False)
class Body:
    """An organisation with its names and numbers, stored or about to be. `key` is the answer that chooses it."""

    key: str
    name: str
    numbers: dict[str, str] = field(default_factory=dict)
    plains: set[str] = field(default_factory=set)
    stored: Organisation | None = None
    illustrative: bool = False

    @property
    def introduced(self) -> str:
        """Its name with its numbers: Pennywhistle Trust (charity number 9937792)."""
        numbers = [registers.called(own, number) for own, number in self.numbers.items()]
        return f"{self.name} ({', '.join(numbers)})" if numbers else self.name


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked about a recipient, with the answers that there are and what to do if none is right."""

    key: str
    sentence: str
    choices: tuple[tuple[str, str], ...]
    otherwise: str = ""
    # The answer that follows where the number alone decides, as it does in the folder of a round; empty if it does not.
    by_number: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bid's recipient belongs, with a note of what that changes; or the question that is open."""

    body: Body | None = None
    note: str = ""
    question: Question | None = None


class Recipients:
    """All organisations by number and by name, read once for a whole spreadsheet and kept in step with its rows."""

    def __init__(self) -> None:
        self._by_number: dict[tuple[str, str], Body] = {}
        self._by_name: dict[str, list[Body]] = defaultdict(list)
        self._answered: dict[str, Body] = {}
        self._added: list[Body] = []
        self._aliases: list[tuple[Body, str]] = []
        self._numbers: list[tuple[Body, str, str]] = []
        bodies = {own.pk: Body(str(own.pk), own.name, stored=own) for own in Organisation.objects.all()}
        for own in RegisterNumber.objects.all():
            bodies[own.organisation_id].numbers[own.register] = own.number
            self._by_number[own.register, own.number] = bodies[own.organisation_id]
        for alias in Alias.objects.order_by("organisation_id"):
            bodies[alias.organisation_id].plains.add(alias.plain)
            self._by_name[alias.plain].append(bodies[alias.organisation_id])

    def place(self, named: Named, answer: str = "") -> Place:
        """Return where a recipient belongs. An answer that is none of the choices leaves the question open."""
        if (body := self._answered.get(named.key)) is not None:
            return Place(body)
        known = self._by_number.get((named.register, named.number)) if named.number else None
        same_name = self._by_name.get(named.plain, [])
        if known and named.plain in known.plains:
            return Place(known)
        if not known and not same_name:
            return Place(self._add(named), note="A new organisation")
        if not known and len(same_name) == 1 and not named.number:
            return Place(same_name[0])
        if not known and len(same_name) == 1 and not same_name[0].numbers:
            return Place(self._extend(same_name[0], named), note=f"{same_name[0].name} gets the {named.numbered}")
        question = _another_name(named, known) if known else _same_name(named, same_name)
        if answer not in {value for value, _ in question.choices}:
            return Place(question=question)
        chosen = next((body for body in (known, *same_name) if body and body.key == answer), None)
        self._answered[named.key] = self._extend(chosen, named) if chosen else self._add(named)
        return Place(self._answered[named.key], note=dict(question.choices)[answer])

    def _add(self, named: Named) -> Body:
        # Named by what its bid says and not by its place: an earlier answer can add an organisation before it.
        body = Body(f"added {named.key}", named.name, illustrative=named.illustrative)
        self._added.append(body)
        return self._extend(body, named)

    def _extend(self, body: Body, named: Named) -> Body:
        """Give an organisation the name and the number of a bid, where it has them not yet."""
        if named.plain not in body.plains:
            body.plains.add(named.plain)
            self._by_name[named.plain].append(body)
            self._aliases.append((body, named.name))
        if named.number and named.register not in body.numbers:
            body.numbers[named.register] = named.number
            self._by_number[named.register, named.number] = body
            self._numbers.append((body, named.register, named.number))
        return body

    def save(self) -> None:
        """Store the organisations, names and numbers that the placed bids brought, in a few statements."""
        new = []
        for body in self._added:
            register, number = next(iter(body.numbers.items()), (Organisation.Register.NOT_STATED, ""))
            body.stored = Organisation(name=body.name, register=register, number=number, illustrative=body.illustrative)
            new.append(body.stored)
        Organisation.objects.bulk_create(new)
        for body, register, number in self._numbers:
            own = _stored(body)
            if not own.number:
                own.register, own.number = register, number
                own.save(update_fields=["register", "number"])
        RegisterNumber.objects.bulk_create(
            RegisterNumber(organisation=_stored(body), register=register, number=number)
            for body, register, number in self._numbers
        )
        Alias.objects.bulk_create(
            Alias(organisation=_stored(body), name=name, plain=plain_name(name)[:LONGEST_PLAIN])
            for body, name in self._aliases
        )
        self._added, self._aliases, self._numbers = [], [], []


def _stored(body: Body) -> Organisation:
    assert body.stored, f"{body.name} is not stored yet"
    return body.stored


def _another_name(named: Named, known: Body) -> Question:
    return Question(
        named.key,
        f"The {named.numbered} belongs to {known.name}. Is “{named.name}” another name of it?",
        ((known.key, f"Yes, “{named.name}” is another name of {known.name}"),),
        "If it is another organisation, correct the number.",
        known.key,
    )


def _same_name(named: Named, same_name: list[Body]) -> Question:
    introduced = " and ".join(body.introduced for body in same_name)
    fitting = [body for body in same_name if not named.number or named.register not in body.numbers]
    gets = f", which gets the {named.numbered}" if named.number else ""
    choices = [(body.key, f"It is {body.introduced}{gets}") for body in fitting]
    return Question(
        named.key,
        f"“{named.name}”{f' has the {named.numbered}' if named.number else ''}. This name is known: {introduced}. "
        "Which organisation is meant?",
        (*choices, (NEW, "Another organisation with the same name")),
        "" if len(fitting) == len(same_name) else "If the number is wrong, correct it.",
        "" if fitting else NEW,
    )


def lock() -> None:
    """Let nobody else add organisations, names or numbers until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE grants_alias IN SHARE ROW EXCLUSIVE MODE")


def named(draft: Mapping[str, Any]) -> Named:
    """Return how the cleaned data of a bid name its recipient."""
    invented = "invented" in draft.get("illustrative", "").lower() and bool(draft["register_number"])
    return Named(draft["recipient"], draft["register"], draft["register_number"], invented)


def keeps_recipient(bid: Bid, draft: Mapping[str, Any]) -> bool:
    """Whether the cleaned data name the recipient as the bid does, so that who it is was decided before."""
    if bid.recipient is None or draft["recipient"] != bid.recipient_as_written:
        return False
    return (draft["register"], draft["register_number"]) == (bid.register_as_written, bid.number_as_written)
