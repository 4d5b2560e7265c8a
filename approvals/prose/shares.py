"""Shares in prose: 36% of bids, a third of the allocation. Pure rules.

A share is of the allocation, the expenditure, or of all bids, grants, projects or recipients; what is a share of
something else, such as 60% of young people, is nobody's figure. The sentence says which part is meant, or any will do.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from approvals.prose.amounts import Typed
from approvals.prose.figures import Figure, Figures, masked

_FRACTIONS = {
    "half": Decimal(1) / 2, "a half": Decimal(1) / 2, "one half": Decimal(1) / 2, "a third": Decimal(1) / 3,
    "one third": Decimal(1) / 3, "two thirds": Decimal(2) / 3, "a quarter": Decimal(1) / 4,
    "one quarter": Decimal(1) / 4, "three quarters": Decimal(3) / 4, "a fifth": Decimal(1) / 5,
    "one fifth": Decimal(1) / 5, "a tenth": Decimal(1) / 10, "one tenth": Decimal(1) / 10,
}  # fmt: skip
# What a share can be of, and the figures that give the whole.
_WHOLES = {
    "allocation": ("allocation",), "expenditure": ("expenditure",), "underspend": ("underspend",),
    "bids": ("bids received",), "applications": ("bids received",), "grants": ("number of grants", "grants"),
    "awards": ("number of grants", "grants"), "projects": ("number of projects",),
    "recipients": ("number of recipients",),
}  # fmt: skip
_SHARE = re.compile(
    r"(?P<about>\b(?:about|around|some|nearly|almost|roughly|over|under|just|than|least|most)\s)?"
    rf"(?<![\w.,£])(?P<share>(?P<percent>\d{{1,3}}(?:\.\d{{1,4}})?)\s?(?:%|per\s?cent\b)"
    rf"|\b(?:{'|'.join(sorted(_FRACTIONS, key=len, reverse=True)).replace(' ', '[ -]')})\b)"
    rf"\sof\s(?:(?:all|the|our|this|its)\s){{0,2}}(?:\d+\s)?(?P<whole>{'|'.join(_WHOLES)})\b"
    r"(?!\s(?:of|to|for|from|by)\s)",
    re.IGNORECASE,
)
# What a sentence says became of a share of the bids, and the figure that counts them.
_PARTS = {
    "rejected": "bids rejected", "unsuccessful": "bids rejected", "turned down": "bids rejected",
    "redirected": "bids redirected", "internal": "bids internal", "went forward": "bids not rejected",
    "a grant": "bids given a grant", "funded": "bids given a grant", "successful": "bids given a grant",
}  # fmt: skip
_PART = re.compile(rf"\b(?P<part>{'|'.join(_PARTS)})\b", re.IGNORECASE)
_NAMES = ("underspend", "expenditure", "contracts", "grants")
_NAME = re.compile(rf"\b(?P<name>{'|'.join(_NAMES)})\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.;!?](?=\s|$)|\n")
_NEAR = 240
# A share written as a fraction, and one that is said to be about so much, are no exact figures.
_ABOUT, _TO_FIVE, _FRACTION = Decimal(1), Decimal("2.5"), Decimal(4)


@dataclass(frozen=True, slots=True)
class Share:
    """A share that somebody typed: the first figure that it fits, and in words what else was meant."""

    typed: Typed
    figure: Figure | None
    says: str


def shares(prose: str, figures: Figures) -> Iterator[Share]:
    """Each share of something that the paper counts or sums, in its order."""
    plain = masked(prose)
    for found in _SHARE.finditer(plain):
        wholes = [figures[name] for name in _WHOLES[found["whole"].casefold()] if name in figures]
        if not wholes:
            continue
        start, end = found.start("share"), found.end()
        typed = Typed(prose[start:end], start, end, _percent(found))
        parts = list(_parts(plain, found, figures))
        of = [(part, whole) for part in parts for whole in wholes if _alike(part, whole)]
        fits = next((pair for pair in of if _fits(found, *pair)), None)
        if fits:
            part, whole = fits
            says = f"is {part.name}, {part.exact}, of {whole.exact}: {_exactly(part, whole)}%."
            yield Share(typed, part, says)
        elif len(of) == 1:
            ((part, whole),) = of
            says = f"is not the share of {part.name}, {part.exact} of {whole.exact}, which is {_exactly(part, whole)}%"
            yield Share(typed, None, says)
        elif found["percent"] or not found["about"]:
            # At least half of the grants reach two boroughs: said of nothing that the paper counts.
            yield Share(typed, None, "is the share of no figure of this paper")


def _percent(found: re.Match[str]) -> Decimal:
    if found["percent"]:
        return Decimal(found["percent"])
    return _FRACTIONS[found["share"].casefold().replace("-", " ")] * 100


def _parts(plain: str, found: re.Match[str], figures: Figures) -> Sequence[Figure]:
    """The figures that can be the part: what the sentence names, else each."""
    stop = _SENTENCE.search(plain, found.end())
    after = plain[found.end() : stop.start() if stop else len(plain)]
    before = _SENTENCE.split(plain[max(found.start() - _NEAR, 0) : found.start()])[-1]
    if found["whole"].casefold() in ("bids", "applications"):
        named = _PART.search(after)
        names = [_PARTS[named["part"].casefold()]] if named else list(figures)
        return [figures[name] for name in names if name in figures]
    if name := _NAME.search(before):
        return [figure for figure in figures.values() if figure.name.startswith(name["name"].casefold())]
    if found["whole"].casefold() in ("grants", "awards"):
        return [figure for figure in figures.values() if figure.thing == "grants" or _is_of_grants(figure)]
    return list(figures.values())


def _is_of_grants(figure: Figure) -> bool:
    return figure.group in ("Projects", "Each grant") or figure.name.startswith(("grants above", "grants below"))


def _alike(part: Figure, whole: Figure) -> bool:
    if whole.amount is not None:
        return bool(whole.amount) and part.amount is not None and part.amount <= whole.amount and part != whole
    return bool(whole.count) and part.thing == whole.thing and part.count is not None and part != whole


def _share(part: Figure, whole: Figure) -> Decimal:
    if whole.amount is not None:
        assert part.amount is not None
        return part.amount * 100 / whole.amount
    return Decimal(part.count or 0) * 100 / Decimal(whole.count or 1)


def _exactly(part: Figure, whole: Figure) -> Decimal:
    return _share(part, whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _fits(found: re.Match[str], part: Figure, whole: Figure) -> bool:
    share, said = _share(part, whole), _percent(found)
    if not found["percent"]:
        return abs(share - said) <= _FRACTION
    if found["about"]:
        return abs(share - said) <= (_ABOUT if said % 5 else _TO_FIVE)
    return share.quantize(said, ROUND_HALF_UP) == said
