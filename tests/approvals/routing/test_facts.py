from dataclasses import replace
from datetime import date
from decimal import Decimal

from approvals.enums import Key, Level
from approvals.routing.facts import RouteFacts
from approvals.routing.routes import Claim, Limit, route

LIMIT = Limit(Decimal("50000.00"), "CPIE lead", "Deputy Mayor", "Scheme 4.8", date(2019, 4, 1))
CLAIMS = [
    Claim("AWD-1", Decimal("49200.00"), "Camp", "Ashfield Youth"),
    Claim("AWD-2", Decimal("49200.50"), "Camp", "Bell Green Trust"),
]


def facts() -> RouteFacts:
    return RouteFacts.of(route(CLAIMS[0], CLAIMS, LIMIT, Key.FAMILY), "RULE-1")


def test_facts_read_back_as_they_were_stored() -> None:
    assert RouteFacts.read(facts().stored()) == facts()
    assert (facts().level, facts().binding.total) == (Level.DMPC, Decimal("98400.50"))


def test_stored_facts_are_json_with_sums_as_text() -> None:
    assert facts().stored()["limit"] == "50000.00"
    assert facts().stored()["binding"] == {
        "key": "family",
        "name": "Camp",
        "members": ["AWD-1", "AWD-2"],
        "total": "98400.50",
        "level": "dmpc",
    }


def test_facts_from_before_deferral_was_recorded_are_read() -> None:
    stored = facts().stored()
    del stored["deferred"]
    assert RouteFacts.read(stored) == replace(facts(), deferred="")


def test_a_grant_that_was_never_routed_has_no_facts() -> None:
    assert RouteFacts.read({}) is None
