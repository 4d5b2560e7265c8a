"""Joint signers and committees: who signs, who is missing, and what the record and every form say of it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.decisions import deciders, deciding, writing
from approvals.decisions.deciders import Minutes
from approvals.decisions.deciding import Answer, Particulars
from approvals.enums import ItemKind
from approvals.models import Decision, DecisionRecord, Signature
from approvals.outputs import word
from approvals.paper import pack as packs
from grants.bodies import Body, body_of
from grants.models import AuditEvent, BodyVersion, Round, User
from grants.people import deputies
from grants.refusal import Incomplete, Refused
from grants.roles import Role
from tests import factories
from tests.approvals import steps as paper_steps
from tests.approvals.items import steps
from tests.approvals.items.steps import OF_EACH_KIND, ask
from tests.approvals.renders import html_text, pdf_text, word_text
from tests.bodies import VALE
from tests.factories import NOW, PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]
LATER = NOW + timedelta(hours=1)
MINUTES = Minutes(NOW.date(), ("Ama Boateng", "Lee Marsh", "Zoe Pell"), "GC/2026/11")


def body(how: str, least: int) -> Body:
    return body_of({**VALE.data, "deciding": {"how": how, "least": least}})


def open_paper(how: str, least: int) -> tuple[Decision, dict[Role, User]]:
    """A paper of a body that decides in this way, put forward, with one item to agree and one fee."""
    round = factories.open_round()
    round.body_version = BodyVersion.objects.keep(body(how, least))
    round.save()
    round = Round.objects.get(pk=round.pk)
    hired = steps.people(round)
    decision = steps.open_paper(round, "CHR-1", hired[Role.LEAD])
    for kind in (ItemKind.AGREE, ItemKind.FEE):
        ask(decision, OF_EACH_KIND[kind], hired[Role.LEAD])
    return steps.put_forward(decision, hired), hired


def trustee(round: Round, name: str) -> User:
    person = factories.person(Role.DMPC, round=round, name=name)
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def joint() -> tuple[Decision, User, User, User]:
    """A paper that three people sign together, and the three."""
    decision, hired = open_paper("joint", 2)
    first = hired[Role.DMPC]
    return decision, first, trustee(decision.round, "Ruth Adair"), trustee(decision.round, "Sol Byrne")


def sign(decision: Decision, by: User, interests: str = "None", **kwargs: Any) -> list[User]:
    return deciding.sign_decision(
        decision=decision,
        password=PASSWORD,
        by=by,
        at=LATER,
        interests=interests,
        **kwargs,
    )


def test_it_is_decided_once_the_last_joint_signer_has_signed(joint: tuple[Decision, User, User, User]) -> None:
    decision, first, ruth, sol = joint
    paper_steps.decide(decision, first)
    assert sign(decision, ruth, "My sister works for Orran Trust") == [first, sol]
    assert sign(decision, first) == [sol]
    decision.refresh_from_db()
    assert (decision.state, decision.signed_at) == ("decided", None)
    assert not DecisionRecord.objects.exists()
    assert deciders.missing(decision, LATER) == [sol]
    assert sign(decision, sol) == []
    decision.refresh_from_db()
    assert (decision.state, decision.signed_by, decision.signed_at) == ("signed", first, LATER)
    record = DecisionRecord.objects.select_related("pack").get()
    contents = packs.read(record)
    assert contents["signed_by"] == f"Ruth Adair, {first.name} and Sol Byrne"
    assert "Ruth Adair: My sister works for Orran Trust." in contents["interests"]
    assert [each["by"] for each in contents["signatures"]] == ["Ruth Adair", first.name, "Sol Byrne"]
    for text in (html_text(record.html), pdf_text(bytes(record.pdf)), word_text(word.of_record(record))):
        words = re.sub(r"\s+", " ", text)
        assert "Signature of Ruth Adair" in words and "Signature of Sol Byrne" in words
    actions = AuditEvent.objects.filter(subject="CHR-1").order_by("number").values_list("action", flat=True)
    assert list(actions)[-4:] == ["decide items", "add signature", "add signature", "sign decision"]


def test_each_signer_is_held_to_the_rules_of_a_signature(joint: tuple[Decision, User, User, User]) -> None:
    decision, first, ruth, sol = joint
    with pytest.raises(Refused, match="Decide the items before you sign"):
        sign(decision, ruth)
    paper_steps.decide(decision, first)
    with pytest.raises(Refused, match="Enter the password"):
        deciding.sign_decision(decision=decision, password="wrong", by=ruth, at=LATER, interests="None")
    with pytest.raises(Incomplete, match="Enter your interests"):
        sign(decision, ruth, " ")
    with pytest.raises(Refused, match="Nobody can sign before the items are decided"):
        deciding.sign_decision(
            decision=decision, password=PASSWORD, by=ruth, at=NOW - timedelta(minutes=1), interests="None"
        )
    sign(decision, ruth)
    with pytest.raises(Refused, match="Ruth Adair has signed already"):
        sign(decision, ruth)
    assert sign(decision, sol) == [first]


def test_who_holds_the_role_elsewhere_does_not_sign_with_those_of_the_round(
    joint: tuple[Decision, User, User, User],
) -> None:
    decision, first, *_ = joint
    everywhere = factories.person(Role.DMPC, name="Ivo Keane")
    everywhere.set_password(PASSWORD)
    everywhere.save()
    paper_steps.decide(decision, first)
    with pytest.raises(Refused, match="Ivo Keane is not one of those who sign together in this round"):
        sign(decision, everywhere)


def test_a_signer_who_prepared_the_paper_is_refused() -> None:
    decision, hired = open_paper("joint", 2)
    lead = hired[Role.LEAD]
    lead.holdings.create(role=Role.DMPC, round=decision.round, given_at=NOW)
    lead.set_password(PASSWORD)
    lead.save()
    paper_steps.decide(decision, hired[Role.DMPC])
    with pytest.raises(Refused, match="You had a hand in the bids, the money or the paper"):
        sign(decision, lead)
    assert not Signature.objects.exists()


def test_new_answers_void_the_signatures(joint: tuple[Decision, User, User, User]) -> None:
    decision, first, ruth, sol = joint
    paper_steps.decide(decision, first)
    sign(decision, ruth)
    paper_steps.decide(decision, first, item_1=Answer("refused", reason="Not yet"))
    assert deciders.signatures(decision) == []
    assert Signature.objects.get().void_at == NOW
    assert len(deciders.missing(decision, LATER)) == 3
    sign(decision, ruth)
    sign(decision, first)
    assert sign(decision, sol) == []
    assert packs.read(DecisionRecord.objects.get())["items_decided"][0]["answer_value"] == "refused"


def test_a_returned_pack_is_signed_anew(joint: tuple[Decision, User, User, User]) -> None:
    decision, first, ruth, _ = joint
    paper_steps.decide(decision, first)
    sign(decision, ruth)
    office = User.objects.get(holdings__role=Role.OFFICE, holdings__round=decision.round)
    writing.return_pack(decision=decision, reason="A figure", by=office, at=LATER)
    lead = decision.packs.get().submitted_by
    writing.submit_pack(decision=decision, by=lead, at=LATER)
    writing.put_forward(decision=decision, by=office, at=LATER)
    answers = paper_steps.answers(decision)
    deciding.decide_items(decision=decision, answers=answers, interests="None", by=first, at=LATER)
    assert len(deciders.missing(decision, LATER)) == 3


def test_too_few_signers_are_refused() -> None:
    decision, hired = open_paper("joint", 3)
    paper_steps.decide(decision, hired[Role.DMPC])
    with pytest.raises(Refused, match="3 people must sign together, and only 1 can"):
        sign(decision, hired[Role.DMPC])


def test_a_deputy_signs_for_one_of_them(joint: tuple[Decision, User, User, User]) -> None:
    decision, first, ruth, sol = joint
    deputy = factories.person(name="Dee Putt")
    deputy.set_password(PASSWORD)
    deputy.save()
    day = LATER.date()
    holding = sol.holdings.get()
    deputies.name_deputy(holding=holding, person=deputy, starts_on=day, ends_on=day, reason="Away", by=sol, at=NOW)
    paper_steps.decide(decision, first)
    sign(decision, first)
    assert sign(decision, deputy) == [ruth]
    with pytest.raises(Refused, match="Sol Byrne has signed already"):
        sign(decision, sol)
    sign(decision, ruth)
    signatures = packs.read(DecisionRecord.objects.get())["signatures"]
    assert [(each["by"], each["deputy_for"]) for each in signatures][1] == ("Dee Putt", "Sol Byrne")


def test_the_pages_show_who_is_missing_and_ask_for_interests(
    joint: tuple[Decision, User, User, User], client: Client
) -> None:
    decision, first, ruth, _ = joint
    paper_steps.decide(decision, first)
    client.force_login(ruth)
    address = reverse("approvals:sign_decision", args=["CHR-1"])
    assert 'name="interests"' in client.get(address).content.decode()
    version = Decision.objects.get(pk=decision.pk).version
    sent = client.post(address, {"password": PASSWORD, "version": version}, follow=True)
    assert "Enter your interests" in sent.content.decode()
    sent = client.post(address, {"password": PASSWORD, "version": version, "interests": "None"}, follow=True)
    page = " ".join(html_text(sent.content.decode()).split())
    assert f"It is decided once {first.name} and Sol Byrne have signed too." in page
    assert "Sol Byrne Has not signed yet" in page
    assert "Ruth Adair Signed on" in page
    sign_task = f'href="{address}"'
    assert sign_task not in client.get("/").content.decode()
    client.force_login(first)
    assert sign_task in client.get("/").content.decode()
    assert 'name="interests"' not in client.get(address).content.decode()


# A committee


def decide_in_committee(decision: Decision, by: User, minutes: Minutes | None) -> None:
    answers = paper_steps.answers(decision)
    deciding.decide_items(
        decision=decision, answers=answers, interests="None", particulars=Particulars(minutes), by=by, at=LATER
    )


@pytest.mark.parametrize(
    ("minutes", "field", "message"),
    [
        (None, "met_on", "Enter the day of the meeting"),
        (replace(MINUTES, met_on=date(2026, 11, 21)), "met_on", "must not be in the future"),
        (replace(MINUTES, met_on=date(2026, 11, 19)), "met_on", "submitted on 20 November 2026, so the meeting cannot"),
        (replace(MINUTES, present=("Ama Boateng", "Lee Marsh")), "present", "at least 3 members present"),
        (replace(MINUTES, present=(*MINUTES.present, "ama boateng")), "present", "Enter each member once"),
        (replace(MINUTES, reference=""), "minutes_reference", "Enter the reference of the minutes"),
    ],
)
def test_minutes_that_are_missing_or_cannot_be_true_are_refused(
    minutes: Minutes | None, field: str, message: str
) -> None:
    decision, hired = open_paper("committee", 3)
    with pytest.raises(Incomplete) as refused:
        decide_in_committee(decision, hired[Role.DMPC], minutes)
    assert message in dict(refused.value.missing)[field]


def test_a_committee_decides_with_its_minutes(client: Client) -> None:
    decision, hired = open_paper("committee", 3)
    chair = hired[Role.DMPC]
    client.force_login(chair)
    address = reverse("approvals:decide_items", args=["CHR-1"])
    data = {"answer_1": "approved", "answer_2": "approved", "interests": "None", "version": str(decision.version)}
    page = client.post(address, data | {"present": "Ama Boateng"}).content.decode()
    assert "Enter the day of the meeting" in page and "Ama Boateng</textarea>" in page
    decide_in_committee(decision, chair, MINUTES)
    assert "GC/2026/11" in client.get(address).content.decode()
    assert sign(decision, chair) == []
    record = DecisionRecord.objects.select_related("pack").get()
    contents = packs.read(record)
    assert contents["minutes"] == {"met_on": "2026-11-20", "present": list(MINUTES.present), "reference": "GC/2026/11"}
    assert "signatures" not in contents
    for text in (html_text(record.html), pdf_text(bytes(record.pdf)), word_text(word.of_record(record))):
        words = re.sub(r"\s+", " ", text)
        for fact in ("GC/2026/11", "20 November 2026", "Ama Boateng, Lee Marsh, Zoe Pell"):
            assert fact in words


def test_one_person_decides_with_neither_minutes_nor_signatures(decision: Decision, robin: User) -> None:
    paper_steps.decide(decision, robin)
    paper_steps.sign(decision, robin)
    contents = packs.read(DecisionRecord.objects.get(decision=decision))
    assert not {"minutes", "signatures"} & contents.keys()
