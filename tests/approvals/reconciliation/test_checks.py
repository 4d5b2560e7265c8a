"""The checks as a list: what held is said as well as what did not."""

import pytest

from approvals.reconciliation.checks import CHECKS, checks
from approvals.reconciliation.sums import reconcile
from tests.approvals.positions import GOOD, D
from tests.approvals.reconciliation.test_sums import BROKEN


def test_all_checks_of_a_round_that_adds_up_are_held_and_say_what_they_looked_at() -> None:
    found = checks(GOOD, reconcile(GOOD))
    assert len(found) == len(CHECKS) + 1
    assert all(check.held for check in found)
    said = {check.name: (check.looked_at, check.amount) for check in found}
    assert said["allocation"] == ("£180,001 of £200,000", D(180001))
    assert said["outcome"] == ("5 bids", D("117001.00"))
    assert said["agreed amount"] == ("3 grants", D(100001))
    assert said["early payment"] == ("1 grant paid before approval", D(1000))
    assert said["internal bids"] == ("1 bid led inside the force", D(8000))
    assert said["destination"] == ("0 redirected bids", D(0))
    assert said["profile"] == ("1 contract", D(40000))


@pytest.mark.parametrize("broken", BROKEN)
def test_each_broken_fact_breaks_its_check_alone_with_its_amount_and_cause(broken: str) -> None:
    position, name, amount, reference, said = BROKEN[broken]
    failed = [check for check in checks(position, reconcile(position)) if not check.held]
    assert [(check.name, check.amount) for check in failed] == [(name, D(amount))]
    (cause,) = failed[0].causes
    assert cause.reference == reference
    assert said in cause.message


def test_there_is_a_broken_fact_for_each_check() -> None:
    assert {name for name, _, _ in CHECKS} | {"allocation"} == {check for _, check, *_ in BROKEN.values()}
