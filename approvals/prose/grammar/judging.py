"""Judge each sentence of a text by the facts of its round. Pure rules.

A sentence is cut into tokens (`tokens.py`); each rule reads the tokens that it understands and says what is true and
what is false. What no rule understands stays without a verdict.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from approvals.prose.amounts import Mention, level
from approvals.prose.counts import sentence
from approvals.prose.facts import Facts
from approvals.prose.figures import masked
from approvals.prose.grammar import bounds, comparing, courses, numbers, portions, rows, statements, sums, terms
from approvals.prose.grammar.tokens import Token, Vocabulary, tokens
from approvals.prose.grammar.verdict import Verdict
from approvals.prose.vocabulary import Role


def verdicts(prose: str, summed: Sequence[Mention], facts: Facts) -> list[Verdict]:
    """Return what the facts make of each sum, number and statement of a text that the grammar understands."""
    plain = masked(level(prose))
    vocabulary = _vocabulary(facts)
    return [
        replace(verdict, mention=replace(verdict.mention, text=prose[verdict.mention.start : verdict.mention.end]))
        for begins, ends in _sentences(plain)
        for verdict in _of_sentence(tokens(plain, begins, ends, summed, vocabulary), facts)
    ]


@lru_cache(maxsize=4)
def _vocabulary(facts: Facts) -> Vocabulary:
    return Vocabulary(facts)


def _sentences(plain: str) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(plain):
        begins, ends = sentence(plain, at)
        yield begins, ends
        at = max(ends, at + 1)


def _of_sentence(read: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    if all(token.role in (Role.WORD, Role.STOP, Role.HINT) for token in read):
        return
    if table := list(rows.verdicts(read, facts)):
        yield from table
        yield from rows.headed(read, facts)
        return
    for rule in (
        rows.headed,
        bounds.verdicts,
        sums.verdicts,
        numbers.verdicts,
        portions.verdicts,
        statements.verdicts,
        comparing.verdicts,
        courses.verdicts,
        terms.verdicts,
    ):
        yield from rule(read, facts)
