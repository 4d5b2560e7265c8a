"""The list of checks: those that pass as well as those that fail."""

import pytest

from approvals.reconciliation.checks import CHECKS, checks
from approvals.reconciliation.sums import reconcile
from tests.approvals.positions import GOOD, D
from tests.approvals.reconciliation.test_sums import BROKEN


def test_all_checks_of_a_round_that_adds_up_pass_and_show_what_they_looked_at() -> None:
    results = checks(GOOD, reconcile(GOOD))
    assert len(results) == len(CHECKS) + 1
    assert all(check.held for check in results)
    by_name = {check.name: (check.looked_at, check.amount) for check in results}
    assert by_name["allocation"] == ("£180,001 of £200,000", D(180001))
    assert by_name["outcome"] == ("5 bids", D("117001.00"))
    assert by_name["agreed amount"] == ("3 grants", D(100001))
    assert by_name["early payment"] == ("1 grant paid before approval", D(1000))
    assert by_name["internal bids"] == ("1 bid led inside the force", D(8000))
    assert by_name["destination"] == ("0 redirected bids", D(0))
    assert by_name["profile"] == ("1 contract", D(40000))


@pytest.mark.parametrize("broken", BROKEN)
def test_each_broken_fact_fails_only_its_own_check_with_its_amount_and_cause(broken: str) -> None:
    position, name, amount, reference, message = BROKEN[broken]
    failed = [check for check in checks(position, reconcile(position)) if not check.held]
    assert [(check.name, check.amount) for check in failed] == [(name, D(amount))]
    (cause,) = failed[0].causes
    assert cause.reference == reference
    assert cause.message == message


def test_there_is_a_broken_fact_for_each_check() -> None:
    assert {name for name, _, _ in CHECKS} | {"allocation"} == {check for _, check, *_ in BROKEN.values()}
