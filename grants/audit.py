"""The trail: the only writer of AuditEvent, and the check that nothing in it was changed, removed or put in."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils.timezone import localtime

from grants import money
from grants.models import AuditEvent, RoleHolding, Round, User
from grants.refusal import NotEntitled
from grants.roles import ACTIONS, Role, acting_role

START = "0" * 64


def record(
    action: str,
    subject: models.Model,
    *,
    by: User,
    at: datetime,
    round: Round | None = None,
    bid: str = "",
    because: str = "",
    before: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one event in the caller's transaction, and refuse with it where the person may not act.

    `subject` has a `reference`; `at` is when it was done; amounts in `before` and `facts` are Decimal pounds.
    Raises NotEntitled where `by` holds no role for the action in the round at this moment, so that no change
    can stand in the trail under somebody who was not entitled to it.
    """
    role, principal = _role_now(action, by, round, at)
    return _append(action, subject, by, by.name, role, principal, at, round, bid, because, before or {}, facts or {})


def record_first_administrator(holding: RoleHolding, *, at: datetime) -> AuditEvent:
    """Write the one event that nobody can be entitled to: the operator names the first administrator."""
    who = "Operator of the system"
    facts = {"role": holding.role}
    return _append("give role", holding.user, None, who, None, None, at, None, "", "First administrator", {}, facts)


def record_own(action: str, person: User, *, at: datetime) -> AuditEvent:
    """Write an event about a person's own account, for which nobody needs a role."""
    return _append(action, person, person, person.name, None, None, at, None, "", "", {}, {})


def acting_for(action: str, by: User, round: Round | None, at: datetime) -> User | None:
    """For whom a person does an action as a deputy, or None where they do it in a role of their own, or may not."""
    own, through = _holdings(by, round, at)
    if acting_role(action, own) is not None:
        return None
    role = acting_role(action, frozenset(through))
    return through[role] if role else None


def acting_as(action: str, by: User, round: Round | None, at: datetime) -> list[User]:
    """Whose interests and doings bar an action: the person's own and, for a deputy, those of whom they act for."""
    principal = acting_for(action, by, round, at)
    return [by, principal] if principal else [by]


def had_a_hand(action: str, subject: models.Model, round: Round, people: Collection[User]) -> bool:
    """Whether one of these people did an action to something of a round, or a deputy did it for one of them."""
    did = models.Q(actor__in=people) | models.Q(principal__in=people)
    return AuditEvent.objects.filter(did, round=round, action=action, **_named(subject)).exists()


def who_did(round: Round, actions: Collection[str]) -> set[str]:
    """The user names of those who did one of these actions in a round, and of those for whom deputies did."""
    done = AuditEvent.objects.filter(round=round, action__in=actions)
    pairs = done.values_list("actor__username", "principal__username").distinct()
    return {name for pair in pairs for name in pair if name}


def _named(subject: models.Model) -> dict[str, str]:
    return {
        "subject_kind": str(subject._meta.verbose_name),
        "subject": str(getattr(subject, "reference", subject.pk)),
    }


def _holdings(by: User, round: Round | None, at: datetime) -> tuple[frozenset[Role], dict[Role, User]]:
    """The roles that a person holds themselves at an instant, and those that they hold as somebody's deputy."""
    held = (
        RoleHolding.objects.on(localtime(at).date())
        .filter(models.Q(round=None) | models.Q(round=round), user=by, user__is_active=True)
        .select_related("through__user")
    )
    own, through = set(), {}
    for holding in held:
        if holding.through is None:
            own.add(Role(holding.role))
        else:
            through[Role(holding.role)] = holding.through.user
    return frozenset(own), through


def _role_now(action: str, by: User, round: Round | None, at: datetime) -> tuple[Role, User | None]:
    # Read again inside the transaction: a role that was ended after the page was drawn no longer counts.
    own, through = _holdings(by, round, at)
    role = acting_role(action, own)
    if role is not None:
        return role, None
    role = acting_role(action, frozenset(through))
    if role is not None:
        return role, through[role]
    roles = " or ".join(sorted(entitled.label for entitled in ACTIONS[action].roles))
    raise NotEntitled(f"{by.name} may not do this here. It needs the role {roles}.")


def _append(
    action: str,
    subject: models.Model,
    by: User | None,
    name: str,
    role: Role | None,
    principal: User | None,
    at: datetime,
    round: Round | None,
    bid: str,
    because: str,
    before: dict[str, Any],
    facts: dict[str, Any],
) -> AuditEvent:
    # Last in the lock order: one writer a chain until its transaction ends.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(681, %s)", [round.pk if round else 0])
    last = AuditEvent.objects.filter(round=round).order_by("-number").values("number", "hash").first()
    event = AuditEvent(
        round=round,
        number=last["number"] + 1 if last else 1,
        at=at,
        actor=by,
        actor_name=name,
        actor_role=role or "",
        acting_for=principal.name if principal else "",
        principal=principal,
        action=action,
        **_named(subject),
        bid=bid,
        because=because,
        before=plain(before),
        facts=plain(facts),
        previous_hash=last["hash"] if last else START,
    )
    event.hash = digest(event)
    event.save(force_insert=True)
    return event


def digest(event: AuditEvent) -> str:
    """The sha256 of all that an event says and of the hash before it."""
    content = {
        "round": event.round_id,
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(),
        "actor": event.actor_id,
        "actor_name": event.actor_name,
        "actor_role": event.actor_role,
        "action": event.action,
        "subject_kind": event.subject_kind,
        "subject": event.subject,
        "bid": event.bid,
        "because": event.because,
        "before": event.before,
        "facts": event.facts,
        "previous_hash": event.previous_hash,
    }
    # Left out where nobody was acted for, so that events from before there were deputies keep their hash.
    if event.acting_for:
        content["acting_for"] = event.acting_for
    if event.principal_id:
        content["principal"] = event.principal_id
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(value: Any) -> str:
    """The one spelling of a value as JSON: sorted keys, no spaces, money as text with two decimals."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: money as text with two decimals, days and instants in ISO form."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return money.text(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return str(value)


@dataclass(frozen=True, slots=True)
class Checked:
    """What `verify` found in one chain: how many events, the hash of the last, and each fault in words."""

    round: str
    events: int
    head: str
    faults: tuple[str, ...]


def head(round: Round | None) -> str:
    """The hash of the last event of a chain; printed in each pack, so that a removed tail shows."""
    last = AuditEvent.objects.filter(round=round).order_by("-number").values_list("hash", flat=True).first()
    return last or START


def verify(round: Round | None) -> Checked:
    """Read a chain from its start and name every event that is not as it was written."""
    faults: list[str] = []
    before, number = START, 0
    for event, event_faults in _checked(round):
        faults += event_faults
        before, number = event.hash, event.number
    return Checked(round.reference if round else "", number, before, tuple(faults))


def unbroken(round: Round | None) -> frozenset[str]:
    """The head of a chain after each of its events, up to the first one that is not as it was written."""
    sound = {START}
    for event, faults in _checked(round):
        if faults:
            break
        sound.add(event.hash)
    return frozenset(sound)


def _checked(round: Round | None) -> Iterator[tuple[AuditEvent, list[str]]]:
    """Each event of a chain in turn, with what is wrong with it."""
    before, number = START, 0
    for event in _stream(round):
        number += 1
        faults = []
        if event.number != number:
            faults.append(f"Event {number} is missing: the next one is numbered {event.number}.")
            number = event.number
        if event.previous_hash != before:
            faults.append(f"Event {event.number} does not follow the event before it.")
        if event.hash != digest(event):
            faults.append(f"Event {event.number} was changed after it was written.")
        before = event.hash
        yield event, faults


def _stream(round: Round | None) -> Iterator[AuditEvent]:
    return AuditEvent.objects.filter(round=round).order_by("number").iterator(chunk_size=2000)
