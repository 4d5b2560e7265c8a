"""The life of a paper: submitted only when it reconciles, frozen, returned, decided by item, signed, published."""

from datetime import date
from decimal import Decimal

import pgtrigger
import pytest
from django.db import DatabaseError, transaction

from approvals.decisions import sign_offs, writing
from approvals.decisions.deciding import Answer
from approvals.enums import Area
from approvals.items import asking
from approvals.models import (
    Approval,
    Award,
    Decision,
    DecisionItem,
    DecisionRecord,
    DecisionSection,
    Pack,
    PaperItem,
)
from approvals.paper import pack as packs
from approvals.review import reviewing
from grants import audit
from grants.models import User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from tests.approvals.decisions.test_sign_offs import ADVISERS
from tests.approvals.steps import LATER, decide, sign, sign_off, state
from tests.conftest import DEMO_PASSWORD
from tests.factories import NOW, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]


def transition(verb: str, decision: Decision, by: dict[str, User]) -> None:
    """Call the transition of one verb on a paper."""
    grace, mo, robin = by["grace"], by["mo"], by["robin"]
    if verb == "write section":
        writing.write_section(decision=decision, key="data", text="x", by=grace, at=LATER)
    elif verb == "spell text":
        writing.spell_text(decision=decision, key="x", printed="x", reason="x", by=grace, at=LATER)
    elif verb == "ask item":
        asking.ask_item(decision=decision, content=asking.ItemContent("agree", "x", "x"), by=grace, at=LATER)
    elif verb == "withdraw item":
        asking.withdraw_item(decision=decision, item=PaperItem(), reason="x", by=grace, at=LATER)
    elif verb == "write part 2":
        writing.write_part_two(decision=decision, text="x", exemption="x", by=grace, at=LATER)
    elif verb.startswith("sign off "):
        area = Area(verb.removeprefix("sign off "))
        sign_offs.sign_off(decision=decision, area=area, answer="signed", by=by[area], at=LATER)
    elif verb == "submit pack":
        writing.submit_pack(decision=decision, by=grace, at=LATER)
    elif verb == "query pack":
        writing.query_pack(decision=decision, about="3.2", question="Why so?", by=mo, at=LATER)
    elif verb == "return pack":
        writing.return_pack(decision=decision, reason="A figure moved", by=mo, at=LATER)
    elif verb == "put forward pack":
        writing.put_forward(decision=decision, by=mo, at=LATER)
    elif verb == "decide items":
        decide(decision, robin)
    elif verb in ("sign decision", "add signature"):
        sign(decision, robin)
    elif verb == "defer publication":
        writing.defer_publication(decision=decision, until=date(2027, 3, 1), reason="A trial", by=mo, at=LATER)
    else:
        assert verb == "publish decision"
        writing.publish_decision(decision=decision, by=mo, at=LATER)


@pytest.mark.parametrize("verb", [verb for verb, row in Decision.TRANSITIONS.items() if row.sources])
def test_a_verb_is_refused_in_every_state_that_the_table_does_not_name(
    decision: Decision, grace: User, mo: User, robin: User, verb: str
) -> None:
    by = {"grace": grace, "mo": mo, "robin": robin} | {
        area: User.objects.get(username=username) for area, username in ADVISERS.items()
    }
    for now in set(Decision.State) - set(Decision.TRANSITIONS[verb].sources):
        Decision.objects.filter(pk=decision.pk).update(state=now)
        with pytest.raises(
            Refused, match=r"PCD-681 (is|has been)|Only a pack that is submitted|not waiting for a decision"
        ):
            transition(verb, decision, by)
        assert state(decision) == now


# Submitting


def test_a_returned_paper_comes_back_as_version_2_and_the_first_stays(returned: Decision, grace: User) -> None:
    first = returned.packs.get()
    writing.write_section(decision=returned, key="data", text="No personal data is used.", by=grace, at=LATER)
    second = writing.submit_pack(decision=returned, by=grace, at=LATER)
    assert (second.version, state(returned)) == (2, "submitted")
    assert Pack.objects.get(pk=first.pk).sha256 == first.sha256 != second.sha256
    assert "No personal data is used." in second.html
    assert "No personal data is used." not in Pack.objects.get(pk=first.pk).html
    assert second.items.count() == first.items.count()


def test_a_submitted_paper_cannot_be_edited(decision: Decision, grace: User) -> None:
    for write in (
        lambda: writing.write_section(decision=decision, key="data", text="x", by=grace, at=NOW),
        lambda: writing.write_part_two(decision=decision, text="x", exemption="x", by=grace, at=NOW),
        lambda: writing.submit_pack(decision=decision, by=grace, at=NOW),
    ):
        with pytest.raises(Refused, match="PCD-681 has been submitted"):
            write()


def test_a_section_that_changed_is_not_overwritten(returned: Decision, grace: User) -> None:
    seen = DecisionSection.objects.get(decision=returned, key="data").version
    writing.write_section(decision=returned, key="data", text="One", seen=seen, by=grace, at=NOW)
    with pytest.raises(Stale):
        writing.write_section(decision=returned, key="data", text="Two", seen=seen, by=grace, at=NOW)
    assert DecisionSection.objects.get(decision=returned, key="data").text == "One"


def test_a_reference_is_used_for_one_decision(decision: Decision, grace: User) -> None:
    with pytest.raises(Refused, match="There is already a decision PCD-681"):
        writing.prepare_decision(
            round=decision.round, reference="PCD-681", title="T", decision_by="D", by=grace, at=NOW
        )


# Queries


def test_a_pack_is_not_put_forward_while_a_query_is_open(returned: Decision, grace: User, mo: User) -> None:
    writing.submit_pack(decision=returned, by=grace, at=LATER)
    query = writing.query_pack(decision=returned, about="3.2", question="Why so?", by=mo, at=LATER)
    with pytest.raises(Refused, match="Answer the open queries before you put"):
        writing.put_forward(decision=returned, by=mo, at=LATER)
    writing.answer_query(query=query, answer="Because", by=grace, at=LATER)
    with pytest.raises(Refused, match="already been answered"):
        writing.answer_query(query=query, answer="Or rather", by=grace, at=LATER)
    writing.put_forward(decision=returned, by=mo, at=LATER)
    assert state(returned) == "ready"


def test_a_returned_paper_is_not_submitted_while_a_query_is_open(returned: Decision, grace: User, mo: User) -> None:
    writing.submit_pack(decision=returned, by=grace, at=LATER)
    writing.query_pack(decision=returned, about="3.2", question="Why so?", by=mo, at=LATER)
    writing.return_pack(decision=returned, reason="Please answer", by=mo, at=LATER)
    with pytest.raises(Refused, match="Answer the open queries before you submit"):
        writing.submit_pack(decision=returned, by=grace, at=LATER)


# Deciding


def test_every_item_needs_its_answer(decision: Decision, robin: User) -> None:
    with pytest.raises(Refused, match="Item 1: choose an answer") as refused:
        decide(decision, robin, item_1=Answer(""))
    assert refused.value.field == "answer_1"
    assert not DecisionItem.objects.filter(decision=decision).exclude(answer="").exists()


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Answer("noted"), "answer_1"),
        (Answer("perhaps"), "answer_1"),
        (Answer("conditions"), "conditions_1"),
        (Answer("conditions", conditions=" "), "conditions_1"),
        (Answer("refused"), "reason_1"),
        (Answer("deferred", reason=" "), "reason_1"),
    ],
)
def test_conditions_and_reasons_are_written_where_they_are_needed(
    decision: Decision, robin: User, answer: Answer, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        decide(decision, robin, item_1=answer)
    assert refused.value.field == field
    assert state(decision) == "ready"


def test_an_item_to_note_is_noted_and_nothing_else(decision: Decision, robin: User) -> None:
    number = writing.current_pack(decision).items.filter(verb="note")[0].number
    with pytest.raises(Refused) as refused:
        decide(decision, robin, **{f"item_{number}": Answer("approved")})
    assert refused.value.field == f"answer_{number}"


@pytest.mark.parametrize("interests", ["", "  "])
def test_interests_are_declared_even_where_there_are_none(decision: Decision, robin: User, interests: str) -> None:
    with pytest.raises(Refused, match="Enter your interests"):
        decide(decision, robin, interests)


def test_a_writer_cannot_decide_the_paper_even_if_others_wrote_after_them(
    returned: Decision, grace: User, mo: User
) -> None:
    decision = returned
    writer = person(Role.DMPC, Role.LEAD, round=decision.round)
    text = DecisionSection.objects.get(decision=decision, key="data").text
    for by in (writer, grace):
        writing.write_section(decision=decision, key="data", text=text, by=by, at=NOW)
    writing.submit_pack(decision=decision, by=grace, at=NOW)
    writing.put_forward(decision=decision, by=mo, at=NOW)
    with pytest.raises(Refused, match="You had a hand in the bids, the money or the paper"):
        decide(decision, writer)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DMPC])
def test_only_the_deputy_mayor_decides(decision: Decision, role: Role) -> None:
    with pytest.raises(NotEntitled):
        decide(decision, person(role, round=decision.round))
    assert state(decision) == "ready"


def test_answers_can_be_given_again_until_the_signature(decision: Decision, robin: User) -> None:
    decide(decision, robin, item_1=Answer("refused", reason="Too dear"))
    decide(decision, robin, item_1=Answer("approved"))
    sign(decision, robin)
    assert writing.current_pack(decision).items.get(number=1).answer == "approved"
    with pytest.raises(Refused, match="not waiting for a decision"):
        decide(decision, robin)


# Signing


def test_nothing_is_signed_before_it_is_decided(decision: Decision, robin: User) -> None:
    with pytest.raises(Refused, match="Decide the items before you sign"):
        sign(decision, robin)


@pytest.mark.parametrize("password", ["", "wrong", DEMO_PASSWORD.upper()])
def test_the_signature_needs_the_password(decision: Decision, robin: User, password: str) -> None:
    decide(decision, robin)
    with pytest.raises(Refused, match="Enter the password you use to sign in"):
        sign(decision, robin, password)
    assert state(decision) == "decided"
    assert not Approval.objects.filter(award__round=decision.round, level="dmpc").exists()


def test_only_the_decider_signs(decision: Decision, robin: User) -> None:
    decide(decision, robin)
    other = person(Role.DMPC, round=decision.round)
    other.set_password(DEMO_PASSWORD)
    other.save()
    with pytest.raises(Refused, match="Robin Vale decided the items, so only they can sign"):
        sign(decision, other)
    assert state(decision) == "decided"


def test_the_signature_approves_what_was_approved_and_nothing_else(decision: Decision, robin: User) -> None:
    special = {
        "item_1": Answer("refused", reason="Too dear"),
        "item_2": Answer("deferred", reason="Ask again"),
        "item_3": Answer("conditions", conditions="Report monthly"),
    }
    decide(decision, robin, **special)
    sign(decision, robin)
    items = {item.number: item for item in writing.current_pack(decision).items.select_related("award")}
    grants = [item for item in items.values() if item.award]
    assert len(grants) == 11
    states = {item.number: Award.objects.get(pk=item.award_id).state for item in grants}
    assert (states.pop(1), states.pop(2)) == ("refused", "deferred")
    assert set(states.values()) == {"approved"}
    approvals = Approval.objects.filter(award__round=decision.round, level="dmpc")
    assert {approval.award_id for approval in approvals} == {item.award_id for item in grants if item.number > 2}
    assert {approval.approved_by for approval in approvals} == {robin}
    assert approvals.get(award=items[3].award_id).conditions == "Report monthly"
    assert {approval.amount for approval in approvals} <= {item.amount for item in grants}


def test_the_record_says_what_was_decided_by_whom_and_when(decision: Decision, robin: User) -> None:
    decide(decision, robin, "My cousin runs London Blues", item_1=Answer("refused", reason="Too dear"))
    sign(decision, robin)
    record = DecisionRecord.objects.get(decision=decision)
    contents = packs.read(record)
    assert contents["pack_sha256"] == writing.current_pack(decision).sha256
    assert (contents["signed_by"], contents["interests"]) == ("Robin Vale", "My cousin runs London Blues")
    assert contents["signed_at"] == "2026-11-21T10:00:00+00:00"
    assert contents["items_decided"][0]["answer"] == "Refused"
    assert contents["items_decided"][0]["answer_value"] == "refused"
    page = packs.checked_html(record)
    for words in ("Robin Vale", "My cousin runs London Blues", "Too dear", "21 November 2026"):
        assert words in page
    assert "Not decided and not signed." not in page
    assert audit.verify(decision.round).faults == ()


def test_a_signed_record_never_changes(decision: Decision, robin: User) -> None:
    decide(decision, robin)
    sign(decision, robin)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        DecisionRecord.objects.filter(decision=decision).update(html="x")
    with pgtrigger.ignore("approvals.DecisionRecord:frozen"):
        DecisionRecord.objects.filter(decision=decision).update(html="x")
    with pytest.raises(Refused, match="does not match its recorded hash"):
        packs.checked_html(DecisionRecord.objects.get(decision=decision))


# Publishing


def test_only_a_signed_decision_is_published(decision: Decision, mo: User, robin: User) -> None:
    with pytest.raises(Refused, match="Only a signed decision can be published"):
        writing.publish_decision(decision=decision, by=mo, at=LATER)
    decide(decision, robin)
    with pytest.raises(Refused, match="Only a signed decision can be published"):
        writing.publish_decision(decision=decision, by=mo, at=LATER)
    sign(decision, robin)
    with pytest.raises(NotEntitled):
        writing.publish_decision(decision=decision, by=robin, at=LATER)
    writing.publish_decision(decision=decision, by=mo, at=LATER)
    assert (state(decision), Decision.objects.get(pk=decision.pk).published_at) == ("published", LATER)


def test_a_paper_can_be_returned_until_it_is_signed(decision: Decision, mo: User, robin: User) -> None:
    decide(decision, robin)
    sign(decision, robin)
    with pytest.raises(Refused, match="not signed can be returned"):
        writing.return_pack(decision=decision, reason="Late", by=mo, at=LATER)


def test_a_decided_paper_that_is_not_signed_can_still_be_returned(decision: Decision, mo: User, robin: User) -> None:
    decide(decision, robin)
    writing.return_pack(decision=decision, reason="A figure moved", by=mo, at=LATER)
    assert state(decision) == "returned"


def test_answers_on_a_returned_version_are_not_a_decision(
    decision: Decision, grace: User, mo: User, robin: User
) -> None:
    decide(decision, robin)
    writing.return_pack(decision=decision, reason="A figure is wrong", by=mo, at=LATER)
    sign_off(decision)
    writing.submit_pack(decision=decision, by=grace, at=LATER)
    writing.put_forward(decision=decision, by=mo, at=LATER)
    item = writing.current_pack(decision).items.get(amount=Decimal(70000))
    decide(decision, robin, **{f"item_{item.number}": Answer("deferred", reason="Later")})
    sign(decision, robin)
    assert item.award
    reviewing.review(bid=item.award.bid, amount=Decimal(60000), reason="Less", by=grace, at=LATER)
    item.award.refresh_from_db()
    assert item.award.amount == Decimal(60000)
