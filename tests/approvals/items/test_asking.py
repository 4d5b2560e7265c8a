"""What a paper asks for in a writer's words: what each kind needs, what it takes, and how it is decided and printed."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.decisions import submission, writing
from approvals.decisions.deciding import Answer
from approvals.enums import ItemKind
from approvals.items.asking import ask_item, faults, withdraw_item
from approvals.models import Decision, DecisionRecord, PaperItem
from approvals.outputs import published, word
from approvals.paper import pack as packs
from approvals.paper import settled
from approvals.reconciliation import parts, position, whatif
from approvals.routing import commitments
from grants import money
from grants.models import AuditEvent, Round, User
from grants.refusal import Incomplete, Refused, Stale
from grants.roles import Role
from tests import factories
from tests.approvals.items import steps
from tests.approvals.items.steps import OF_EACH_KIND, ask
from tests.approvals.renders import html_text, pdf_text, word_text
from tests.approvals.steps import LATER, decide, sign
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]
TODAY = date(2026, 11, 20)
TAKEN = Decimal("46500.25")


@pytest.fixture
def alone(db: None) -> tuple[Decision, dict[Role, User]]:
    """The paper of a round without any bid, and everybody who works on it."""
    round = factories.open_round()
    hired = steps.people(round)
    return steps.open_paper(round, "PCD-990", hired[Role.LEAD]), hired


@pytest.fixture
def asked(alone: tuple[Decision, dict[Role, User]]) -> tuple[Decision, dict[Role, User]]:
    """That paper with an item of each kind."""
    decision, hired = alone
    for content in OF_EACH_KIND.values():
        ask(decision, content, hired[Role.OFFICE])
    return decision, hired


@pytest.mark.parametrize("kind", list(ItemKind))
def test_each_kind_has_a_complete_example(kind: ItemKind) -> None:
    assert list(faults(OF_EACH_KIND[kind], TODAY)) == []


@pytest.mark.parametrize(
    ("kind", "changes", "field", "message"),
    [
        ("fee", {"amount": None}, "amount", "Enter the amount: “Approve a fee” has one"),
        ("accept_report", {"amount": Decimal(5)}, "amount", "Delete the amount: “Accept a report” has none"),
        ("fee", {"source": " "}, "source", "Enter where the amount comes from"),
        ("agree", {"source": "A letter"}, "source", "Delete the source: without an amount there is nothing that it"),
        ("transfer", {"whom": ""}, "whom", "Enter which body"),
        ("delegate", {"whom": ""}, "whom", "Enter who it is delegated to"),
        ("line", {"whom": "Vale Council"}, "whom", "Delete the name: “Approve a budget line” names nobody"),
        ("delegate", {"until": None}, "until", "Enter the last day"),
        ("delegate", {"until": date(2026, 11, 19)}, "until", "The last day must not be in the past"),
        ("note", {"until": date(2027, 1, 1)}, "until", "Delete the day: “Note something” has no last day"),
    ],
)
def test_a_field_that_does_not_fit_the_kind_is_named(
    kind: str, changes: dict[str, Any], field: str, message: str
) -> None:
    wrong = list(faults(replace(OF_EACH_KIND[ItemKind(kind)], **changes), TODAY))
    assert message in dict(wrong)[field]


def test_a_refused_item_changes_nothing(alone: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = alone
    with pytest.raises(Incomplete):
        ask(decision, OF_EACH_KIND[ItemKind.FEE], hired[Role.LEAD], amount=None)
    with pytest.raises(Refused, match="more than the £900,000 left of the allocation"):
        ask(decision, OF_EACH_KIND[ItemKind.FEE], hired[Role.LEAD], amount=Decimal("900000.01"))
    assert not PaperItem.objects.exists()
    # Money that is accepted takes nothing from the allocation, however much it is.
    ask(decision, OF_EACH_KIND[ItemKind.ACCEPT_MONEY], hired[Role.LEAD], amount=Decimal("24664846.00"))
    assert commitments.of_round(round=decision.round).for_grants == Decimal("900000.00")


def test_only_what_takes_from_the_allocation_is_counted(asked: tuple[Decision, dict[Role, User]]) -> None:
    round = asked[0].round
    figures = position.position(round, TODAY)
    reconciled = position.reconcile(round, TODAY)
    assert [item.label for item in reconciled.items] == ["Management fee", "Youth fund", "Evaluation"]
    assert reconciled.expenditure == Decimal("100000.00") + TAKEN
    assert reconciled.underspend == round.allocation - reconciled.expenditure
    assert commitments.committed(round) == reconciled.expenditure
    splits = parts.splits(figures)
    rows = [part.total for kind, part in parts.table_3(splits) if kind == "line"]
    assert money.total(rows) == reconciled.expenditure
    assert reconciled.as_json()["items"][0] == {"label": "Management fee", "kind": "Fee", "amount": "12000.00"}


def test_a_round_without_items_says_nothing_of_them(decision: Decision) -> None:
    paper = packs.read(writing.current_pack(decision))
    assert "items" not in paper["reconciliation"]
    assert not any("kind_value" in each for each in paper["recommendations"])


def test_an_item_is_changed_and_withdrawn_with_an_event(alone: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = alone
    lead = hired[Role.LEAD]
    item = ask(decision, OF_EACH_KIND[ItemKind.FEE], lead)
    dearer = replace(OF_EACH_KIND[ItemKind.FEE], amount=Decimal("900000.00"))
    ask_item(decision=decision, content=dearer, item=item, seen=1, by=lead, at=NOW)
    with pytest.raises(Stale):
        ask_item(decision=decision, content=dearer, item=item, seen=1, by=lead, at=NOW)
    withdraw_item(decision=decision, item=item, reason="Not needed", seen=2, by=lead, at=NOW)
    assert commitments.of_round(round=decision.round).for_grants == Decimal("900000.00")
    with pytest.raises(Refused, match="has been decided or withdrawn"):
        ask_item(decision=decision, content=dearer, item=item, by=lead, at=NOW)
    events = AuditEvent.objects.filter(subject=item.reference).order_by("number")
    assert [(event.action, event.because) for event in events] == [
        ("ask item", ""),
        ("ask item", ""),
        ("withdraw item", "Not needed"),
    ]
    assert (events[1].before["amount"], events[1].facts["amount"]) == ("12000.00", "900000.00")


def test_nothing_is_asked_of_a_submitted_paper(decision: Decision, grace: User) -> None:
    with pytest.raises(Refused, match="PCD-681 has been submitted"):
        ask(decision, OF_EACH_KIND[ItemKind.AGREE], grace)


def test_a_decision_holds_items_alone_and_every_form_prints_them(asked: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = asked
    steps.put_forward(decision, hired)
    frozen = packs.read(writing.current_pack(decision))
    sentences = [f"{each['verb'].capitalize()} {each['text']}" for each in frozen["recommendations"]]
    assert sentences == [
        "Accept the second tranche from the Home Office, £534,692.84",
        "Accept the annual report of the round",
        "Agree that the lawful basis is the one in the legal comments",
        "Delegate the agreement of minor variations to the Director of Strategy until 31 March 2027",
        "Note the saving on the summer programme, £1,250.50",
        "Approve the fee for running the programme to Orran Trust, £12,000",
        "Approve a transfer to the youth fund to Vale Council, £30,000",
        "Approve a line for evaluation, £4,500.25",
    ]
    assert frozen["figures"]["management fee"]["exact"] == "£12,000"
    rows = [(row["label"], row["amount"], row["note"]) for row in frozen["table_3"]]
    assert ("Youth fund", "30000.00", "Transfer") in rows
    decide(
        decision,
        hired[Role.DMPC],
        item_3=Answer("refused", reason="Not yet."),
        item_6=Answer("conditions", conditions="Paid in arrears."),
        item_7=Answer("deferred", reason="Ask again."),
    )
    sign(decision, hired[Role.DMPC], factories.PASSWORD)
    states = dict(PaperItem.objects.values_list("title", "state"))
    assert states == {
        "Second tranche": "agreed", "Annual report": "agreed", "Lawful basis": "refused", "Variations": "agreed",
        "Saving": "agreed", "Management fee": "agreed", "Youth fund": "deferred", "Evaluation": "agreed",
    }  # fmt: skip
    record = DecisionRecord.objects.select_related("pack").get(decision=decision)
    assert [item["amount"] for item in packs.read(record)["items_decided"]][1:4] == ["", "", ""]
    # A refused agreement never held money, and so nothing is said of it; the deferred transfer holds its £30,000.
    after = settled.after(packs.read(record))
    assert "£853,499.75 of the allocation is left" in after
    assert "What is deferred still holds its money" in after
    assert "What was refused" not in after
    for text in (html_text(record.html), pdf_text(bytes(record.pdf)), word_text(word.of_record(record))):
        words = re.sub(r"\s+([.,:])", r"\1", " ".join(text.split()))
        for sentence in (
            "the fee for running the programme to Orran Trust, £12,000. Source of the amount: Contract clause 4.",
            "Item 3, Lawful basis: refused. Not yet.",
            "Item 7, Youth fund, £30,000: deferred. Ask again.",
            "6. Management fee 12,000 Approved with conditions. Paid in arrears.",
        ):
            assert sentence in words, sentence


def test_a_deferred_item_is_asked_again_in_the_next_paper(asked: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = asked
    steps.put_forward(decision, hired)
    decide(decision, hired[Role.DMPC], item_7=Answer("deferred", reason="Ask again."))
    sign(decision, hired[Role.DMPC], factories.PASSWORD)
    following = steps.open_paper(decision.round, "PCD-991", hired[Role.LEAD])
    steps.put_forward(following, hired)
    [only] = packs.read(writing.current_pack(following))["recommendations"]
    assert only["items"][0]["label"] == "Youth fund"
    decide(following, hired[Role.DMPC], item_1=Answer("refused", reason="Too late."))
    sign(following, hired[Role.DMPC], factories.PASSWORD)
    assert commitments.committed(decision.round) == Decimal("100000.00") + TAKEN - 30000


def test_the_register_publishes_what_was_decided(asked: tuple[Decision, dict[Role, User]], client: Client) -> None:
    decision, hired = asked
    steps.put_forward(decision, hired)
    decide(decision, hired[Role.DMPC], item_3=Answer("refused", reason="Not yet."))
    sign(decision, hired[Role.DMPC], factories.PASSWORD)
    writing.publish_decision(decision=decision, by=hired[Role.OFFICE], at=LATER)
    page = html_text(client.get(reverse("approvals:published_decision", args=["PCD-990"])).content.decode())
    assert "Accept the second tranche from the Home Office, £534,692.84: approved" in page
    assert "Agree that the lawful basis is the one in the legal comments: refused" in page
    assert "1 item refused or deferred" in page
    [signed] = [each for each in published.decisions(decision.round) if each.reference == "PCD-990"]
    assert [item.amount for item in settled.items(signed.paper, signed.record)][:2] == [Decimal("534692.84"), None]
    assert not signed.grants


# The words of an item are checked like a section


@pytest.mark.parametrize(
    ("wording", "problem"),
    [
        ("the fee of £21,000 for the programme", "says £21,000, which is £9,000 more than its amount of £12,000"),
        ("the fee of £12,000, of {allocations}", "There is no figure or part called “allocations”"),
        ("the fee of £12,000 out of £2m", "“Management fee” says £2m, which matches no figure in this paper"),
    ],
)
def test_the_words_of_an_item_are_checked(
    alone: tuple[Decision, dict[Role, User]], client: Client, wording: str, problem: str
) -> None:
    decision, hired = alone
    item = ask(decision, OF_EACH_KIND[ItemKind.FEE], hired[Role.LEAD], wording=wording)
    messages = [each.message for each in submission.of(decision, at=NOW).problems]
    assert any(problem in message for message in messages), messages
    client.force_login(hired[Role.LEAD])
    page = client.get(reverse("approvals:decision", args=["PCD-990"])).content.decode()
    assert reverse("approvals:change_item", args=["PCD-990", item.reference]) in page


def test_a_true_sum_in_the_words_of_an_item_is_taken(alone: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = alone
    ask(
        decision,
        OF_EACH_KIND[ItemKind.FEE],
        hired[Role.LEAD],
        wording="the fee of £12,000, of {allocation|exact} in all",
    )
    problems = [each for each in submission.of(decision, at=NOW).problems if each.check in ("prose", "figure")]
    assert problems == []


def test_a_section_names_an_item_by_its_figure_and_by_its_name(alone: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = alone
    lead = hired[Role.LEAD]
    ask(decision, OF_EACH_KIND[ItemKind.FEE], lead)

    def wrong(text: str) -> list[str]:
        writing.write_section(decision=decision, key="summary", text=text, by=lead, at=NOW)
        return [each.message for each in submission.of(decision, at=NOW).problems if each.check in ("prose", "figure")]

    assert wrong("The fee is {management fee|exact}. Orran Trust gets £12,000.") == []
    assert len(wrong("Orran Trust gets £100,000.")) == 1


# The pages


def test_a_page_keeps_what_was_typed_and_names_the_field(
    alone: tuple[Decision, dict[Role, User]], client: Client
) -> None:
    _, hired = alone
    client.force_login(hired[Role.OFFICE])
    address = reverse("approvals:ask_item", args=["PCD-990"])
    data = {"kind": "fee", "title": "Management fee", "wording": "the fee", "version": "0", "whom": "Orran Trust"}
    page = client.post(address, data).content.decode()
    assert "Enter the amount: “Approve a fee” has one" in page
    assert 'value="Orran Trust"' in page
    sent = client.post(address, data | {"amount": "12,000", "source": "Clause 4"})
    assert sent.status_code == 302
    item = PaperItem.objects.get()
    assert (item.amount, item.whom, item.asked_by) == (Decimal("12000.00"), "Orran Trust", hired[Role.OFFICE])
    change = reverse("approvals:change_item", args=["PCD-990", item.reference])
    assert client.post(change, data | {"amount": "1", "source": "Clause 4", "version": "1"}).status_code == 302
    withdraw = reverse("approvals:withdraw_item", args=["PCD-990", item.reference])
    assert "£1 of the allocation is free again" in client.get(withdraw).content.decode()
    assert client.post(withdraw, {"reason": "Not needed", "version": "2"}).status_code == 302
    item.refresh_from_db()
    assert (item.amount, item.state) == (Decimal("1.00"), "withdrawn")
    assert client.get(change).status_code == 404


def test_who_asked_for_an_item_does_not_decide_it(alone: tuple[Decision, dict[Role, User]]) -> None:
    decision, hired = alone
    both = factories.person(Role.OFFICE, Role.DMPC, round=decision.round)
    ask(decision, OF_EACH_KIND[ItemKind.AGREE], both)
    steps.put_forward(decision, hired)
    with pytest.raises(Refused, match="You had a hand in the bids, the money or the paper"):
        decide(decision, both)


def test_what_if_an_item_is_refused(asked: tuple[Decision, dict[Role, User]]) -> None:
    round: Round = asked[0].round
    figures = position.position(round, TODAY)
    assert [item.label for item in whatif.items(figures)] == ["Management fee", "Youth fund", "Evaluation"]
    youth = next(item.reference for item in whatif.items(figures) if item.label == "Youth fund")
    [expenditure, *_] = whatif.refuse(figures, [youth]).measures
    assert expenditure.difference == Decimal("-30000.00")


def test_an_empty_amount_is_never_printed_as_nought(asked: tuple[Decision, dict[Role, User]], client: Client) -> None:
    decision, hired = asked
    steps.put_forward(decision, hired)
    client.force_login(hired[Role.DMPC])
    page = " ".join(html_text(client.get(reverse("approvals:decide_items", args=["PCD-990"])).content.decode()).split())
    assert "Item 4. Variations Approved" in page
    decide(decision, hired[Role.DMPC])
    page = html_text(client.get(reverse("approvals:sign_decision", args=["PCD-990"])).content.decode())
    assert "7 other items" in page
    assert "£0" not in page
