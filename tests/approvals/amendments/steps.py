"""Steps of a paper that amends a decision."""

from decimal import Decimal

from approvals.amendments import amending
from approvals.decisions import writing
from approvals.models import AmendedGrant, Award, Decision, Pack
from grants.models import User
from tests.approvals.steps import LATER, sign_off
from tests.factories import NOW

LESS = Decimal("65000.00")


def change(paper: Decision, grant: Award, by: User, amount: Decimal = LESS) -> AmendedGrant:
    return amending.amend_grant(decision=paper, award=grant, amount=amount, reason="One lot fell away", by=by, at=NOW)


def submit(paper: Decision, grace: User, mo: User) -> Pack:
    sign_off(paper)
    frozen = writing.submit_pack(decision=paper, by=grace, at=LATER)
    writing.put_forward(decision=paper, by=mo, at=LATER)
    return frozen


def now(grant: Award) -> tuple[Decimal, str, list[Decimal]]:
    """Return a grant's current amount and state, and the amounts of its valid approvals."""
    grant.refresh_from_db()
    return grant.amount, grant.state, [each.amount for each in grant.approvals.filter(invalid_at=None)]
