"""The name that a sentence gives a sum: “the underspend is £754,005”, “£151,361 for London Blues”. Pure rules.

A sum that matches some figure of the paper is still wrong where the sentence names another figure, or a recipient of
another sum.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from approvals.prose.amounts import Mention
from approvals.prose.figures import Figure

# Words that can name many sums, as in “3 grants of £49,200” or “contracts at £10,000”.
_COMMON = frozenset({"contracts"})
# Other names of the limit for grants.
_LIMITS = (
    "limit for delegated grants",
    "limit for grants",
    "limit for delegation",
    "limit of delegation",
    "delegation limit",
)
# Other names of a figure.
_ALSO = {
    "underspend": ("unspent balance", "unspent sum"),
    "expenditure": ("total spend", "total spending"),
    "allocation": ("total budget",),
}
_OF_WHAT = (
    r"(?:\s(?:forecast|budget|value|this\syear|\(\d{4}/\d\d\)|(?:approved|agreed)(?:\sby\s(?:the\s)?\w+)?))?"
    r"(?:\s(?:of|for|in)\s(?:(?:the|this)\s(?:round|year|fund|paper|programme|command|unit)|\d{4}(?:[/-]\d\d(?:\d\d)?)?))?"
)
_LINK = (
    r"(?:\s?[:=|]\s?|(?P<aside>\s?[(,–—-]\s?)(?:(?:at|worth)\s)?|\s(?P<of>of|at|worth)\s|\s(?:(?:therefore|now|still)\s)?"
    r"(?:is|was|are|were|being|remains|equals|costs?|comes?\sto|came\sto|totals?|totalled|takes?|took"
    r"|(?:will\s)?receives?|gets?|got|amounts?\sto"
    r"|(?:has\s|have\s)?had|(?:had\s|has\s)?(?:asked|asks|applied|bid)\sfor|sought|wanted|requested"
    r"|(?:is|was|are|were)\s(?:agreed|approved|awarded|funded|given|granted|paid|set)(?:\sat)?|(?:rises?|falls?)\sto"
    r"|stands?\sat|stood\sat|(?:will|would|should|could|may)\sbe|(?:has|have|had)\sbeen"
    r"|(?:is|was)\s(?:expected|forecast|planned)\sto\sbe)\s|\s(?=$|an?\s(?:grant|award|sum|total)\sof\s))"
    r"(?:(?:now|still|about|around|some|only|exactly|nearly|therefore|then|thus|just|over|under|almost|roughly|worth|for"
    r"|paid|(?:an?|the)\s(?:grant|award|sum|total|contract)\sof)\s)*$"
)
# “Of the allocation, £0.75m is left”: the sum is a part of what is named.
_WHOLE = re.compile(r"\b(?:of|from|against|within|to|in|on|than|into)\s(?:the|an?|our|its|this)\s$", re.IGNORECASE)
# “Grants and the contract come to £1.84m”: the sum of several.
_AND = re.compile(r"\b(?:and|plus|with)\s(?:the\s)?$", re.IGNORECASE)
_COME_TO = re.compile(r"\s(?:are|were|come\sto|came\sto|total|totalled|amount\sto|take)\b", re.IGNORECASE)
_NO = re.compile(r"\b(?:no|not\san|without(?:\san)?)\s$", re.IGNORECASE)
# “The £754,005 underspend”.
_BEHIND = ("allocation", "expenditure", "underspend", "grant limit", "limit for grants", "contract")
# “An expenditure of £400,000 on contracts” is a part of the expenditure.
_A_PART = re.compile(r"\s(?:on|for|to|from|by|towards)\b", re.IGNORECASE)
_OF_WHICH = re.compile(r",?\sof\s(?:which|it|that|them)\b", re.IGNORECASE)
_CALLED = {"contract": "the contract"}
# “£1.84m goes to grants”, “£400,000 was given as a grant”.
_IN_GRANTS = re.compile(
    r"\s(?:(?:(?:is|was|were|are)\s(?:\w+\s)?)?as\s(?:a\s)?"
    r"|(?:goes\sto|went\sto|goes\sinto|in|of|(?:is|was)\sfor)\s(?=grants))(?P<name>grants?)\b"
    r"(?!\s?(?:,|and|or|plus|above|below)\b)",
    re.IGNORECASE,
)
# “Mutual Gain was paid £189,500 before approval”.
_PAID = re.compile(r"\b(?:was|were)\spaid\s$", re.IGNORECASE)
_EARLY = re.compile(r"\s(?P<name>before\s(?:the\s|its\s|their\s)?(?:approval|decision))\b", re.IGNORECASE)
_PAID_EARLY = re.compile(
    r"\s(?:was|were)\spaid\s(?P<name>early|before\s(?:the\s|its\s|their\s)?(?:approval|decision))\b", re.IGNORECASE
)
# The name of the sum that was paid before approval, among the payees.
EARLY = "paid before approval"
# “£754,005 is left”, “goes unspent”.
_UNSPENT = re.compile(r"\s(?:(?:is|remains|are)\s)?(?P<name>unspent|left(?=\s?[.,;)]|$|\sunspent))", re.IGNORECASE)
_BEHIND_IT = re.compile(
    rf"\s(?P<name>{'|'.join(_BEHIND)})\b(?!\s(?:of|for|exemption|limit|threshold)\b)", re.IGNORECASE
)
# “£151,361 goes to London Blues”. A sum that goes to several bodies is the sum of none of them.
_TO = (
    r"(?:\s(?:grants?|awards?|contracts?|in\s(?:all|total)))?"
    r"(?:\s(?:is|was|were|are|will\sbe|goes|go|went|passes|(?:has|have)\s(?:been|gone))"
    r"(?:\s(?:already\s)?(?:paid|awarded|given|granted|made|offered))?|\s(?:paid|awarded|given|granted))?"
    r"\s(?:to|for|from)\s(?:[Tt]he\s)?"
)
_ALONE = (
    r"(?![\w]|\s(?:and|or|plus|with|&)\s(?!£)|,\s(?!(?:and\s)?£|(?:which|where|whose|who|while|but|so|as|in|for)\b))"
)
_NEAR = 160

Names = Mapping[str, Sequence[Figure]]


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """The figures that a sentence can name, and those that the name of a recipient can mean.

    It equals nothing but itself, so that what is made of it is found again without comparing thousands of figures.
    """

    figures: Sequence[Figure]
    payees: Sequence[Figure] = ()


def named(plain: str, mention: Mention, known: Named) -> tuple[str, Sequence[Figure]]:
    """Return the name that a sentence gives a sum, and the figures that the name can mean; empty where it has none.

    `plain` is the prose with its references masked.
    """
    names = _names(known)
    label, name = _behind(plain, mention, names, known)
    if not label:
        label = name = _before(plain, mention, known)
    return (label, names[folded(name)]) if label else ("", ())


def _behind(plain: str, mention: Mention, names: Names, known: Named) -> tuple[str, str]:
    """Return the words right after a sum that name it, and the name in `names` that they stand for."""
    paid = _PAID.search(plain, max(mention.start - 12, 0), mention.start)
    called = _BEHIND_IT.match(plain, mention.end)
    for match, name in (
        (called, _CALLED.get(called["name"].casefold()) if called else None),
        (_UNSPENT.match(plain, mention.end), "underspend"),
        (_PAID_EARLY.match(plain, mention.end) or (paid and _EARLY.match(plain, mention.end)), EARLY),
        (_IN_GRANTS.match(plain, mention.end), "grants"),
        (_whom(known).match(plain, mention.end) if known.payees else None, None),
    ):
        if match and folded(name or match["name"]) in names:
            return match["name"], name or match["name"]
    return "", ""


def _before(plain: str, mention: Mention, known: Named) -> str:
    """Return the name right before a sum; empty where there is none."""
    start = max(mention.start - _NEAR, 0)
    match = _pattern(known).search(plain, start, mention.start) if _names(known) else None
    if match is None:
        return ""
    name, before = folded(match["name"]), plain[start : match.start("name")]
    denied = name == "overspend" and _NO.search(before)
    # “3 grants of £49,200” and “the largest of the grants is £240,229” are not the sum of all grants.
    of_some = name == "grants" and not _COME_TO.match(plain, match.end("name"))
    a_part = _OF_WHICH.match(plain, mention.end) or (match["of"] and _A_PART.match(plain, mention.end))
    with_others = _AND.search(before) or ((match["aside"] or match["of"]) and _WHOLE.search(before))
    return "" if denied or of_some or a_part or with_others else match["name"]


@lru_cache(maxsize=4)
def _names(known: Named) -> Names:
    """Return the figures that each name in prose can mean, by the name in small letters."""
    figures = known.figures
    by_name: dict[str, list[Figure]] = {}
    for figure in (*figures, *known.payees):
        if figure.amount is not None and figure.name not in _COMMON:
            by_name.setdefault(folded(figure.name), []).append(figure)
    if "grants" in by_name:
        # “Grants” can mean any set of grants, but never grants together with contracts.
        sets = [figure for figure in figures if figure.name.startswith("grants") and "contracts" not in figure.name]
        own = [figure for figure in figures if figure.group in ("Projects", "Each grant")]
        by_name["grants"] = [*by_name["grants"], *sets, *own]
    for name in [name for name in by_name if name.startswith("all ")]:
        by_name.setdefault(name.removeprefix("all "), []).extend(by_name[name])
    for name, others in _ALSO.items():
        if name in by_name:
            by_name |= dict.fromkeys(others, by_name[name])
    if "grant limit" in by_name:
        by_name |= dict.fromkeys(_LIMITS, by_name["grant limit"])
    contracts = [
        figure for figure in figures if figure.name.startswith("contract") and not figure.name.endswith("limit")
    ]
    if contracts:
        by_name.setdefault("the contract", contracts)
    if any(figure.name == "underspend" and figure.amount is not None and figure.amount >= 0 for figure in figures):
        # Nothing is overspent, so no sum can be an overspend.
        by_name.setdefault("overspend", [])
    return by_name


@lru_cache(maxsize=4)
def _pattern(known: Named) -> re.Pattern[str]:
    longest_first = sorted(_names(known), key=len, reverse=True)
    return re.compile(rf"\b(?P<name>{'|'.join(map(_escaped, longest_first))}){_OF_WHAT}{_LINK}", re.IGNORECASE)


@lru_cache(maxsize=4)
def _whom(known: Named) -> re.Pattern[str]:
    """Return a pattern for the recipient after a sum; it heeds capitals, since youth work is not “Youth Work”."""
    longest_first = sorted({payee.name for payee in known.payees}, key=len, reverse=True)
    return re.compile(rf"{_TO}(?P<name>{'|'.join(map(_escaped, longest_first))}){_ALONE}")


def folded(name: str) -> str:
    """Return a name as names are compared: in small letters, with one kind of apostrophe."""
    return name.casefold().replace("’", "'")


def _escaped(name: str) -> str:
    return re.escape(name.replace("’", "'")).replace("'", "['’]")
