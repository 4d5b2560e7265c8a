"""The rows of PCD 681, as the check of its sentences reads them."""

from decimal import Decimal

import pytest

from approvals.models import Decision
from approvals.paper import facts, figures, sources
from approvals.prose.checking import check
from approvals.prose.facts import worth
from approvals.prose.matches import Standing
from approvals.prose.vocabulary import Kind, Measure, Side
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_the_rows_of_a_round_add_up_to_its_figures(returned: Decision) -> None:
    known = facts.facts_of(sources.sources(returned, NOW.date()))
    assert len(known.grants) == 39
    assert worth(known.grants) == Decimal(1438598)
    assert worth([entry for entry in known.grants if entry.side is Side.DECIDED]) == Decimal(947234)
    assert worth(known.grants, Measure.PAID) == Decimal(181361)
    assert worth(known.of(Kind.LINE)) == Decimal(2189397)
    assert known.allocation == Decimal(4782000)
    assert (known.numbers["received"], known.numbers["rejected"]) == (83, 30)
    assert len(known.of(Kind.GRANT)) == 83


@pytest.mark.parametrize(
    ("sentence", "is_true"),
    [
        ("The Princes Trust PPP Project has the largest grant.", True),
        ("London Blues has the largest grant.", False),
        ("London Blues and Mutual Gain were paid before approval, £181,361 in all.", True),
        ("A2 Dominion was paid before approval.", False),
        ("No bid was rejected.", False),
        ("Children made lanterns, and 120 residents walked behind them in October.", True),
    ],
)
def test_a_sentence_of_a_real_paper_is_judged_by_its_rows(returned: Decision, sentence: str, is_true: bool) -> None:
    known = figures.known_of(sources.sources(returned, NOW.date()))
    wrong = [match for match in check(sentence, known) if match.standing is Standing.UNMATCHED]
    assert bool(wrong) is not is_true, wrong
