"""Steps with the items of a paper, and a round that has nothing else to decide."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from approvals.decisions import sign_offs, submission, writing
from approvals.enums import ItemKind
from approvals.items import asking
from approvals.items.asking import ItemContent
from approvals.models import Decision, PaperItem
from grants.models import Round, User
from grants.roles import Role
from tests import factories
from tests.approvals import steps
from tests.factories import NOW

LAST = date(2027, 3, 31)

# One item of each kind, as a writer enters it.
OF_EACH_KIND = {
    ItemKind.ACCEPT_MONEY: ItemContent(
        "accept_money", "Second tranche", "the second tranche", Decimal("534692.84"), "Award letter", "the Home Office"
    ),
    ItemKind.ACCEPT_REPORT: ItemContent("accept_report", "Annual report", "the annual report of the round"),
    ItemKind.AGREE: ItemContent("agree", "Lawful basis", "that the lawful basis is the one in the legal comments"),
    ItemKind.DELEGATE: ItemContent(
        "delegate", "Variations", "the agreement of minor variations", whom="the Director of Strategy", until=LAST
    ),
    ItemKind.NOTE: ItemContent(
        "note", "Saving", "the saving on the summer programme", Decimal("1250.50"), "Finance return"
    ),
    ItemKind.FEE: ItemContent(
        "fee", "Management fee", "the fee for running the programme", Decimal("12000.00"), "Contract clause 4",
        "Orran Trust",
    ),
    ItemKind.TRANSFER: ItemContent(
        "transfer", "Youth fund", "a transfer to the youth fund", Decimal("30000.00"), "Budget book", "Vale Council"
    ),
    ItemKind.LINE: ItemContent("line", "Evaluation", "a line for evaluation", Decimal("4500.25"), "Quote of May"),
}  # fmt: skip


def ask(decision: Decision, content: ItemContent, by: User, **changes: Any) -> PaperItem:
    return asking.ask_item(decision=decision, content=replace(content, **changes), by=by, at=NOW)


def people(round: Round) -> dict[Role, User]:
    """Everybody whom a paper of the round needs, each with one role in it."""
    needed = (Role.LEAD, Role.OFFICE, Role.DMPC, Role.FINANCE, Role.LEGAL, Role.EQUALITY)
    hired = {role: factories.person(role, round=round) for role in needed}
    hired[Role.DMPC].set_password(factories.PASSWORD)
    hired[Role.DMPC].save()
    return hired


def put_forward(decision: Decision, hired: dict[Role, User]) -> Decision:
    """Sign off, submit and put forward a paper that is ready, and return it as it then is."""
    advisers = {"finance": Role.FINANCE, "legal": Role.LEGAL, "equality": Role.EQUALITY}
    for row in submission.of(decision, at=NOW).sign_offs:
        by = hired[advisers[row.area]]
        sign_offs.sign_off(decision=decision, area=row.area, answer="signed", by=by, at=NOW)
    writing.submit_pack(decision=decision, by=hired[Role.LEAD], at=NOW)
    writing.put_forward(decision=decision, by=hired[Role.OFFICE], at=NOW)
    decision.refresh_from_db()
    return decision


def open_paper(round: Round, reference: str, by: User) -> Decision:
    """A paper whose sections name no figure."""
    return steps.open_paper(round, reference, by, text="Nothing more is known about it.")
