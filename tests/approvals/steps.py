"""Steps in the life of a paper that many tests take."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from approvals.decisions import deciding, sign_offs, standing, submission, writing
from approvals.decisions.deciding import Answer
from approvals.models import Decision
from grants.models import BudgetLine, Round, User
from grants.rounds import virement
from tests.conftest import DEMO_PASSWORD
from tests.factories import NOW

LATER = NOW + timedelta(days=1)


def answers(decision: Decision, **special: Answer) -> dict[int, Answer]:
    """Approve or note every item, except those answered as `item_N`, and keep all that stands and is not named."""
    items = list(writing.current_pack(decision).items.all())
    terms = standing.of_items(items)
    each = {}
    for item in items:
        answer = special.get(f"item_{item.number}", Answer("noted" if item.verb == "note" else "approved"))
        keep = {term.reference: {"choice": standing.KEEP} for term in terms[item.number]}
        each[item.number] = replace(answer, choices=keep | dict(answer.choices))
    return each


def open_paper(
    round: Round,
    reference: str,
    by: User,
    *,
    title: str = "What is left",
    text: str = "",
    amends: Decision | None = None,
    at: datetime = NOW,
) -> Decision:
    """Open a paper for the Deputy Mayor, with `text` in every section if there is one."""
    made = writing.prepare_decision(
        round=round,
        reference=reference,
        title=title,
        decision_by="Deputy Mayor for Policing and Crime",
        amends=amends,
        by=by,
        at=at,
    )
    for part in made.sections.all() if text else ():
        writing.write_section(decision=made, key=part.key, text=text, by=by, at=at)
    return made


def sign_off(decision: Decision) -> None:
    """Sign off every part that the paper needs, as its adviser in the demo."""
    advisers = {"finance": "kit.lane", "legal": "lena.frey", "commercial": "omar.bell", "equality": "esi.mensah"}
    for row in submission.of(decision, at=NOW).sign_offs:
        by = User.objects.get(username=advisers[row.area])
        sign_offs.sign_off(decision=decision, area=row.area, answer="signed", by=by, at=NOW)


def decide(decision: Decision, by: User, interests: str = "None", **special: Answer) -> None:
    deciding.decide_items(decision=decision, answers=answers(decision, **special), interests=interests, by=by, at=NOW)


def sign(decision: Decision, by: User, password: str = DEMO_PASSWORD) -> None:
    deciding.sign_decision(decision=decision, password=password, by=by, at=LATER)


def move(round: Round, source: BudgetLine | None, target: BudgetLine | None, amount: Decimal) -> None:
    """Move money between two lines, or to or from unallocated money, by two people of the demo."""
    by, second = User.objects.get(username="kit.lane"), User.objects.get(username="henry.ives")
    made = virement.propose_virement(
        round=round, source=source, target=target, amount=amount, reason="A late bill", by=by, at=LATER
    )
    virement.confirm_virement(virement=made, by=second, at=LATER)


def state(decision: Decision) -> str:
    return Decision.objects.get(pk=decision.pk).state
