"""What a sentence says that a sum is: the underspend is £754,005, London Blues (£151,361). Pure rules.

A sum that some figure of the paper gives is still wrong where the words right before it name another figure.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from approvals.amounts import Typed
from approvals.claims import Group, rounded
from approvals.figures import Figure, Figures

# Words that name many sums: 3 grants of £49,200, contracts at £10,000.
_COMMON = frozenset({"grants", "contracts"})
_GRANT_FOR = re.compile(r"The grant for (?P<title>.+)")
_OF_WHAT = r"(?:\s(?:of|for|in)\s(?:the|this)\s(?:round|year|fund|paper|programme))?"
_LINK = (
    r"(?:\s?[:=]\s?|\s?[(,–—-]\s?|\s(?P<of>of|at)\s|\s(?:is|was|are|were|being|remains|comes?\sto|came\sto|totals|totalled"
    r"|amounts?\sto|stands?\sat)\s)(?:(?:now|still|about|around|some|only|exactly|nearly|therefore|then|thus|just|over"
    r"|under|almost|roughly)\s)*$"
)
# An expenditure of £400,000 on contracts is not the expenditure, and £0.75m of an allocation is not all of it.
_A_PART = re.compile(r"\s(?:on|for|to|from|by|towards)\b", re.IGNORECASE)
_OF_WHICH = re.compile(r",?\sof\s(?:which|it|that|them)\b", re.IGNORECASE)
_NEAR = 160


def named(plain: str, typed: Typed, figures: Figures) -> tuple[str, Sequence[Figure]]:
    """The name that stands right before a sum, and the figures that it is a name of; empty where there is none.

    `plain` is the prose with its references blotted out.
    """
    names = _names(tuple(figures.values()))
    before = plain[max(typed.start - _NEAR, 0) : typed.start]
    found = _pattern(tuple(names)).search(before) if names else None
    if found is None or _OF_WHICH.match(plain, typed.end) or (found["of"] and _A_PART.match(plain, typed.end)):
        return "", ()
    return found["name"], names[found["name"].casefold()]


def is_one_of(typed: Typed, name: str, groups: Sequence[Group]) -> bool:
    """Whether a sum is that of one of the lots which go by a name: Safe Camp (£49,200 a lot)."""
    lots = [member for group in groups if name.casefold() in map(str.casefold, group.words) for member in group.members]
    return any(rounded(lot.amount, typed.step) == typed.value for lot in lots)


@lru_cache(maxsize=4)
def _names(figures: tuple[Figure, ...]) -> Mapping[str, Sequence[Figure]]:
    """Each name that prose can call a figure by: its own, and the title of a grant."""
    found: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.amount is None:
            continue
        if figure.name not in _COMMON:
            found.setdefault(figure.name, []).append(figure)
        if grant := _GRANT_FOR.fullmatch(figure.source):
            found.setdefault(grant["title"].casefold(), []).append(figure)
    return found


@lru_cache(maxsize=4)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"\b(?P<name>{'|'.join(map(re.escape, longest_first))}){_OF_WHAT}{_LINK}", re.IGNORECASE)
