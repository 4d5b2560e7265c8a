"""Whose grants a clause says that a sum is: those for decision, those of the force, or all. Pure rules.

The sum of the delegated grants is a figure of the paper, and still wrong where the clause asks the Deputy Mayor for it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

from approvals.prose.amounts import Typed
from approvals.prose.claims import stands_for
from approvals.prose.figures import MASK, Figure, Figures

_WHOLE = ("grants", "grants and contracts together")
_ABOVE, _BELOW = "grants above the threshold", "grants below the threshold"
_SUMS_OF = {"above": (_ABOVE, "grants asked for"), "below": (_BELOW,), "all": _WHOLE}
_COUNT_OF = {
    "above": f"number of {_ABOVE}",
    "below": f"number of {_BELOW}",
    "all": "number of grants",
}
_DMPC = r"(?:the\s)?(?:deputy\smayor|dmpc)"
_SAYS = {
    "above": re.compile(
        rf"\b(?:for\s(?:decision|approval)\sby|asked\sto\sapprove|asked\sfor\sdecision|for\sdecision|approval\sis\ssought"
        rf"|(?:needs?|requires?|awaits?)\s(?:the\s(?:approval|decision)\sof\s)?{_DMPC}|appendix\s1|table\s2"
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
# Beside the delegated grants, not for the force to approve: what is named is what the sum is not.
_APART = re.compile(
    r"\b(?:not|no|never|cannot|neither|nor|beside|besides|than|apart|addition|without|excluding|except|instead|with"
    r"|less|after|once|if|were)\b(?!\s(?:already\s)?(?:approved|delegated)\b)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.;](?=\s|$)|\n")
_A_SUM = re.compile(rf"£|{MASK}")
# No clause that is meant to be read is longer to either side.
_NEAR = 240
_TOGETHER = re.compile(r"\b(?:total|all|whole|altogether|sum|overall|including|together|both)\b", re.IGNORECASE)


def side(words: str, typed: Typed, figures: Figures, counted: Sequence[Typed]) -> tuple[str, Sequence[Figure]]:
    """The words of the clause that say whose grants a sum is, and the figures of those; empty where none do.

    Only a sum that stands for some such set is looked at: what the force approved of £49,200 is a grant. `words` is the
    prose with its references to figures blotted out, those to its parts, such as Appendix 1, left in.
    """
    sums = {of: [figures[name] for name in names if name in figures] for of, names in _SUMS_OF.items()}
    is_of = {of for of, found in sums.items() if any(stands_for(typed, each) for each in found)}
    if not is_of:
        return "", ()
    start, end = _clause(words, typed)
    if _APART.search(words, start, end):
        return "", ()
    said = {of: found[0] for of, pattern in _SAYS.items() if (found := pattern.search(words, start, end))}
    for of, name in _COUNT_OF.items():
        for count in counted:
            here = start <= count.start < end and count.thing == "grants" and not count.outcome
            if here and name in figures and count.value == figures[name].count:
                said.setdefault(of, count.text)
    if len(said) != 1:
        return "", ()
    if is_of == {"all"} and (_TOGETHER.search(words, start, end) or _beside_another(words, typed)):
        return "", ()
    ((of, text),) = said.items()
    return text, sums[of]


def _beside_another(words: str, typed: Typed) -> bool:
    """Whether a sentence holds another sum, of which this one can be the whole: £491,364 of the £1,438,598."""
    before = _SENTENCE.split(words[max(typed.start - _NEAR, 0) : typed.start])[-1]
    after = _SENTENCE.split(words[typed.end : typed.end + _NEAR])[0]
    return bool(_A_SUM.search(before) or _A_SUM.search(after))


def _clause(words: str, typed: Typed) -> tuple[int, int]:
    """Where the clause begins and ends in which a sum stands."""
    starts, ends = _clauses(words)
    start, end = starts[bisect_right(starts, typed.start) - 1], ends[min(bisect_left(ends, typed.end), len(ends) - 1)]
    return max(start, typed.start - _NEAR), min(end, typed.end + _NEAR)


@lru_cache(maxsize=4)
def _clauses(words: str) -> tuple[Sequence[int], Sequence[int]]:
    """Where each clause begins, and where each ends."""
    stops = list(_CLAUSE.finditer(words))
    return [0, *(stop.end() for stop in stops)], [*(stop.start() for stop in stops), len(words)]
