"""Shares in prose, such as “36% of bids” or “a third of the allocation”. Pure rules.

A share is of the allocation, the expenditure or the underspend, or of all bids, grants, projects or recipients. A share
of anything else, such as 60% of young people, is not checked. Where the sentence does not name the part, any part fits.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from approvals.prose.amounts import Mention
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
# What a sentence says happened to a share of the bids, and the figure that counts those bids.
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
# How far a share may be off, in percentage points: “about 36%”, “about 35%”, and a fraction such as a third.
_ABOUT, _TO_FIVE, _FRACTION = Decimal(1), Decimal("2.5"), Decimal(4)


@dataclass(frozen=True, slots=True)
class Share:
    """A share in a text, the first figure that makes it (None where no figure does), and a message for the writer.

    It is `contradicted` where the sentence names its part, and another share of the whole is true of that. `whole` is
    what the text calls the whole.
    """

    mention: Mention
    figure: Figure | None
    message: str
    whole: str
    contradicted: bool = False


def shares(prose: str, figures: Figures) -> Iterator[Share]:
    """Yield each share in a text of something that the paper counts or sums, in the order of the text."""
    plain = masked(prose)
    for match in _SHARE.finditer(plain):
        wholes = [figures[name] for name in _WHOLES[match["whole"].casefold()] if name in figures]
        if not wholes:
            continue
        start, end = match.start("share"), match.end()
        mention, of_what = Mention(prose[start:end], start, end, _percent(match)), match["whole"].casefold()
        parts = list(_parts(plain, match, figures))
        of = [(part, whole) for part in parts for whole in wholes if _alike(part, whole)]
        fits = next((pair for pair in of if _fits(match, *pair)), None)
        if fits:
            part, whole = fits
            message = f"is {part.name}, {part.exact}, of {whole.exact}: {_exactly(part, whole)}%."
            yield Share(mention, part, message, of_what)
        elif len(of) == 1:
            ((part, whole),) = of
            message = (
                f"is not the share of {part.name}, {part.exact} of {whole.exact}, which is {_exactly(part, whole)}%"
            )
            yield Share(mention, None, message, of_what, contradicted=True)
        elif match["percent"] or not match["about"]:
            # “At least half of the grants reach two boroughs” is about nothing that the paper counts.
            yield Share(mention, None, "matches the share of no figure in this paper", of_what)


def _percent(match: re.Match[str]) -> Decimal:
    if match["percent"]:
        return Decimal(match["percent"])
    return _FRACTIONS[match["share"].casefold().replace("-", " ")] * 100


def _parts(plain: str, match: re.Match[str], figures: Figures) -> Sequence[Figure]:
    """Return the figures that can be the part: those that the sentence names, otherwise all."""
    stop = _SENTENCE.search(plain, match.end())
    after = plain[match.end() : stop.start() if stop else len(plain)]
    before = _SENTENCE.split(plain[max(match.start() - _NEAR, 0) : match.start()])[-1]
    if match["whole"].casefold() in ("bids", "applications"):
        named = _PART.search(after)
        names = [_PARTS[named["part"].casefold()]] if named else list(figures)
        return [figures[name] for name in names if name in figures]
    if name := _NAME.search(before):
        return [figure for figure in figures.values() if figure.name.startswith(name["name"].casefold())]
    if match["whole"].casefold() in ("grants", "awards"):
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


def _fits(match: re.Match[str], part: Figure, whole: Figure) -> bool:
    share, percent = _share(part, whole), _percent(match)
    if not match["percent"]:
        return abs(share - percent) <= _FRACTION
    if match["about"]:
        return abs(share - percent) <= (_ABOUT if percent % 5 else _TO_FIVE)
    return share.quantize(percent, ROUND_HALF_UP) == percent
