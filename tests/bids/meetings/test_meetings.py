"""The panel's meeting: secret until it opens, quorate for each bid, and what it agrees is kept next to the marks."""

import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from bids.meetings import meetings, minutes
from bids.models import AgreedMark, Bid, Discussion, Interest, Mark, Meeting, Panel, Standing
from bids.panel import closing, interests
from bids.scoring import Answer, Gate
from grants.models import AuditEvent, Round, User
from grants.refusal import Incomplete, NotEntitled, Refused, Stale
from grants.roles import Role
from tests.factories import NOW, close, open_round, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db

LEFT = Decimal("100000.00")


@pytest.fixture
def members(round: Round) -> list[User]:
    return [person(Role.MEMBER, round=round, unit="East Area", name=name) for name in ("Ada", "Bea", "Cyn")]


@pytest.fixture
def split(round: Round, members: list[User]) -> Bid:
    """A bid that all three scored: two pass its gates with 3, Cyn fails them with 0. Scoring is closed."""
    made = make_bid(round, title="The split one")
    for member, passed in zip(members, (True, True, False), strict=True):
        scorecard(made, member, passed=passed, score=3 if passed else 0)
    close(round)
    return made


@pytest.fixture
def planned(round: Round, split: Bid, chair: User) -> Meeting:
    return plan(round, chair)


@pytest.fixture
def meeting(planned: Meeting, members: list[User], chair: User) -> Meeting:
    """The same, opened with all three present; its quorum is two."""
    return meetings.open_meeting(meeting=planned, present=members, seen=1, by=chair, at=NOW)


def plan(round: Round, chair: User, quorum: int = 2) -> Meeting:
    return meetings.plan_meeting(round=round, held_on=NOW.date(), quorum=quorum, left=LEFT, by=chair, at=NOW)


def settled(passes: bool = True) -> dict[int, Answer]:
    """An answer for each gate of the default criteria that is split: 1, 2, 3, 6 and 7."""
    return {number: Answer(passed=passes) for number in (1, 2, 3, 6, 7)}


def discuss(
    meeting: Meeting, bid: Bid, by: User, agreed: Mapping[int, Answer] | None = None, **kwargs: Any
) -> Discussion:
    item = meeting.items.get(bid=bid)
    values = {
        "agreed": settled() if agreed is None else agreed,
        "left": [],
        "reason": "It meets them",
        "seen": item.version,
    }
    return meetings.discuss_bid(item=item, **{**values, **kwargs}, by=by, at=NOW)


def last(action: str) -> AuditEvent:
    event = AuditEvent.objects.filter(action=action).order_by("pk").last()
    assert event is not None
    return event


def as_seen_by(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client


# Planning


def test_no_meeting_is_planned_while_scoring_is_open(round: Round, chair: User, members: list[User]) -> None:
    with pytest.raises(Refused, match="Close scoring"):
        plan(round, chair)


def test_one_meeting_at_a_time(planned: Meeting, chair: User) -> None:
    with pytest.raises(Refused, match="Another meeting is not closed yet"):
        plan(planned.round, chair)
    with pytest.raises(IntegrityError, match="one_meeting_at_a_time"), transaction.atomic():
        Meeting.objects.create(round=planned.round, reference="MEET-2", held_on=NOW.date(), quorum=1, planned_by=chair)


@pytest.mark.parametrize(
    ("quorum", "refusal"), [(3, None), (4, r"The panel has 3 members\. Enter a quorum of that or fewer")]
)
def test_a_quorum_is_no_more_than_the_panel(round: Round, split: Bid, chair: User, quorum: int, refusal: str) -> None:
    if refusal is None:
        assert plan(round, chair, quorum).quorum == quorum
        return
    with pytest.raises(Refused, match=refusal) as refused:
        plan(round, chair, quorum)
    assert refused.value.field == "quorum"


def test_the_agenda_is_what_the_ranking_asks_for(round: Round, members: list[User], chair: User) -> None:
    near, wide, far, judged = [make_bid(round, amount=Decimal(60000)) for _ in range(4)]
    for score, bid in ((4, near), (2, far), (3, judged)):
        scorecard(bid, members[0], score=score)
    for score, member in ((0, members[0]), (2, members[1])):
        scorecard(wide, member, score=score)
    close(round)
    Bid.objects.filter(pk=judged.pk).update(state=Bid.State.REJECTED)
    agenda = plan(round, chair).items.order_by("number")
    assert [(item.number, item.bid, item.why) for item in agenda] == [
        (1, wide, "the members’ means are 2.00 apart, 3 places below the line"),
        (2, near, "1 place above the line"),
        (3, far, "2 places below the line"),
    ]


def test_a_bid_is_put_on_the_agenda_once_and_at_its_end(round: Round, planned: Meeting, chair: User) -> None:
    bid = make_bid(round)
    item = meetings.put_on_agenda(meeting=planned, bid=bid, reason="It is novel", by=chair, at=NOW)
    assert (item.number, item.why, last("put on agenda").because) == (2, "It is novel", "It is novel")
    with pytest.raises(Refused, match="This bid is already on the agenda"):
        meetings.put_on_agenda(meeting=planned, bid=bid, reason="Again", by=chair, at=NOW)


# Opening


def test_a_meeting_is_secret_until_it_is_opened(planned: Meeting, members: list[User], split: Bid, chair: User) -> None:
    pages = {name: reverse(f"bids:{name}", args=[planned.reference]) for name in ("meeting", "minutes", "minutes_pdf")}
    pages["discuss_bid"] = reverse("bids:discuss_bid", args=[planned.reference, split.reference])
    readers = [members[0], person(Role.LEAD, round=planned.round), person(Role.AUDITOR, round=planned.round)]
    listed = reverse("bids:meetings", args=[planned.round.reference])
    for reader in readers:
        assert {name: as_seen_by(reader).get(page).status_code for name, page in pages.items()} == dict.fromkeys(
            pages, 404
        )
        assert planned.reference not in as_seen_by(reader).get(listed).content.decode()
    assert {name: as_seen_by(chair).get(page).status_code for name, page in pages.items()} == dict.fromkeys(pages, 200)
    meetings.open_meeting(meeting=planned, present=members, seen=1, by=chair, at=NOW)
    for reader in [*readers, chair]:
        assert {name: as_seen_by(reader).get(page).status_code for name, page in pages.items()} == dict.fromkeys(
            pages, 200
        )
        assert planned.reference in as_seen_by(reader).get(listed).content.decode()
    other = person(Role.MEMBER, round=open_round())
    assert {as_seen_by(other).get(page).status_code for page in pages.values()} == {404}


@pytest.mark.parametrize(("present", "noun"), [(0, "0 members are"), (1, "1 member is")])
def test_below_the_quorum_a_meeting_does_not_open(
    planned: Meeting, members: list[User], chair: User, present: int, noun: str
) -> None:
    with pytest.raises(Refused, match=f"Only {noun} present, below the quorum of 2") as refused:
        meetings.open_meeting(meeting=planned, present=members[:present], seen=1, by=chair, at=NOW)
    assert refused.value.field == "present"
    assert Meeting.objects.get(pk=planned.pk).opened_at is None


def test_only_members_count_as_present(planned: Meeting, members: list[User], chair: User) -> None:
    with pytest.raises(Refused, match="Choose only members of the panel as present"):
        meetings.open_meeting(meeting=planned, present=[*members, chair], seen=1, by=chair, at=NOW)


def test_attendance_can_be_recorded_again(meeting: Meeting, members: list[User], chair: User) -> None:
    again = meetings.open_meeting(meeting=meeting, present=members[:2], seen=2, by=chair, at=NOW)
    assert (list(again.present.all()), again.opened_at, again.version) == (members[:2], NOW, 3)
    assert last("open meeting").facts == {"present": ["Ada", "Bea"]}
    with pytest.raises(Stale):
        meetings.open_meeting(meeting=meeting, present=members, seen=2, by=chair, at=NOW)


# Discussing


def test_no_bid_is_discussed_before_the_meeting_opens(planned: Meeting, split: Bid, chair: User) -> None:
    with pytest.raises(Refused, match="Open the meeting first"):
        discuss(planned, split, chair)


def test_each_split_gate_must_be_answered(meeting: Meeting, split: Bid, chair: User) -> None:
    with pytest.raises(Incomplete) as refused:
        discuss(meeting, split, chair, {1: Answer(passed=True), 3: Answer(passed=False), 4: Answer(score=2)})
    assert refused.value.missing == [
        (f"passed_{number}", f"Members are split on gate {number}: say whether the bid passes") for number in (2, 6, 7)
    ]
    assert not AgreedMark.objects.filter(discussion__meeting=meeting).exists()


@pytest.mark.parametrize("passed", [True, False])
def test_a_gate_that_is_not_split_cannot_be_answered(
    round: Round, members: list[User], chair: User, passed: bool
) -> None:
    bid = make_bid(round)
    for member in members:
        scorecard(bid, member, passed=not passed)
    close(round)
    meeting = plan(round, chair)
    if not meeting.items.filter(bid=bid).exists():
        meetings.put_on_agenda(meeting=meeting, bid=bid, reason="To see", by=chair, at=NOW)
    meetings.open_meeting(meeting=meeting, present=members, seen=None, by=chair, at=NOW)
    with pytest.raises(Refused, match="Members agree on gate 1") as refused:
        discuss(meeting, bid, chair, {1: Answer(passed=passed)})
    assert refused.value.field == "passed_1"


@pytest.mark.parametrize(("passes", "gate"), [(True, Gate.PASSED), (False, Gate.FAILED)])
def test_what_is_agreed_is_kept_next_to_the_marks_of_the_members(
    meeting: Meeting, split: Bid, chair: User, passes: bool, gate: Gate
) -> None:
    columns = ("scorecard", "criterion", "passed", "score", "reason")
    before = sorted(Mark.objects.filter(scorecard__bid=split).values_list(*columns))
    discuss(meeting, split, chair, {**settled(passes), 4: Answer(score=4)})
    assert sorted(Mark.objects.filter(scorecard__bid=split).values_list(*columns)) == before
    # Members: 3, 3 and 0 on each criterion. With 4 agreed on one of three equal criteria: (4 + 2 + 2) / 3.
    standing = Standing.objects.get(bid=split)
    assert (standing.panel_mean, standing.mean) == (Decimal("2.00"), Decimal("2.67"))
    assert (standing.gate, standing.moderated, standing.spread) == (gate, True, Decimal("3.00"))
    event = last("discuss bid")
    assert (event.because, event.before) == ("It meets them", {"result": "2.00", "gate": "split"})
    assert (event.facts["result"], event.facts["gate"]) == ("2.67", gate.value)
    assert event.facts["agreed"]["4"] == {"passed": None, "score": 4}


def test_recording_again_replaces_what_was_agreed(meeting: Meeting, split: Bid, chair: User) -> None:
    discuss(meeting, split, chair, {**settled(True), 4: Answer(score=4)})
    item = discuss(meeting, split, chair, settled(False), reason="We looked again")
    assert (item.version, item.reason, item.agreed.count()) == (3, "We looked again", 5)
    standing = Standing.objects.get(bid=split)
    assert (standing.mean, standing.gate) == (Decimal("2.00"), Gate.FAILED)
    with pytest.raises(Stale):
        discuss(meeting, split, chair, seen=2)


def test_the_latest_meeting_decides(meeting: Meeting, split: Bid, members: list[User], chair: User) -> None:
    discuss(meeting, split, chair, settled(False))
    meetings.close_meeting(meeting=meeting, seen=None, by=chair, at=NOW)
    second = plan(meeting.round, chair)
    if not second.items.filter(bid=split).exists():
        meetings.put_on_agenda(meeting=second, bid=split, reason="A new survey", by=chair, at=NOW)
    meetings.open_meeting(meeting=second, present=members, seen=None, by=chair, at=NOW)
    discuss(second, split, chair, settled(True))
    assert Standing.objects.get(bid=split).gate == Gate.PASSED


def test_a_member_who_declared_an_interest_or_did_not_answer_must_leave(
    meeting: Meeting, round: Round, split: Bid, members: list[User], chair: User
) -> None:
    other = make_bid(round)
    meetings.put_on_agenda(meeting=meeting, bid=other, reason="Late", by=chair, at=NOW)
    for member, nature in ((members[0], ""), (members[1], "A friend")):
        interests.declare_interest(bid=other, conflicted=bool(nature), nature=nature, by=member, at=NOW)
    assert meetings.must_leave(meeting, split) == []
    assert meetings.must_leave(meeting, other) == [members[1], members[2]]
    with pytest.raises(Refused, match="Only 1 member stays for this bid, below the quorum of 2") as refused:
        discuss(meeting, other, chair, {})
    assert refused.value.field == "left"
    interests.declare_interest(bid=other, conflicted=False, by=members[2], at=NOW)
    item = discuss(meeting, other, chair, {})
    assert list(item.left.all()) == [members[1]]


def test_a_member_who_chooses_to_leave_counts_against_the_quorum(
    meeting: Meeting, split: Bid, members: list[User], chair: User
) -> None:
    with pytest.raises(Refused, match="Only 1 member stays for this bid"):
        discuss(meeting, split, chair, left=members[:2])
    assert list(discuss(meeting, split, chair, left=members[:1]).left.all()) == members[:1]


def test_a_chair_with_an_interest_does_not_record_what_was_agreed(meeting: Meeting, split: Bid, chair: User) -> None:
    Interest.objects.filter(bid=split, member=chair).update(conflicted=True, nature="A sister")
    with pytest.raises(Refused, match="Ask another chair to do this"):
        discuss(meeting, split, chair)
    another = person(Role.CHAIR, round=meeting.round)
    assert discuss(meeting, split, another).recorded_by == another


@pytest.mark.parametrize("state", [Bid.State.RECOMMENDED, Bid.State.REJECTED, Bid.State.AGREED])
def test_a_bid_that_has_its_outcome_is_not_discussed_any_more(
    meeting: Meeting, split: Bid, chair: User, state: Bid.State
) -> None:
    Bid.objects.filter(pk=split.pk).update(state=state)
    with pytest.raises(Refused, match="can no longer change its result"):
        discuss(meeting, split, chair)


# Closing


def test_a_meeting_does_not_close_over_a_split_gate(meeting: Meeting, split: Bid, chair: User) -> None:
    with pytest.raises(Refused, match=f"still split on a gate of {split.source_reference}"):
        meetings.close_meeting(meeting=meeting, seen=2, by=chair, at=NOW)
    discuss(meeting, split, chair)
    closed = meetings.close_meeting(meeting=meeting, seen=2, by=chair, at=NOW)
    assert closed.state == "closed"
    assert last("close meeting").facts == {"discussed": 1, "bids": 1}


def test_a_split_bid_that_was_rejected_does_not_keep_the_meeting_open(
    meeting: Meeting, split: Bid, chair: User
) -> None:
    closing.record_outcome(bid=split, verdict="reject", reason="Withdrawn by the bidder", by=chair, at=NOW)
    assert meetings.close_meeting(meeting=meeting, seen=2, by=chair, at=NOW).state == "closed"


def test_a_closed_meeting_cannot_change(meeting: Meeting, split: Bid, members: list[User], chair: User) -> None:
    discuss(meeting, split, chair)
    meetings.close_meeting(meeting=meeting, seen=2, by=chair, at=NOW)
    with pytest.raises(Refused, match=r"The meeting is closed\. Its minutes can no longer change"):
        discuss(meeting, split, chair, settled(False))
    with pytest.raises(Refused, match=r"The meeting is closed\. Its minutes can no longer change"):
        meetings.open_meeting(meeting=meeting, present=members[:2], seen=None, by=chair, at=NOW)
    with pytest.raises(Refused, match=r"The meeting is closed\. Its minutes can no longer change"):
        meetings.put_on_agenda(meeting=meeting, bid=make_bid(meeting.round), reason="Late", by=chair, at=NOW)


def test_a_meeting_that_never_opened_does_not_close(planned: Meeting, chair: User) -> None:
    with pytest.raises(Refused, match="Open the meeting before"):
        meetings.close_meeting(meeting=planned, seen=1, by=chair, at=NOW)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CHAIR])
def test_only_the_chair_plans_opens_records_and_closes(
    meeting: Meeting, split: Bid, members: list[User], chair: User, role: Role
) -> None:
    other = person(role, round=meeting.round)
    with pytest.raises(NotEntitled):
        discuss(meeting, split, other)
    assert Standing.objects.get(bid=split).gate == Gate.SPLIT
    with pytest.raises(NotEntitled):
        meetings.open_meeting(meeting=meeting, present=members[:2], seen=2, by=other, at=NOW)
    discuss(meeting, split, chair)
    with pytest.raises(NotEntitled):
        meetings.close_meeting(meeting=meeting, seen=2, by=other, at=NOW)
    meetings.close_meeting(meeting=meeting, seen=2, by=chair, at=NOW)
    with pytest.raises(NotEntitled):
        plan(meeting.round, other)
    assert Panel.objects.get(round=meeting.round).closed_at == NOW


# The minutes


def test_the_minutes_record_who_was_present_who_left_and_what_was_agreed_and_why(
    meeting: Meeting, split: Bid, members: list[User], chair: User
) -> None:
    discuss(meeting, split, chair, {**settled(), 4: Answer(score=4)}, left=members[2:])
    content = minutes.of(Meeting.objects.get(pk=meeting.pk), chair)
    assert (content["present"], content["quorum"], content["kept_back"]) == (["Ada", "Bea", "Cyn"], 2, 0)
    (item,) = content["items"]
    assert (item["bid"], item["bidder"], item["left"]) == (
        f"{split.source_reference} The split one",
        split.bidder,
        ["Cyn"],
    )
    assert item["why"].startswith("members are split on a gate, the members’ means are 3.00 apart")
    assert item["reason"] == "It meets them"
    assert (item["panel_mean"], item["mean"], item["gate"]) == ("2.00", "2.67", "passed")
    assert item["agreed"][0] == "1. Strategic aim: the bid passes the gate"
    assert item["agreed"][3] == "4. Proven experience: mark 4"


def test_a_bid_in_which_the_reader_has_an_interest_is_left_out_of_their_minutes(
    meeting: Meeting, split: Bid, members: list[User], chair: User
) -> None:
    discuss(meeting, split, chair)
    kept_from = person(Role.MEMBER, round=meeting.round)
    interests.declare_interest(bid=split, conflicted=True, nature="My sister", by=members[2], at=NOW)
    for reader in (members[2], kept_from):
        content = minutes.of(meeting, reader)
        assert (content["items"], content["kept_back"]) == ([], 1)
        assert [("The split one" in shown) for shown in both_forms(meeting, reader)] == [False, False]
    assert minutes.of(meeting, members[0])["kept_back"] == 0
    assert [("The split one" in shown) for shown in both_forms(meeting, members[0])] == [True, True]


def both_forms(meeting: Meeting, reader: User) -> list[str]:
    """The minutes as the page and as the PDF, in words."""
    pages = [
        as_seen_by(reader).get(reverse(f"bids:{name}", args=[meeting.reference])) for name in ("minutes", "minutes_pdf")
    ]
    pdf = PdfReader(io.BytesIO(pages[1].content))
    return [pages[0].content.decode(), " ".join(page.extract_text() for page in pdf.pages)]


def test_the_minutes_as_pdf_are_the_same_bytes_for_the_same_minutes(meeting: Meeting, split: Bid, chair: User) -> None:
    discuss(meeting, split, chair, reason="#emph[no markup] is $read$ here\x0b")
    content = minutes.of(meeting, chair)
    first = minutes.pdf(content)
    assert first.startswith(b"%PDF")
    assert minutes.pdf(content) == first
    assert minutes.pdf({**content, "items": []}) != first
