"""Sentences that the grammar understands, each judged by the facts of a round of the corpus.

These were written together with the rules. How often the rules err on others is measured by `test_corpus.py`.
"""

import csv
from decimal import Decimal
from functools import cache

import pytest

from approvals.prose import amounts, matches
from approvals.prose.checking import Known, check
from approvals.prose.facts import Entry, Facts, worth
from approvals.prose.figures import Figure
from approvals.prose.grammar import judging
from approvals.prose.grammar.tokens import Token, Vocabulary, tokens
from approvals.prose.matches import Match, Standing
from approvals.prose.vocabulary import Kind, Measure, Role
from tests.approvals.prose.corpus.facts import facts_of
from tests.approvals.prose.corpus.reading import HERE, known_of, rounds


@cache
def known(round: str) -> Known:
    return known_of(rounds()[round])


def wrong(round: str, text: str) -> list[Match]:
    return [match for match in check(text, known(round)) if match.standing is Standing.UNMATCHED]


def understood() -> list[tuple[str, str, str]]:
    with (HERE / "understood.csv").open(encoding="utf-8", newline="") as opened:
        return [(row["round"], row["truth"], row["sentence"]) for row in csv.DictReader(opened)]


@pytest.mark.parametrize(("round", "truth", "sentence"), understood())
def test_a_sentence_is_judged_by_the_facts_of_its_round(round: str, truth: str, sentence: str) -> None:
    assert bool(wrong(round, sentence)) is (truth == "false"), wrong(round, sentence)


def read(text: str, facts: Facts) -> list[Token]:
    return tokens(text, 0, len(text), amounts.amounts(text), Vocabulary(facts))


FACTS = Facts(
    entries=[
        Entry(Kind.GRANT, ("Lantern Trust", "Lamps on the path"), Decimal(900), Decimal(1000)),
        Entry(Kind.GRANT, ("Gate Club", "Boxing at night"), Decimal(700), Decimal(700)),
        Entry(Kind.LINE, ("Evaluation",), Decimal(200), Decimal(200)),
    ],
    allocation=Decimal(2000),
    years=["2025/26"],
)


def test_an_owner_is_found_by_its_name_or_by_a_part_that_no_other_owner_has() -> None:
    read_tokens = {
        token.text: token.value
        for token in read("Lantern Trust, the lamps and Gate Club.", FACTS)
        if token.role is Role.OWNER
    }
    assert read_tokens == {"lantern trust": frozenset({0}), "lamps": frozenset({0}), "gate club": frozenset({1})}


def test_an_everyday_word_of_a_name_is_no_owner_in_a_round_of_many_bids() -> None:
    many = [Entry(Kind.GRANT, (f"Body {number}", f"Work {number}"), Decimal(1), Decimal(1)) for number in range(30)]
    facts = Facts(entries=[*FACTS.entries, *many])
    assert not [token for token in read("We fund the lamps.", facts) if token.role is Role.OWNER]
    assert [token.text for token in read("We fund Lantern.", facts) if token.role is Role.OWNER] == ["lantern"]


def test_a_set_is_worth_nothing_where_the_register_does_not_divide_it() -> None:
    assert worth(FACTS.entries[:2], Measure.ASKED) == 1700
    assert worth(FACTS.entries[:2], year="2025/26") is None
    assert worth([]) is None


def test_what_no_rule_understands_has_no_verdict() -> None:
    text = "Residents said that they had been kept awake, and the ward was quieter in May."
    assert judging.verdicts(text, amounts.amounts(text), FACTS) == []


def test_a_wrong_statement_without_a_number_names_whom_it_is_wrong_about() -> None:
    (match,) = wrong("custody-care-2025-27", "No bid was turned down.")
    assert match.kind is matches.Kind.CLAIM
    assert "Quick Exit CIC" in match.message


def test_a_total_that_its_rows_do_not_make_is_wrong() -> None:
    table = "Contract | £540,000\nPosts | £318,400\nGrants | £316,000\nTotal | £1,147,400"
    (match,) = wrong("custody-care-2025-27", table)
    assert match.mention.text == "£1,147,400"
    assert "£1,174,400" in match.message


def test_facts_of_a_round_of_the_corpus_hold_each_row() -> None:
    facts = facts_of(rounds()["custody-care-2025-27"])
    assert [entry.what for entry in facts.entries] == [Kind.GRANT] * 4 + [Kind.LINE, Kind.CONTRACT, Kind.INCOME]
    assert worth(facts.spending) == Decimal(1174400)


def test_a_sum_that_equals_a_figure_by_chance_is_not_checked_and_never_matched() -> None:
    figure = Figure("grant limit", "The limit", amount=Decimal(50000))
    paper = Known({figure.name: figure}, facts=FACTS)
    (chance,) = check("The clubs have £50,000 in the bank.", paper)
    assert (chance.standing, chance.may_have_source) == (Standing.UNCHECKED, True)
    assert chance.message == "equals grant limit (£50,000), but the sentence does not say that it is."
    (limit,) = check("The limit is £50,000.", paper)
    assert limit.standing is Standing.MATCHED


def test_a_true_sum_is_credited_to_whom_the_sentence_names() -> None:
    same = Figure("grants below the threshold", "Grants", amount=Decimal(900))
    (match,) = check("£900 is for the Lantern Trust.", Known({same.name: same}, facts=FACTS))
    assert match.message == "is Lantern Trust, £900."
