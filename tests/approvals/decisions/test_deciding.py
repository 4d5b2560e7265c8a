"""Answering the items of a pack: the fields of each answer, the person who answered, and the totals."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.decisions import deciding, writing
from approvals.decisions.deciding import Answer
from approvals.models import Decision, DecisionItem
from grants.models import AuditEvent, User
from grants.people import deputies
from grants.refusal import Incomplete, Refused
from tests.approvals.decisions.test_deputies import FIRST, LAST, noor
from tests.approvals.steps import answers, decide, sign
from tests.factories import NOW

__all__ = ["noor"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]


def test_conditions_belong_to_an_approval_with_conditions(decision: Decision, robin: User) -> None:
    with pytest.raises(Incomplete) as refused:
        decide(decision, robin, item_3=Answer("approved", conditions="Report each month"))
    ((field, message),) = refused.value.missing
    assert field == "conditions_3"
    assert message.startswith("Item 3: conditions belong to “Approved with conditions”, and “Approved” is chosen.")
    assert writing.current_pack(decision).items.get(number=3).answer == ""


def test_the_reason_of_a_refusal_does_not_become_that_of_an_approval(decision: Decision, robin: User) -> None:
    decide(decision, robin, item_3=Answer("refused", reason="Compete it."))
    for answer in (Answer("approved", reason="Compete it."), Answer("conditions", "Report", "Compete it.")):
        with pytest.raises(Incomplete, match="Item 3: this reason was given for “Refused”"):
            decide(decision, robin, item_3=answer)
    decide(decision, robin, item_3=Answer("deferred", reason="Compete it."))
    decide(decision, robin, item_3=Answer("approved", reason="It was competed."))
    assert writing.current_pack(decision).items.get(number=3).reason == "It was competed."


@pytest.mark.parametrize(
    ("answer", "conditions"), [("approved", ""), ("conditions", "Report each month")], ids=["plain", "conditions"]
)
def test_an_approval_can_have_a_reason(
    decision: Decision, robin: User, client: Client, answer: str, conditions: str
) -> None:
    client.force_login(robin)
    address = reverse("approvals:decide_items", args=["PCD-681"])
    page = client.get(address).content.decode()
    # The field comes after the answers, not among the fields that appear under one of them.
    assert page.index('id="id_answer_3_3"') < page.index('id="id_reason_3"')
    assert page.count("app-reveal--waits") == page.count('name="conditions_')
    assert "app-reveal--shared" not in page
    data = {f"answer_{number}": each.answer for number, each in answers(decision).items()}
    special = {"answer_3": answer, "conditions_3": conditions, "reason_3": "It was competed."}
    sent = client.post(address, data | special | {"interests": "None", "version": decision.version})
    assert sent.status_code == 302
    item = writing.current_pack(decision).items.get(number=3)
    assert (item.answer, item.conditions, item.reason) == (answer, conditions, "It was competed.")


def test_everything_missing_is_reported_at_once(decision: Decision, robin: User) -> None:
    with pytest.raises(Incomplete) as refused:
        decide(decision, robin, interests=" ", item_2=Answer("refused"), item_3=Answer("conditions"))
    assert [field for field, _ in refused.value.missing] == ["reason_2", "conditions_3", "interests"]


def test_a_deputy_confirms_that_their_answers_replace_those_of_somebody_else(
    decision: Decision, robin: User, noor: User, client: Client
) -> None:
    holding = robin.holdings.get(round=decision.round, ended_at=None, through=None)
    # The page below asks which roles count today.
    last = timezone.localdate() + timedelta(7)
    deputies.name_deputy(holding=holding, person=noor, starts_on=FIRST, ends_on=last, reason="Away", by=robin, at=NOW)
    decide(decision, robin, item_3=Answer("refused", reason="Dear"))
    with pytest.raises(Incomplete, match="Confirm that your answers replace those of Robin Vale"):
        decide(decision, noor)
    assert writing.current_pack(decision).items.get(number=3).answer == "refused"
    client.force_login(noor)
    page = client.get(reverse("approvals:decide_items", args=["PCD-681"])).content.decode()
    assert "Robin Vale gave the answers below" in page
    assert "My answers replace those of Robin Vale" in page
    deciding.decide_items(
        decision=decision, answers=answers(decision), interests="None", replaces=True, by=noor, at=NOW
    )
    assert AuditEvent.objects.filter(action="decide items").latest("number").facts["in_place_of"] == "robin.vale"
    decision.refresh_from_db()
    assert (deciding.previous_decider(decision, noor), deciding.previous_decider(decision, robin)) == (None, noor)


def test_grants_and_contracts_are_totalled_separately_on_the_signature_page(
    decision: Decision, robin: User, client: Client
) -> None:
    decide(decision, robin)
    client.force_login(robin)
    page = client.get(reverse("approvals:sign_decision", args=["PCD-681"])).content.decode()
    assert "11 grants, £947,234, and 1 contract, £400,000" in page
    items = list(writing.current_pack(decision).items.all())
    asked = [item for item in items if item.verb == DecisionItem.Verb.APPROVE]
    assert sum(count for _, kinds in deciding.sums(items) for count, _, _ in kinds) == len(asked)


def test_a_pack_not_waiting_for_a_decision_has_no_button(returned: Decision, robin: User, client: Client) -> None:
    client.force_login(robin)
    page = client.get(reverse("approvals:decide_items", args=["PCD-681"])).content.decode()
    assert "Its state is: returned" in page
    assert "Continue to signature" not in page


def test_a_contract_has_its_decision_in_its_own_trail(decision: Decision, robin: User) -> None:
    contract = writing.current_pack(decision).items.exclude(contract=None).get().contract
    assert contract
    decide(decision, robin)
    sign(decision, robin)
    event = AuditEvent.objects.get(action="sign decision", subject=contract.reference)
    assert (event.facts["decision"], event.facts["amount"], event.facts["state"]) == (
        "PCD-681",
        "400000.00",
        "Approved",
    )


def test_a_decider_who_prepared_the_paper_is_refused(decision: Decision, grace: User, robin: User) -> None:
    holding = robin.holdings.get(round=decision.round, ended_at=None, through=None)
    deputies.name_deputy(holding=holding, person=grace, starts_on=FIRST, ends_on=LAST, reason="Away", by=robin, at=NOW)
    own_answers = {number: replace(answer) for number, answer in answers(decision).items()}
    with pytest.raises(Refused, match="You had a hand in the bids, the money or the paper"):
        deciding.decide_items(decision=decision, answers=own_answers, interests="None", by=grace, at=NOW)
