"""A signed decision, a grant that it approved, and a paper that asks for less."""

from decimal import Decimal

import pytest

from approvals.decisions import writing
from approvals.models import Award, Decision, Pack
from grants.models import User
from tests.approvals.amendments.steps import change, submit
from tests.approvals.steps import LATER, decide, open_paper, sign
from tests.stages import stage


@stage
def signed(decision: Decision, robin: User, mo: User) -> Decision:
    decide(decision, robin)
    sign(decision, robin)
    writing.publish_decision(decision=decision, by=mo, at=LATER)
    return Decision.objects.select_related("round").get(pk=decision.pk)


@pytest.fixture
def grant(signed: Decision) -> Award:
    """The grant to A2 Dominion, £70,000."""
    return Award.objects.for_routes().get(round=signed.round, amount=Decimal(70000), route="dmpc")


@stage
def paper(signed: Decision, grant: Award, grace: User) -> Decision:
    """A paper that asks for £65,000 instead."""
    made = open_paper(
        signed.round, "PCD-700", grace, title="A smaller grant", text="The grant becomes smaller.", amends=signed
    )
    change(made, grant, grace)
    return made


@stage
def submitted(paper: Decision, grace: User, mo: User) -> Pack:
    """The paper, put forward to the Deputy Mayor."""
    return submit(paper, grace, mo)
