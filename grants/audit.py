"""The audit trail: the only writer of AuditEvent, and the check that reveals changed, removed or inserted events."""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.utils.module_loading import import_string

from grants import money
from grants.days import day_of
from grants.models import AuditEvent, RoleHolding, Round, User, own_body
from grants.refusal import NotEntitled
from grants.roles import ACTIONS, Role, acting_role

START = "0" * 64
# Events that one statement writes, so that none of them takes long.
BATCH = 1000


def record(
    action: str,
    subject: models.Model,
    *,
    by: User,
    at: datetime,
    round: Round | None = None,
    because: str = "",
    before: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one event in the caller's transaction and return it.

    If the subject has a `bid`, as a bid itself does, the event also appears in the trail of that bid. `at` is when the
    action was done; amounts in `before` and `facts` are Decimal pounds. Raises NotEntitled, which undoes the whole
    change, if `by` holds no role for the action in the round at this moment.
    """
    event = _event(action, round, by, at, because)
    event.bid = _bid_of(subject)
    _append(event, subject, before or {}, facts or {})
    _follow([action])
    return event


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that is recorded together with others: what `record` takes, but for what all of them share."""

    action: str
    subject: models.Model
    facts: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    because: str = ""


def record_all(entries: Sequence[Entry], *, round: Round | None, by: User, at: datetime) -> None:
    """Write events of one round in their order, each as `record` would, in a fixed number of queries.

    Raises NotEntitled as `record` does.
    """
    if not entries:
        return
    actions = dict.fromkeys(entry.action for entry in entries)
    event_by_action = {action: _event(action, round, by, at, "") for action in actions}
    last_number, last_hash = _end_of_chain(round)
    events: list[AuditEvent] = []
    for number, entry in enumerate(entries, start=last_number + 1):
        event = copy(event_by_action[entry.action])
        event.bid, event.because = _bid_of(entry.subject), entry.because
        _complete(event, entry.subject, entry.before, entry.facts, number, last_hash)
        last_hash = event.hash
        events.append(event)
    AuditEvent.objects.bulk_create(events, batch_size=BATCH)
    _follow(list(actions))


def _follow(actions: Collection[str]) -> None:
    """Call what an app above does after acts that are recorded, in their transaction."""
    for name in settings.AFTER_EVENTS:
        import_string(name)(actions=actions)


def record_under_bid(
    action: str, subject: models.Model, bid: Any, *, round: Round, by: User, at: datetime, because: str
) -> AuditEvent:
    """Write one event of a subject with many bids, such as a meeting, that also appears in the trail of one bid.

    Raises NotEntitled as `record` does.
    """
    event = _event(action, round, by, at, because)
    event.bid = bid.reference
    return _append(event, subject, {}, {})


def record_first_administrator(holding: RoleHolding, *, at: datetime) -> AuditEvent:
    """Write the one event for which nobody can hold a role: the operator names the first administrator."""
    event = AuditEvent(action="give role", actor_name="Operator of the system", because="First administrator", at=at)
    return _append(event, holding.user, {}, {"role": holding.role})


def record_by_service(
    action: str, subject: models.Model, *, round: Round, at: datetime, facts: dict[str, Any]
) -> AuditEvent:
    """Write an event of what the service does by itself on its day, for which nobody needs a role."""
    event = AuditEvent(action=action, actor_name="The service", round=round, at=at)
    return _append(event, subject, {}, facts)


def record_own(action: str, person: User, *, at: datetime, facts: dict[str, Any] | None = None) -> AuditEvent:
    """Write an event about a person's own account, for which they need no role."""
    return _append(AuditEvent(action=action, actor=person, actor_name=person.name, at=at), person, {}, facts or {})


def acting_for(action: str, by: User, round: Round | None, at: datetime) -> User | None:
    """Return the person for whom `by` would do the action as a deputy.

    Returns None if they would do it in a role of their own, or may not do it.
    """
    own, through = _holdings(by, round, at)
    if acting_role(action, own) is not None:
        return None
    role = acting_role(action, frozenset(through))
    return through[role] if role else None


def acting_as(action: str, by: User, round: Round | None, at: datetime) -> list[User]:
    """Return the people whose conflicts and past actions count: the user and, if deputising, their principal."""
    principal = acting_for(action, by, round, at)
    return [by, principal] if principal else [by]


def had_a_hand(action: str, subject: models.Model, round: Round, people: Collection[User]) -> bool:
    """Return whether one of these people, or a deputy for one of them, did the action to this subject."""
    did = models.Q(actor__in=people) | models.Q(principal__in=people)
    return AuditEvent.objects.filter(did, round=round, action=action, **_named(subject)).exists()


def who_did(round: Round, actions: Collection[str]) -> set[str]:
    """Return the user names of the people who did one of these actions in a round, themselves or through a deputy."""
    done = AuditEvent.objects.filter(round=round, action__in=actions)
    pairs = done.values_list("actor__username", "principal__username").distinct()
    return {name for pair in pairs for name in pair if name}


def _named(subject: models.Model) -> dict[str, str]:
    return {
        "subject_kind": str(subject._meta.verbose_name),
        "subject": str(getattr(subject, "reference", subject.pk)),
    }


def _bid_of(subject: models.Model) -> str:
    """Return the reference of the bid in whose trail an event of this subject appears, or an empty text."""
    bid = getattr(subject, "bid", None)
    return bid.reference if bid else ""


def _holdings(by: User, round: Round | None, at: datetime) -> tuple[frozenset[Role], dict[Role, User]]:
    """Return the roles that a person holds themselves at an instant, and their principal by role held as a deputy."""
    held = (
        RoleHolding.objects.on(day_of(at))
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
    offices = (round.body if round else own_body()).offices
    roles = " or ".join(sorted(offices.of(entitled) for entitled in ACTIONS[action].roles))
    raise NotEntitled(f"{by.name} may not do this here. It needs the role {roles}.")


def _event(action: str, round: Round | None, by: User, at: datetime, because: str) -> AuditEvent:
    """Return an unsaved event with the role, and the principal if any, in which `by` acts at this moment."""
    role, principal = _role_now(action, by, round, at)
    event = AuditEvent(action=action, actor=by, actor_name=by.name, actor_role=role, at=at, round=round)
    event.principal, event.acting_for = principal, principal.name if principal else ""
    event.because = because
    return event


def _append(event: AuditEvent, subject: models.Model, before: dict[str, Any], facts: dict[str, Any]) -> AuditEvent:
    """Complete an event with its subject, its number and its hashes, and save it at the end of its chain."""
    number, last_hash = _end_of_chain(event.round)
    _complete(event, subject, before, facts, number + 1, last_hash)
    event.save(force_insert=True)
    return event


def _end_of_chain(round: Round | None) -> tuple[int, str]:
    """Lock a chain, and return the number and the hash of its last event."""
    # Last in the lock order: one writer a chain until its transaction ends.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(681, %s)", [round.pk if round else 0])
    last = AuditEvent.objects.filter(round=round).order_by("-number").values("number", "hash").first()
    return (last["number"], last["hash"]) if last else (0, START)


def _complete(
    event: AuditEvent,
    subject: models.Model,
    before: dict[str, Any],
    facts: dict[str, Any],
    number: int,
    last_hash: str,
) -> None:
    event.number, event.previous_hash = number, last_hash
    for name, value in _named(subject).items():
        setattr(event, name, value)
    event.before, event.facts = plain(before), plain(facts)
    event.hash = digest(event)


def digest(event: AuditEvent) -> str:
    """Return the sha256 of an event's content and the hash of the event before it."""
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
    # Left out unless somebody acted as a deputy, so that events written before deputies existed keep their hash.
    if event.acting_for:
        content["acting_for"] = event.acting_for
    if event.principal_id:
        content["principal"] = event.principal_id
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(value: Any) -> str:
    """Return a value as JSON in one spelling: sorted keys, no spaces, money as text with two decimals."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: money as text with two decimals, dates and instants in ISO form."""
    # Most of what a paper holds is text, so that is asked first.
    if value is None or isinstance(value, (str, int, bool)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return money.text(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of `verify` for one chain: the number of events, the hash of the last, and each fault in words."""

    round: str
    events: int
    head: str
    faults: tuple[str, ...]


def head(round: Round | None) -> str:
    """Return the hash of a chain's last event. Each pack prints it, so that removing the end of the chain shows."""
    last = AuditEvent.objects.filter(round=round).order_by("-number").values_list("hash", flat=True).first()
    return last or START


def verify(round: Round | None) -> Checked:
    """Check a chain from its start and describe every event that is not as it was written."""
    faults: list[str] = []
    before, number = START, 0
    for event, event_faults in _checked(round):
        faults += event_faults
        before, number = event.hash, event.number
    return Checked(round.reference if round else "", number, before, tuple(faults))


def unbroken(round: Round | None) -> frozenset[str]:
    """Return the hashes of a chain's events, up to the first event that is not as it was written."""
    sound = {START}
    for event, faults in _checked(round):
        if faults:
            break
        sound.add(event.hash)
    return frozenset(sound)


def _checked(round: Round | None) -> Iterator[tuple[AuditEvent, list[str]]]:
    """Yield each event of a chain with its faults, in order."""
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
