"""How often the check of prose errs on sentences that somebody wrote who had not seen its rules."""

from collections import Counter
from decimal import Decimal

from approvals.prose.checking import check
from approvals.prose.matches import Standing
from tests.approvals.prose.corpus.reading import Sentence, agreed, known_of, number, rounds, sentences

# The rates that were reached, in per cent. A change of the rules may lower them.
FALSE_REFUSALS, WRONG_ONES_TAKEN = 5, 8


def refused(sentence: Sentence) -> bool:
    matches = check(sentence.text, known_of(rounds()[sentence.round]))
    return any(match.standing is Standing.UNMATCHED for match in matches)


def test_the_figures_of_each_round_add_up() -> None:
    for reference, round in rounds().items():
        for grant in round["grants"]:
            if grant["agreed"]:
                by_year = [Decimal(part) for part in grant["by_year"].values()]
                assert sum(by_year) == Decimal(grant["agreed"]), (reference, grant["title"])
        assert sum(map(Decimal, round["allocation_by_year"].values())) == Decimal(round["allocation"]), reference
        spent = sum(Decimal(line["amount"]) for line in (*round["budget_lines"], *round["contracts"]))
        grants = [grant for grant in round["grants"] if grant["state"] == "recommended"]
        assert number(grants) > 0
        assert spent + agreed(grants) <= Decimal(round["allocation"]), reference


def test_there_are_three_hundred_true_and_three_hundred_false_sentences_on_ten_rounds() -> None:
    judged = [each for each in sentences() if each.kind != "outside"]
    assert min(Counter(each.is_true for each in judged).values()) >= 300
    assert len({each.round for each in judged}) >= 10
    assert len({each.text for each in judged}) == len(judged)
    assert all(each.why for each in judged)


def test_the_check_errs_no_more_often_than_it_did() -> None:
    judged = [each for each in sentences() if each.kind != "outside"]
    true, false = ([each for each in judged if each.is_true is truth] for truth in (True, False))
    wrongly_refused = [each for each in true if refused(each)]
    wrongly_taken = [each for each in false if not refused(each)]
    rates = [100 * len(wrong) / len(of) for wrong, of in ((wrongly_refused, true), (wrongly_taken, false))]
    print(f"{rates[0]:.1f}% of {len(true)} true sentences refused, {rates[1]:.1f}% of {len(false)} false ones taken")
    assert rates[0] <= FALSE_REFUSALS
    assert rates[1] <= WRONG_ONES_TAKEN
