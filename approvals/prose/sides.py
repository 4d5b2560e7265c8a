"""Which grants a clause describes: those for decision, those that the force approves, or all. Pure rules.

The sum of the delegated grants is a figure of the paper, but wrong in a clause about grants for decision.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

from approvals.prose.amounts import Mention
from approvals.prose.claims import equals
from approvals.prose.deciders import DECIDERS
from approvals.prose.figures import MASK, Figure, Figures

_WHOLE = ("grants", "grants and contracts together")
_ABOVE, _BELOW = "grants above the threshold", "grants below the threshold"
_SUMS_OF = {"above": (_ABOVE, "grants asked for"), "below": (_BELOW,), "all": _WHOLE}
_COUNT_OF = {
    "above": f"number of {_ABOVE}",
    "below": f"number of {_BELOW}",
    "all": "number of grants",
}
_DECIDER = rf"(?:the\s)?(?:{'|'.join(DECIDERS)})".replace(" ", r"\s")
_SIDE_WORDS = {
    "above": re.compile(
        rf"\b(?:for\s(?:decision|approval)\sby|asked\sto\sapprove|asked\sfor\sdecision|for\sdecision|approval\sis\ssought"
        rf"|(?:needs?|requires?|awaits?)\s(?:the\s(?:approval|decision)\sof\s)?{_DECIDER}|appendix\s1|table\s2"
        r"|above\sthe\s(?:threshold|limit))\b",
        re.IGNORECASE,
    ),
    "below": re.compile(
        r"\b(?:delegated|under\sdelegation|appendix\s2|below\sthe\s(?:threshold|limit)|already\sbeen\sapproved"
        r"|(?:by\sthe\sforce|the\sforce(?:\s(?:has|have|had))?(?:\salready)?\sapproved))\b",
        re.IGNORECASE,
    ),
}
_CLAUSE = re.compile(r"[.,;)](?=\s|$)|\n|\s(?:and|but|while|whereas|of\swhich)\s")
# After one of these words the clause names grants that the sum leaves out, as in “besides the delegated grants”.
_APART = re.compile(
    r"\b(?:not|no|never|cannot|neither|nor|beside|besides|than|apart|addition|without|excluding|except|instead|with"
    r"|less|after|once|if|were)\b(?!\s(?:already\s)?(?:approved|delegated)\b)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.;](?=\s|$)|\n")
_A_SUM = re.compile(rf"£|{MASK}")
# How far a clause is read to either side of the sum, in characters.
_NEAR = 240
_TOGETHER = re.compile(r"\b(?:total|all|whole|altogether|sum|overall|including|together|both)\b", re.IGNORECASE)


def side(words: str, mention: Mention, figures: Figures, counted: Sequence[Mention]) -> tuple[str, Sequence[Figure]]:
    """Return the words of the clause that say which grants a sum is of, and the figures of those grants.

    Both are empty where the clause does not say, and for a sum that equals none of the sets, such as one grant.
    `words` is the prose with its references to figures masked; those to its parts, such as Appendix 1, are left in.
    """
    sums = {of: [figures[name] for name in names if name in figures] for of, names in _SUMS_OF.items()}
    is_of = {of for of, figures_of in sums.items() if any(equals(mention, each) for each in figures_of)}
    if not is_of:
        return "", ()
    start, end = _clause(words, mention)
    if _APART.search(words, start, end):
        return "", ()
    words_by_side = {
        of: match[0] for of, pattern in _SIDE_WORDS.items() if (match := pattern.search(words, start, end))
    }
    for of, name in _COUNT_OF.items():
        for count in counted:
            here = start <= count.start < end and count.thing == "grants" and not count.outcome
            if here and name in figures and count.value == figures[name].count:
                words_by_side.setdefault(of, count.text)
    if len(words_by_side) != 1:
        return "", ()
    if is_of == {"all"} and (_TOGETHER.search(words, start, end) or _shares_sentence(words, mention)):
        return "", ()
    ((of, text),) = words_by_side.items()
    return text, sums[of]


def _shares_sentence(words: str, mention: Mention) -> bool:
    """Whether the sentence has another sum, as in “£491,364 of the £1,438,598”, where this can be the whole."""
    before = _SENTENCE.split(words[max(mention.start - _NEAR, 0) : mention.start])[-1]
    after = _SENTENCE.split(words[mention.end : mention.end + _NEAR])[0]
    return bool(_A_SUM.search(before) or _A_SUM.search(after))


def _clause(words: str, mention: Mention) -> tuple[int, int]:
    """Return where the clause of a sum begins and ends."""
    starts, ends = _clauses(words)
    start, end = (
        starts[bisect_right(starts, mention.start) - 1],
        ends[min(bisect_left(ends, mention.end), len(ends) - 1)],
    )
    return max(start, mention.start - _NEAR), min(end, mention.end + _NEAR)


@lru_cache(maxsize=4)
def _clauses(words: str) -> tuple[Sequence[int], Sequence[int]]:
    """Return where each clause begins, and where each ends."""
    stops = list(_CLAUSE.finditer(words))
    return [0, *(stop.end() for stop in stops)], [*(stop.start() for stop in stops), len(words)]
