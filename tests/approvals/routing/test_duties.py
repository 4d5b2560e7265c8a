"""Separation of duties: who may not approve, confirm or sign."""

from itertools import product

import pytest

from approvals.routing.duties import FOR_A_DECISION, PREPARING, Hands, why_not_approve, why_not_confirm, why_not_sign
from grants.roles import ACTIONS

HANDS = Hands(frozenset({"recommender", "first"}), "chair", frozenset({"scorer", "second"}), frozenset({"friend"}))


@pytest.mark.parametrize(
    ("person", "refusal"),
    [
        ("recommender", "You recommended an amount for it"),
        ("first", "You recommended an amount for it"),
        ("chair", "You recorded the panel’s outcome"),
        ("scorer", "You scored it"),
        ("second", "You scored it"),
        ("friend", "You declared an interest"),
    ],
)
def test_whoever_handled_a_grant_does_not_approve_it(person: str, refusal: str) -> None:
    assert why_not_approve(person, HANDS).startswith(refusal)


@pytest.mark.parametrize("person", ["another", "Recommender", "chair2", "scor"])
def test_somebody_else_may_approve(person: str) -> None:
    assert why_not_approve(person, HANDS) == ""


def test_a_person_who_did_everything_is_refused_for_each_part() -> None:
    everything = Hands(frozenset("x"), "x", frozenset("x"), frozenset("x"))
    assert why_not_approve("x", everything)
    for hands in (
        Hands(frozenset("x"), ""),
        Hands(frozenset(), "x"),
        Hands(frozenset(), "", frozenset("x")),
        Hands(frozenset(), "", frozenset(), frozenset("x")),
    ):
        assert why_not_approve("x", hands)
        assert why_not_approve("y", hands) == ""


@pytest.mark.parametrize(("person", "proposer"), list(product("ab", repeat=2)))
def test_a_limit_is_confirmed_by_another_person(person: str, proposer: str) -> None:
    assert bool(why_not_confirm(person, proposer)) is (person == proposer)


@pytest.mark.parametrize(
    ("person", "refused"), [("writer", True), ("submitter", True), ("decider", False), ("reader", False)]
)
def test_whoever_prepared_a_paper_does_not_decide_it(person: str, refused: bool) -> None:
    assert bool(why_not_sign(person, {"writer", "submitter"})) is refused


def test_whoever_moves_money_does_not_decide_the_paper_but_may_advise() -> None:
    more = set(FOR_A_DECISION) - set(PREPARING)
    assert more == {
        "keep budget line",
        "keep income",
        "propose virement",
        "confirm virement",
        "propose carry-over",
        "confirm carry-over",
        "propose over-allocation",
        "agree over-allocation",
    }
    assert more < set(ACTIONS)
