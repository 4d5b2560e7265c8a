"""The seven criteria of the paper, and the scale that is ours."""

from decimal import Decimal

import pytest

from bids.criteria import HIGHEST, LOWEST, Rule
from tests.bodies import CRITERIA


@pytest.mark.parametrize(
    ("number", "label", "kind"),
    [
        (1, "Strategic aim", "Gate"),
        (2, "Results inside the MPS area", "Gate"),
        (3, "A way to measure success", "Gate"),
        (4, "Proven experience", "Scored"),
        (5, "Longevity of impact", "Scored"),
        (6, "Value for money", "Gate and scored"),
        (7, "No future cost", "Gate"),
    ],
)
def test_each_criterion_is_a_gate_or_scored_as_the_paper_has_it(number: int, label: str, kind: str) -> None:
    rule = CRITERIA[number - 1]
    assert (rule.number, rule.label, rule.kind) == (number, label, kind)


def test_there_are_seven_criteria() -> None:
    assert [rule.number for rule in CRITERIA] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("rule", [rule for rule in CRITERIA if rule.scored], ids=lambda rule: rule.label)
def test_every_point_of_the_scale_has_a_meaning_of_its_own(rule: Rule) -> None:
    assert [point for point, _ in rule.points] == list(range(LOWEST, HIGHEST + 1)) == [0, 1, 2, 3, 4]
    meanings = {meaning for _, meaning in rule.points}
    assert len(meanings) == 5
    assert all(meanings)


@pytest.mark.parametrize("rule", [rule for rule in CRITERIA if not rule.scored], ids=lambda rule: rule.label)
def test_a_criterion_that_is_only_a_gate_has_no_scale(rule: Rule) -> None:
    assert rule.points == ()


def test_the_default_weights_are_equal() -> None:
    assert {rule.weight for rule in CRITERIA} == {Decimal(1)}


def test_every_criterion_asks_a_question() -> None:
    assert all(rule.question.endswith((".", "?")) for rule in CRITERIA)
    assert "City of London is outside" in CRITERIA[1].question
