"""Whether a sentence says that a sum is the figure which it equals. Pure rules.

Two sums can be equal by chance. So a sum that equals a figure of the paper is taken as that figure only where the
sentence speaks of it in some way; otherwise it is reported as not checked.
"""

import re
from collections.abc import Sequence

from approvals.prose import vocabulary
from approvals.prose.counts import sentence
from approvals.prose.figures import Figure
from approvals.prose.identity import bare, words_of
from approvals.prose.known import Known
from approvals.prose.matches import Kind, Match, Standing

# What a sentence can call the figures that every paper has, besides the words of their names.
_ALSO: dict[str, Sequence[str]] = {
    "allocation": (*vocabulary.WHOLES["allocation"], *vocabulary.HOLDS),
    "underspend": vocabulary.WHOLES["left"],
    "expenditure": (*vocabulary.THINGS["everything"], *vocabulary.SPENDS, *vocabulary.TOTALS),
    "contract": vocabulary.THINGS["contracts"],
    "grant": (*vocabulary.THINGS["grants"], *vocabulary.GRANTED),
    "limit": vocabulary.WHOLES["limit"],
}
# The first letters of a word by which it is known in other forms, such as “commission” in “commissioned”.
_STEM = 6


def checked(matches: Sequence[Match], plain: str, known: Known) -> list[Match]:
    """Return the matches of a text, with each sum that is a figure only by chance as not checked."""
    return [_checked(match, plain, known) for match in matches]


def _checked(match: Match, plain: str, known: Known) -> Match:
    # A sum that a label or the grammar explains can have no source.
    if match.kind is not Kind.MONEY or match.standing is not Standing.MATCHED or not match.may_have_source:
        return match
    figures = known.equal_to(match.mention, plain)
    begins, ends = sentence(plain, match.mention.start)
    words = words_of(plain[begins:ends])
    if not figures or any(figure.identity is not None or _speaks_of(figure, words) for figure in figures):
        return match
    first = figures[0]
    message = f"equals {first.name} ({first.exact}), but the sentence does not say that it is."
    return Match(match.mention, match.kind, Standing.UNCHECKED, "", message, may_have_source=True)


def _speaks_of(figure: Figure, words: str) -> bool:
    name = bare(figure.name).split()
    phrases = [phrase for key, also in _ALSO.items() if any(word.startswith(key) for word in name) for phrase in also]
    stems = [word[:_STEM] for word in name if len(word) > 3]
    return any(f" {stem}" in words for stem in stems) or any(
        re.search(rf" {re.escape(bare(phrase))}{'' if phrase.endswith('*') else ' '}", words) for phrase in phrases
    )
