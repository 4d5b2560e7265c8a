"""The demo's paper PCD 681, ready for the Deputy Mayor, and the people who work on it."""

import pytest

from approvals.decisions import writing
from approvals.models import (
    Decision,
)
from grants.models import User
from tests.every_page import publish
from tests.factories import NOW
from tests.stages import stage


@pytest.fixture
def decision() -> Decision:
    """PCD 681, waiting for the Deputy Mayor."""
    return Decision.objects.select_related("round").get(reference="PCD-681")


@pytest.fixture
def grace() -> User:
    return User.objects.get(username="grace.hall")


@pytest.fixture
def mo() -> User:
    return User.objects.get(username="mo.novak")


@pytest.fixture
def robin() -> User:
    return User.objects.get(username="robin.vale")


@pytest.fixture
def returned(decision: Decision, mo: User) -> Decision:
    writing.return_pack(decision=decision, reason="A question", by=mo, at=NOW)
    decision.refresh_from_db()
    return decision


@stage
def publication() -> Decision:
    """PCD 681, signed and published."""
    return publish()
