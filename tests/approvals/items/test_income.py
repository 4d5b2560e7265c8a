"""A paper that accepts the money of a grantor: it waits until the decision, and a refusal takes it away again."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from approvals.decisions import submission, writing
from approvals.decisions.deciding import Answer
from approvals.enums import ItemKind
from approvals.items.asking import ItemContent, offered
from approvals.models import Decision
from approvals.paper import pack as packs
from approvals.reconciliation import position
from approvals.routing import commitments
from grants.models import AuditEvent, Income, Round, User
from grants.refusal import Refused
from grants.roles import Role
from grants.rounds import income
from tests import factories
from tests.approvals.items import steps
from tests.approvals.items.steps import OF_EACH_KIND, ask
from tests.approvals.renders import html_text, pdf_text
from tests.approvals.steps import decide, sign
from tests.factories import NOW

pytestmark = pytest.mark.django_db
D = Decimal
ACCEPT = ItemContent("accept_money", "Grip Fund", "money of the Grip Fund")


@pytest.fixture
def alone() -> tuple[Decision, dict[Role, User]]:
    """The paper of a round without any bid, and everybody who works on it."""
    round = factories.open_round(allocation=D("7988282.00"))
    hired = steps.people(round)
    return steps.open_paper(round, "PCD-1596", hired[Role.LEAD]), hired


def record(round: Round, by: User, amount: str, agreement: str, **more: Any) -> Income:
    terms = income.IncomeTerms("Home Office", agreement, date(2026, 9, 1), D(amount), **more)
    return income.keep_income(round=round, terms=terms, by=by, at=NOW)


def problems(decision: Decision) -> list[str]:
    return [problem.message for problem in submission.of(decision, at=NOW).problems]


def test_income_that_no_paper_accepts_keeps_every_paper_back(alone: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = alone
    offer = record(decision.round, hired[Role.FINANCE], "5000.00", "HO/1")
    ask(decision, OF_EACH_KIND[ItemKind.AGREE], hired[Role.LEAD])
    wrong = "£5,000 from Home Office is not accepted, and no paper asks for it."
    assert wrong in problems(decision)
    ask(decision, ACCEPT, hired[Role.LEAD], income=offer)
    assert wrong not in problems(decision)
    # The item asks for the sum of its day. Of another sum, nobody asks to accept it.
    terms = income.IncomeTerms("Home Office", "HO/1", date(2026, 9, 1), D("5000.01"))
    income.keep_income(round=decision.round, terms=terms, income=offer, by=hired[Role.FINANCE], at=NOW)
    assert "£5,000.01 from Home Office is not accepted, and no paper asks for it." in problems(decision)


def test_an_uplift_is_accepted_with_what_it_raises(alone: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = alone
    first = record(decision.round, hired[Role.FINANCE], "7988282.00", "HO/1", accepted_in="PCD-1327")
    more = record(
        decision.round,
        hired[Role.FINANCE],
        "919250.00",
        "HO/2",
        uplifts=first,
        conditions="Spent by March.\nNot on cars.",
    )
    item = ask(decision, ACCEPT, hired[Role.LEAD], wording="an uplift of the Grip Fund", income=more)
    assert (item.amount, item.source, item.whom) == (D("919250.00"), "HO/2", "Home Office")
    steps.put_forward(decision, hired)
    frozen = writing.current_pack(decision)
    paper = packs.read(frozen)
    sentence = "an uplift of the Grip Fund from Home Office, £919,250, which raises it to £8,907,532"
    assert paper["recommendations"][0]["text"] == sentence
    rows = [(row["label"], row["amount"], row["note"]) for row in paper["table_3"][:4]]
    assert rows == [
        ("Total allocated", "8907532.00", ""),
        ("Income: Home Office", "7988282.00", "HO/1, accepted in PCD-1327"),
        ("Income: Home Office, uplift", "919250.00", "HO/2, to be accepted"),
        ("Own budget", "0.00", ""),
    ]
    terms = "HO/2, agreed on 1 September 2026. Conditions of Home Office: Spent by March. Not on cars"
    assert paper["recommendations"][0]["source"] == terms
    for text in (html_text(frozen.html), pdf_text(bytes(frozen.pdf))):
        assert "which raises it to £8,907,532" in " ".join(text.split())
        assert "Conditions of Home Office: Spent by March. Not on cars" in " ".join(text.split())
    decide(decision, hired[Role.DMPC])
    sign(decision, hired[Role.DMPC], factories.PASSWORD)
    more.refresh_from_db()
    assert (more.state, more.accepted_in) == ("accepted", "PCD-1596")
    [event] = AuditEvent.objects.filter(action="accept income")
    assert event.facts["amount"] == "919250.00"
    assert position.reconcile(decision.round, NOW.date()).balances


def test_a_refused_uplift_lowers_the_allocation_again(alone: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = alone
    first = record(decision.round, hired[Role.FINANCE], "7988282.00", "HO/1", accepted_in="PCD-1327")
    more = record(decision.round, hired[Role.FINANCE], "919250.00", "HO/2", uplifts=first)
    ask(decision, ACCEPT, hired[Role.LEAD], income=more)
    steps.put_forward(decision, hired)
    decide(decision, hired[Role.DMPC], item_1=Answer("refused", reason="Too many conditions."))
    sign(decision, hired[Role.DMPC], factories.PASSWORD)
    sums = commitments.of_round(round=Round.objects.get(pk=decision.round_id))
    assert (sums.allocation, sums.income.total, sums.own_budget) == (D("7988282.00"), D("7988282.00"), D("0.00"))


def test_an_uplift_that_grants_need_is_not_refused(alone: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = alone
    first = record(decision.round, hired[Role.FINANCE], "7988282.00", "HO/1", accepted_in="PCD-1327")
    more = record(decision.round, hired[Role.FINANCE], "919250.00", "HO/2", uplifts=first)
    ask(decision, ACCEPT, hired[Role.LEAD], income=more)
    ask(decision, OF_EACH_KIND[ItemKind.TRANSFER], hired[Role.LEAD], amount=D("8000000.00"))
    steps.put_forward(decision, hired)
    decide(decision, hired[Role.DMPC], item_1=Answer("refused", reason="Too many conditions."))
    with pytest.raises(Refused, match=r"These answers would exceed the allocation by £111,718\."):
        sign(decision, hired[Role.DMPC], factories.PASSWORD)
    more.refresh_from_db()
    assert more.state == "offered"


def test_one_item_alone_accepts_an_income(alone: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = alone
    offer = record(decision.round, hired[Role.FINANCE], "5000.00", "HO/1")
    assert offered(decision) == [offer]
    with pytest.raises(Refused, match="Enter £5,000, the amount of the income, or nothing"):
        ask(decision, ACCEPT, hired[Role.LEAD], income=offer, amount=D("5000.01"), source="x")
    with pytest.raises(Refused, match="Delete the income: “Note something” accepts none"):
        ask(decision, OF_EACH_KIND[ItemKind.NOTE], hired[Role.LEAD], income=offer)
    item = ask(decision, ACCEPT, hired[Role.LEAD], income=offer)
    assert offered(decision) == []
    assert offered(decision, item) == [offer]
    with pytest.raises(Refused, match="no other item accepts"):
        ask(decision, ACCEPT, hired[Role.LEAD], income=offer)
