"""The trail: nothing in it can be changed, and tampering with the database itself is revealed."""

from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from typing import Any

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.utils import InternalError

from grants import audit
from grants.models import AuditEvent, BudgetLine, Round, User
from grants.people import people
from grants.refusal import NotEntitled
from grants.roles import Role
from grants.rounds import rounds
from tests import factories
from tests.factories import NOW, open_round, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    """A round with five events of its own, each a budget line."""
    made = open_round()
    finance = person(Role.FINANCE, round=made)
    for number in range(5):
        rounds.keep_budget_line(
            round=made,
            content=rounds.LineContent(kind="other", label=f"Line {number}", amount=Decimal(100 + number)),
            reason="For the test",
            by=finance,
            at=NOW,
        )
    return made


def events(round: Round) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(round=round).order_by("number"))


@pytest.mark.parametrize("reference", ["cpie-2019-20", "safer-summer-2026-27", None])
def test_the_trail_of_the_loaded_rounds_is_unbroken(reference: str | None) -> None:
    chain = Round.objects.get(reference=reference) if reference else None
    checked = audit.verify(chain)
    assert checked.faults == ()
    assert checked.events == AuditEvent.objects.filter(round=chain).count() > 10
    assert checked.head == audit.head(chain) != audit.START


def test_each_event_records_who_what_when_why_and_the_previous_hash(round: Round) -> None:
    *_, before, last = events(round)
    assert (last.action, last.actor_role, last.subject_kind) == ("keep budget line", Role.FINANCE, "budget line")
    assert (last.at, last.because, last.number) == (NOW, "For the test", before.number + 1)
    assert last.facts == {"label": "Line 4", "kind": "other", "amount": "104.00", "note": ""}
    assert last.previous_hash == before.hash
    assert last.hash == audit.digest(last)


def test_each_round_has_a_chain_of_its_own_that_begins_at_one(round: Round) -> None:
    other = open_round()
    rounds.keep_budget_line(
        round=other,
        content=rounds.LineContent(kind="other", label="Of the other round", amount=Decimal(1)),
        reason="For the test",
        by=person(Role.LEAD, round=other),
        at=NOW,
    )
    first = events(other)[0]
    assert (first.number, first.previous_hash) == (1, audit.START)
    assert audit.verify(round).faults == audit.verify(other).faults == ()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda rows: rows.update(because="Another reason"), "Cannot update or delete"),
        (lambda rows: rows.update(hash="0" * 64), "Cannot update or delete"),
        (lambda rows: rows.delete(), "Cannot update or delete"),
        (lambda rows: rows.first().delete(), "Cannot update or delete"),
        (lambda rows: rows.first().save(), "Cannot update or delete"),
        (lambda rows: execute("TRUNCATE grants_auditevent CASCADE"), "never emptied"),
        (lambda rows: execute("UPDATE grants_auditevent SET number = number + 1"), "Cannot update or delete"),
        (lambda rows: execute("DELETE FROM grants_auditevent"), "Cannot update or delete"),
    ],
    ids=["update", "update of the hash", "delete", "delete of one", "save", "truncate", "SQL update", "SQL delete"],
)
def test_the_database_refuses_to_change_the_trail(round: Round, change: Callable[[Any], Any], refusal: str) -> None:
    before = [(event.number, event.hash) for event in events(round)]
    # Deferred checks of the rows just written would keep TRUNCATE from getting as far as the trigger.
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(InternalError, match=refusal), transaction.atomic():
        change(AuditEvent.objects.filter(round=round))
    assert [(event.number, event.hash) for event in events(round)] == before


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


FIELDS = {
    "actor_name": "Somebody Else",
    "actor_role": "auditor",
    "action": "open round",
    "subject_kind": "round",
    "subject": "LINE-XXXXX",
    "bid": "BID-XXXXX",
    "because": "A nicer reason",
    "before": {"amount": "1.00"},
    "facts": {"amount": "1000000.00"},
    "actor_id": None,
    "at": NOW.replace(hour=11),
}


@pytest.mark.parametrize("field", FIELDS)
def test_an_event_changed_behind_the_triggers_shows(round: Round, field: str) -> None:
    event = events(round)[2]
    with pgtrigger.ignore("grants.AuditEvent:append_only"):
        AuditEvent.objects.filter(pk=event.pk).update(**{field: FIELDS[field]})
    assert audit.verify(round).faults == (f"Event {event.number} was changed after it was written.",)


def test_a_changed_event_with_a_new_hash_of_its_own_breaks_the_chain_after_it(round: Round) -> None:
    event = events(round)[2]
    event.because = "A nicer reason"
    with pgtrigger.ignore("grants.AuditEvent:append_only"):
        AuditEvent.objects.filter(pk=event.pk).update(because=event.because, hash=audit.digest(event))
    assert audit.verify(round).faults == (f"Event {event.number + 1} does not follow the event before it.",)


def test_an_event_removed_from_the_middle_shows(round: Round) -> None:
    event = events(round)[2]
    with pgtrigger.ignore("grants.AuditEvent:append_only"):
        AuditEvent.objects.filter(pk=event.pk).delete()
    assert audit.verify(round).faults == (
        f"Event {event.number} is missing: the next one is numbered {event.number + 1}.",
        f"Event {event.number + 1} does not follow the event before it.",
    )


def test_a_removed_first_event_shows(round: Round) -> None:
    with pgtrigger.ignore("grants.AuditEvent:append_only"):
        AuditEvent.objects.filter(pk=events(round)[0].pk).delete()
    assert audit.verify(round).faults[0] == "Event 1 is missing: the next one is numbered 2."


def test_a_removed_tail_shows_in_the_head_that_was_printed_before(round: Round) -> None:
    printed = audit.head(round)
    with pgtrigger.ignore("grants.AuditEvent:append_only"):
        AuditEvent.objects.filter(pk=events(round)[-1].pk).delete()
    checked = audit.verify(round)
    assert checked.faults == ()
    assert checked.head != printed


def test_two_events_that_change_places_show(round: Round) -> None:
    first, second = events(round)[1:3]
    with pgtrigger.ignore("grants.AuditEvent:append_only"):
        for pk, number in ((first.pk, 9999), (second.pk, first.number), (first.pk, second.number)):
            AuditEvent.objects.filter(pk=pk).update(number=number)
    faults = audit.verify(round).faults
    assert f"Event {first.number} was changed after it was written." in faults
    assert f"Event {second.number} was changed after it was written." in faults
    assert f"Event {first.number} does not follow the event before it." in faults


def test_swapped_contents_show_even_with_the_numbers_left_as_they_were(round: Round) -> None:
    first, second = events(round)[1:3]
    with pgtrigger.ignore("grants.AuditEvent:append_only"):
        AuditEvent.objects.filter(pk=first.pk).update(facts=second.facts)
        AuditEvent.objects.filter(pk=second.pk).update(facts=first.facts)
    assert audit.verify(round).faults == tuple(
        f"Event {event.number} was changed after it was written." for event in (first, second)
    )


def test_an_event_inserted_by_hand_shows(round: Round) -> None:
    last = events(round)[-1]
    forged = AuditEvent(
        round=round,
        number=last.number + 1,
        at=NOW,
        actor_name="Nobody",
        actor_role="",
        action="give role",
        subject_kind="person",
        subject="nobody",
        previous_hash="f" * 64,
    )
    forged.hash = audit.digest(forged)
    forged.save(force_insert=True)
    assert audit.verify(round).faults == (f"Event {forged.number} does not follow the event before it.",)


def test_disabled_triggers_leave_the_hashes_as_the_last_guard(round: Round) -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("ALTER TABLE grants_auditevent DISABLE TRIGGER USER")
    event = events(round)[3]
    AuditEvent.objects.filter(pk=event.pk).update(because="Hidden")
    execute("ALTER TABLE grants_auditevent ENABLE TRIGGER USER")
    assert audit.verify(round).faults == (f"Event {event.number} was changed after it was written.",)


def test_the_command_ends_with_an_error_where_the_trail_is_broken(round: Round) -> None:
    out = StringIO()
    call_command("verify_trail", round.reference, stdout=out)
    assert "The trail is unbroken." in out.getvalue()
    event = events(round)[0]
    with pgtrigger.ignore("grants.AuditEvent:append_only"):
        AuditEvent.objects.filter(pk=event.pk).update(because="Hidden")
    out = StringIO()
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_trail", round.reference, stdout=out)
    assert f"Event {event.number} was changed after it was written." in out.getvalue()


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.FINANCE, Role.LEAD)])
def test_a_person_who_is_not_entitled_leaves_neither_an_event_nor_a_change(round: Round, role: Role) -> None:
    before, lines = len(events(round)), set(round.lines.values_list("label", flat=True))
    outsider = person(role, round=round)
    with pytest.raises(NotEntitled, match="needs the role CPIE lead or Finance"):
        content = rounds.LineContent(kind="other", label="Mine", amount=Decimal(1))
        rounds.keep_budget_line(round=round, content=content, reason="I like it", by=outsider, at=NOW)
    assert len(events(round)) == before
    assert set(round.lines.values_list("label", flat=True)) == lines


def test_a_role_in_another_round_does_not_count(round: Round) -> None:
    other = open_round()
    with pytest.raises(NotEntitled):
        audit.record("keep budget line", round, by=person(Role.FINANCE, round=other), at=NOW, round=round)


def test_a_person_who_is_no_longer_active_is_not_entitled(round: Round) -> None:
    finance = person(Role.FINANCE, round=round)
    audit.record("keep budget line", round, by=finance, at=NOW, round=round)
    User.objects.filter(pk=finance.pk).update(is_active=False)
    with pytest.raises(NotEntitled):
        audit.record("keep budget line", round, by=finance, at=NOW, round=round)


def test_a_change_whose_event_cannot_be_written_is_rolled_back(round: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("No room left on the disk")

    finance, administrator = person(Role.FINANCE, round=round), person(Role.ADMINISTRATOR)
    lines, names = BudgetLine.objects.count(), User.objects.count()
    monkeypatch.setattr(AuditEvent, "save", full)
    with pytest.raises(DatabaseError, match="No room"):
        content = rounds.LineContent(kind="other", label="Lost", amount=Decimal(1))
        rounds.keep_budget_line(round=round, content=content, reason="x", by=finance, at=NOW)
    with pytest.raises(DatabaseError, match="No room"):
        people.add_person(username="lost.person", name="Lost", unit="", by=administrator, at=NOW)
    assert (BudgetLine.objects.count(), User.objects.count()) == (lines, names)


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        ({"b": Decimal("1.5"), "a": 1}, '{"a":1,"b":"1.50"}'),
        ([NOW, None, True], '["2026-11-20T10:00:00+00:00",null,true]'),
        ({"name": "Café £5"}, '{"name":"Café £5"}'),
        (("x", (1, 2)), '["x",[1,2]]'),
    ],
)
def test_a_value_has_one_spelling(value: Any, spelling: str) -> None:
    assert audit.canonical(value) == spelling


def test_the_trail_names_the_person_as_they_were_called_then(round: Round) -> None:
    finance = person(Role.FINANCE, round=round, name="Before Marriage")
    event = audit.record("keep budget line", round, by=finance, at=NOW, round=round)
    User.objects.filter(pk=finance.pk).update(name="After Marriage")
    assert AuditEvent.objects.get(pk=event.pk).actor_name == "Before Marriage"
    assert audit.verify(round).faults == ()


def test_a_person_in_the_trail_cannot_be_deleted() -> None:
    by = person(Role.ADMINISTRATOR)
    people.add_person(username="new.person", name="New", unit="", by=by, at=factories.NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(f"DELETE FROM grants_user WHERE id = {by.pk}")
        execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_events_written_together_are_those_that_would_be_written_one_by_one(round: Round) -> None:
    lead = person(Role.LEAD, round=round)
    grants = [factories.award(round) for _ in range(3)]
    facts = {"amount": Decimal("20000.00"), "day": NOW.date()}
    entries = [
        audit.Entry(action, grant, facts, {"route": ""}, because="It changed")
        for grant in grants
        for action in ("invalidate approval", "route awards")
    ]
    audit.record_all(entries, round=round, by=lead, at=NOW)
    together = list(AuditEvent.objects.filter(round=round).order_by("-number")[: len(entries)])[::-1]
    assert not audit.verify(round).faults
    for entry, event in zip(entries, together, strict=True):
        alone = audit.record(
            entry.action,
            entry.subject,
            round=round,
            by=lead,
            at=NOW,
            because=entry.because,
            before=entry.before,
            facts=entry.facts,
        )
        alone.number, alone.previous_hash = event.number, event.previous_hash
        assert audit.digest(alone) == event.hash
    assert not audit.verify(round).faults
