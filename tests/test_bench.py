"""The bench runs: each of its parts at the smallest size, so that a change of the product is noticed here."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from grants.roles import Role
from tests import factories
from tests.bench import awarding, grants, imports, measure, rounds

pytestmark = pytest.mark.django_db


def test_an_import_is_measured() -> None:
    today = timezone.localdate()
    round = factories.open_round(opens_on=today - timedelta(days=9), closes_on=today + timedelta(days=9))
    taken = imports.measure(round, factories.person(Role.LEAD, round=round), 3)
    assert 0 < taken.lock <= taken.taking_in
    assert taken.preview > 0


@override_settings(ROOT_URLCONF="tests.bench.measure")
@pytest.mark.parametrize("closed", [True, False], ids=["closed", "open"])
def test_the_pages_of_a_round_are_measured(closed: bool) -> None:
    size = rounds.Size(3, closed=closed)
    names = set()
    for name, user, address in measure.pages(rounds.build(size, 1), size):
        assert measure.cost(user, address, 1).queries > 0
        names.add(name)
    assert names < set(measure.AIMS)


def test_what_leads_do_with_grants_is_measured() -> None:
    measured = dict(grants.costs(awarding.build(awarding.Size(3), 1)))
    assert {"route", "approve 30", "draft", *grants.PAGES} == set(measured)
    assert all(cost.queries for cost in measured.values())
