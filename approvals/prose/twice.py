"""Whether two sentences give one thing two sums, both from elsewhere, so that one of them is wrong. Pure rules.

The register contradicts a wrong sum that it knows. Of a sum with a source it knows nothing, but a paper that says
£264,700 of a body in one place and £246,700 of it in another is wrong in one of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from approvals.prose.elsewhere import sentence_around
from approvals.prose.identity import bare
from approvals.prose.matches import Kind, Match, Standing
from approvals.prose.vocabulary import COMMON
from grants import money

# The share of the words of two sentences from which they speak of the same.
_ALIKE = 0.6
# The number of sums beyond which a text is not compared with itself: each is held against every other.
MOST = 200


@dataclass(frozen=True, slots=True)
class Placed:
    """A sum of a text: the heading and the words of its part, and its check."""

    heading: str
    text: str
    match: Match


def contradictions(placed: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Yield each two sums from elsewhere that different sentences give of the same thing."""
    external = [
        each
        for each in placed
        if each.match.kind is Kind.MONEY and each.match.standing is Standing.EXTERNAL and each.match.mention.value
    ]
    for one, other in combinations(external[:MOST], 2):
        if one.match.mention.value != other.match.mention.value and _is_same(one, other):
            yield one, other


def _is_same(one: Placed, other: Placed) -> bool:
    """Whether two sums are said of one thing: by words that both sentences have, and by the digits of a slip."""
    words, others = _words(one), _words(other)
    shared = words & others
    years, other_years = _years(one), _years(other)
    if not shared or _sentence(one) == _sentence(other) or (years and other_years and not years & other_years):
        return False
    return _digits(one) == _digits(other) or len(shared) >= max(2, _ALIKE * len(words | others))


def _sentence(placed: Placed) -> str:
    return sentence_around(placed.text, placed.match.mention.start)


def _years(placed: Placed) -> set[str]:
    return {word for word in bare(_sentence(placed)).split() if word.isdigit() and len(word) == 4}


def _words(placed: Placed) -> set[str]:
    """Return the words of a sentence that can name something: no number, no everyday word."""
    return {word for word in bare(_sentence(placed)).split() if word.isalpha() and len(word) > 3 and word not in COMMON}


def _digits(placed: Placed) -> list[str]:
    return sorted(money.text(placed.match.mention.value or money.ZERO))
