"""Files are added and removed with an event each, in one transaction, and only until the panel is asked to score."""

import hashlib
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages
from django.db import DatabaseError, IntegrityError, connection, transaction

from bids.files import adding
from bids.files.checking import accept
from bids.models import Bid, BidFile, StoredFile
from bids.panel import assignments
from grants import audit
from grants.models import AuditEvent, Round, User
from grants.refusal import Incomplete, NotEntitled, Refused
from grants.roles import Role
from tests.bids.files import samples
from tests.bids.files.conftest import Named, kept
from tests.factories import NOW, open_round, outcome, person
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db


def add(bid: Bid, by: User, files: Any) -> list[BidFile]:
    return adding.add_files(bid=bid, files=files, by=by, at=NOW)


def events(bid: Bid, action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(bid=bid.reference, action=action).order_by("number"))


def test_a_file_of_each_kind_is_kept_with_its_hash_and_comes_back_as_it_was(bid: Bid, lead: User) -> None:
    contents = samples.every()
    added = add(bid, lead, [accept(name, content) for name, content in contents.items()])
    assert [file.name for file in bid.files.all()] == list(contents)
    for file, content in zip(added, contents.values(), strict=True):
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        with storages["bid_files"].open(file.stored_as) as opened:
            assert opened.read() == content


def test_adding_is_an_event_of_the_bid_with_name_kind_size_and_hash(bid: Bid, lead: User) -> None:
    (file,) = add(bid, lead, [accept("Budget.xlsx", samples.excel())])
    (event,) = events(bid, "add file")
    sha256 = hashlib.sha256(samples.excel()).hexdigest()
    assert event.facts == {"name": "Budget.xlsx", "kind": "xlsx", "bytes": len(samples.excel()), "sha256": sha256}
    assert (event.subject, event.actor, event.round) == (file.reference, lead, bid.round)
    assert audit.verify(bid.round).faults == ()


def test_removing_leaves_name_hash_and_reason_in_the_trail_and_nothing_of_the_content(bid: Bid, lead: User) -> None:
    (file,) = add(bid, lead, [accept("Budget.xlsx", samples.excel())])
    adding.remove_file(file=file, reason="The wrong year", by=lead, at=NOW)
    assert not bid.files.exists() and not kept(bid).exists()
    (event,) = events(bid, "remove file")
    assert event.because == "The wrong year"
    assert event.before == {
        "name": "Budget.xlsx",
        "kind": "xlsx",
        "bytes": file.size,
        "sha256": hashlib.sha256(samples.excel()).hexdigest(),
    }
    with pytest.raises(Refused, match=r"already been removed"):
        adding.remove_file(file=file, reason="Again", by=lead, at=NOW)


def test_a_removed_file_can_be_added_again(bid: Bid, lead: User, named: Named) -> None:
    first, _ = add(bid, lead, named("a.png", "b.png"))
    adding.remove_file(file=first, reason="Mistake", by=lead, at=NOW)
    (again,) = add(bid, lead, named("a.png"))
    assert (again.place, again.name) == (1, "a.png")
    assert again.reference != first.reference


# Who and when


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_nobody_but_a_lead_adds_or_removes(bid: Bid, lead: User, named: Named, role: Role) -> None:
    (file,) = add(bid, lead, named("a.png"))
    other = person(role, round=bid.round)
    with pytest.raises(NotEntitled):
        add(bid, other, named("b.png"))
    with pytest.raises(NotEntitled):
        adding.remove_file(file=file, reason="Why not", by=other, at=NOW)
    assert [each.name for each in bid.files.all()] == ["a.png"]
    assert kept(bid).count() == 1


def test_a_lead_of_another_round_adds_nothing(bid: Bid, named: Named) -> None:
    with pytest.raises(NotEntitled):
        add(bid, person(Role.LEAD, round=open_round()), named("a.png"))
    assert not kept(bid).exists()


@pytest.mark.parametrize("state", dict(Bid.STATES))
def test_files_change_while_the_bid_can(round: Round, lead: User, named: Named, state: str) -> None:
    bid = make_bid(round, state=state)
    if state in Bid.TRANSITIONS["change bid"].sources:
        add(bid, lead, named("a.png"))
        assert adding.closed(bid) == ""
    else:
        with pytest.raises(Refused, match=r"Its files can no longer change"):
            add(bid, lead, named("a.png"))
    assert kept(bid).exists() == (state in Bid.TRANSITIONS["change bid"].sources)


def test_nothing_changes_once_a_member_is_asked_to_score(
    bid: Bid, lead: User, chair: User, member: User, named: Named
) -> None:
    (file,) = add(bid, lead, named("a.png"))
    assignments.assign(bid=bid, member=member, by=chair, at=NOW)
    with pytest.raises(Refused, match=r"Members are asked to score this bid"):
        add(bid, lead, named("b.png"))
    with pytest.raises(Refused, match=r"Members are asked to score this bid"):
        adding.remove_file(file=file, reason="Too late", by=lead, at=NOW)
    assert [each.name for each in bid.files.all()] == ["a.png"]


def test_a_file_cannot_be_removed_once_the_panel_has_judged(bid: Bid, lead: User, named: Named) -> None:
    (file,) = add(bid, lead, named("a.png"))
    outcome(bid)
    with pytest.raises(Refused, match=r"The panel has judged"):
        adding.remove_file(file=file, reason="Too late", by=lead, at=NOW)


# How many, and which


def test_a_bid_can_have_twenty_files_and_no_more(bid: Bid, lead: User, named: Named) -> None:
    add(bid, lead, named(*(f"{number}.png" for number in range(18))))
    with pytest.raises(Refused, match=r"has 18 files and can have 20\. Choose at most 2"):
        add(bid, lead, named("a.png", "b.png", "c.png"))
    add(bid, lead, named("a.png", "b.png"))
    with pytest.raises(Refused, match=r"has 20 files and can have 20\. Remove one first"):
        add(bid, lead, named("c.png"))
    assert bid.files.count() == kept(bid).count() == len(events(bid, "add file")) == BidFile.MOST == 20


def test_the_database_holds_the_limit_too(bid: Bid, lead: User) -> None:
    values = {"bid": bid, "name": "a.png", "kind": "png", "size": 1, "added_by": lead, "added_at": NOW}
    BidFile.objects.create(reference="F-1", place=20, sha256="1", stored_as="1", **values)
    for number, place in enumerate((0, 20, 21), start=2):
        unlike = {"reference": f"F-{number}", "sha256": str(number), "stored_as": str(number), "name": f"{number}.png"}
        with pytest.raises(IntegrityError), transaction.atomic():
            BidFile.objects.create(place=place, **values | unlike)


def test_each_file_that_is_there_already_is_named_and_none_is_added(bid: Bid, lead: User, named: Named) -> None:
    add(bid, lead, named("a.png"))
    same = accept("copy.png", samples.png(extra=b"a.png"))
    files = [*named("new.png"), same, accept("A.PNG", samples.png(extra=b"other")), *named("new.png")]
    with pytest.raises(Incomplete) as refused:
        add(bid, lead, files)
    assert [message for _, message in refused.value.missing] == [
        "copy.png is the same file as a.png, which is already there",
        "A file with the name A.PNG is already there. Give this one another name",
        "new.png is the same file as new.png, which is already there",
    ]
    assert bid.files.count() == kept(bid).count() == 1
    assert len(events(bid, "add file")) == 1


def test_another_bid_may_have_the_same_file(round: Round, lead: User, named: Named) -> None:
    for bid in (make_bid(round), make_bid(round)):
        add(bid, lead, named("a.png"))
    assert BidFile.objects.filter(bid__round=round).count() == 2


# Where they are kept


def test_no_list_loads_the_content(bid: Bid, lead: User, named: Named) -> None:
    add(bid, lead, named("a.png"))
    assert "content" not in {field.name for field in BidFile._meta.get_fields()}
    assert not [field for field in StoredFile._meta.get_fields() if field.is_relation]


def test_what_is_kept_never_changes(bid: Bid, lead: User, named: Named) -> None:
    (file,) = add(bid, lead, named("a.png"))
    for rows, change in ((StoredFile.objects, {"content": b"other"}), (BidFile.objects, {"sha256": "other"})):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            rows.update(**change)
    assert bid.files.get().sha256 == file.sha256


def test_a_long_file_is_read_in_pieces_that_the_database_cuts_out(bid: Bid) -> None:
    content = bytes(range(256)) * 8192
    name = storages["bid_files"].save("a.png", ContentFile(content))
    with storages["bid_files"].open(name) as opened:
        assert opened.size == len(content)
        assert opened.read(10) == content[:10]
        opened.seek(-300_000, 2)
        assert opened.read() == content[-300_000:]
        opened.seek(1_000_000)
        assert b"".join(opened.chunks()) == content
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstorage FROM pg_attribute WHERE attrelid = 'bids_storedfile'::regclass AND attname = 'content'"
        )
        assert cursor.fetchone() == ("e",)


def test_what_is_not_there_cannot_be_opened() -> None:
    with pytest.raises(FileNotFoundError):
        storages["bid_files"].open("nothing")
    assert not storages["bid_files"].exists("nothing")


class Elsewhere(InMemoryStorage):
    """A storage outside the database, as a deployment may name one."""


@pytest.fixture
def elsewhere(settings: Any) -> Elsewhere:
    settings.STORAGES = {**settings.STORAGES, "bid_files": {"BACKEND": f"{__name__}.Elsewhere"}}
    store = storages["bid_files"]
    assert isinstance(store, Elsewhere)
    return store


def names_in(store: Elsewhere, bid: Bid) -> list[str]:
    return store.listdir(bid.reference)[1] if store.exists(bid.reference) else []


def test_the_setting_of_django_says_where_the_files_are_kept(
    bid: Bid, lead: User, named: Named, elsewhere: Elsewhere, django_capture_on_commit_callbacks: Any
) -> None:
    (file,) = add(bid, lead, named("a.png"))
    assert not kept(bid).exists()
    assert names_in(elsewhere, bid) == [f"{file.reference}.png"]
    with elsewhere.open(file.stored_as) as opened:
        assert hashlib.sha256(opened.read()).hexdigest() == file.sha256
    with django_capture_on_commit_callbacks(execute=True):
        adding.remove_file(file=file, reason="Mistake", by=lead, at=NOW)
        # It goes once the row has gone for good.
        assert names_in(elsewhere, bid)
    assert names_in(elsewhere, bid) == []


def test_what_was_refused_leaves_nothing_in_a_store_outside_the_database(
    bid: Bid, lead: User, named: Named, elsewhere: Elsewhere
) -> None:
    outcome(bid)
    with pytest.raises(Refused):
        add(bid, lead, named("a.png", "b.png"))
    assert names_in(elsewhere, bid) == []


def test_a_transaction_that_fails_leaves_nothing_in_the_database(
    bid: Bid, lead: User, named: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("The trail cannot be written")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        add(bid, lead, named("a.png"))
    assert not bid.files.exists() and not kept(bid).exists()
