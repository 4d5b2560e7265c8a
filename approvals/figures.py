"""Every figure of a paper by name; figures put into prose; pound figures found in prose and matched. Pure rules.

A writer puts `{grants above the threshold}` and the reader gets £0.95m, with the exact sum kept beside it. What is
typed as digits is checked against the figures, to the rounding that it is written with.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from grants import money


@dataclass(frozen=True, slots=True)
class Figure:
    """One computed figure: an `amount` in pounds or a `count`, and in words where it comes from."""

    name: str
    source: str
    amount: Decimal | None = None
    count: int | None = None

    def written(self, style: str = "") -> str:
        """The figure as prose has it. `style`: empty or `m`, `m1`, `k` (rounded), `exact`."""
        if self.amount is None:
            return f"{self.count:,}"
        return money.pounds(self.amount) if style == "exact" else money.in_prose(self.amount, style)

    @property
    def exact(self) -> str:
        return f"{self.count:,}" if self.amount is None else money.pounds(self.amount)


Figures = Mapping[str, Figure]
_REFERENCE = re.compile(r"\{([^{}|]+?)(?:\|(\w+))?\}")
_STYLES = {"", "m", "m1", "k", "exact"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of prose: plain text, a figure as it is written with what it is exactly, or a link within the paper."""

    text: str
    figure: str = ""
    exact: str = ""
    source: str = ""
    link: str = ""


class UnknownFigure(ValueError):
    """The prose refers to a figure that does not exist; the message names it."""


def fill(prose: str, figures: Figures, links: Mapping[str, str] | None = None) -> list[Piece]:
    """The prose with each reference replaced by its figure, or by a link to a part of the paper.

    `links` gives the anchor of each part that exists, so that no reference can dangle. Raises UnknownFigure.
    """
    pieces, at = [], 0
    for found in _REFERENCE.finditer(prose):
        name, style = found[1].strip().casefold(), found[2] or ""
        linked = (links or {}).get(name)
        if name not in figures and not linked:
            raise UnknownFigure(f"There is no figure or part called “{found[1].strip()}”")
        if style not in _STYLES:
            raise UnknownFigure(f"“{style}” is no way to write a figure. Use exact, m, m1 or k")
        if found.start() > at:
            pieces.append(Piece(prose[at : found.start()]))
        at = found.end()
        if linked:
            pieces.append(Piece(name[0].upper() + name[1:], link=linked))
            continue
        figure = figures[name]
        pieces.append(Piece(figure.written(style), figure.name, figure.exact, figure.source))
    if at < len(prose):
        pieces.append(Piece(prose[at:]))
    for piece in pieces:
        if not piece.figure and ("{" in piece.text or "}" in piece.text):
            raise UnknownFigure(f"“{piece.text.strip()[:60]}” has a brace that names no figure")
    return pieces


class Standing(StrEnum):
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Typed:
    """A pound figure that somebody typed: its text, its value in pounds, and to what it is rounded."""

    text: str
    value: Decimal | None
    step: Decimal


@dataclass(frozen=True, slots=True)
class Match:
    """A typed figure and what it stands for: a computed figure, an external source, or nothing known."""

    typed: Typed
    standing: Standing
    what: str = ""


_TYPED = re.compile(
    r"£\s?(?P<number>\d[\d,]*(?:\.\d+)?|\.\d+)\s?(?P<unit>million\b|thousand\b|bn\b|m\b|k\b)?"
    r"|(?<![\d£.,])(?P<bare>\d[\d,]*(?:\.\d+)?)\s?(?P<bare_unit>million\b|(?:pounds\b))",
    re.IGNORECASE,
)
# A figure with more digits than any budget has is no figure.
LONGEST = 20
_UNITS = {"": 1, "pounds": 1, "k": 1_000, "thousand": 1_000, "m": 1_000_000, "million": 1_000_000, "bn": 10**9}


def typed_in(prose: str) -> Iterator[Typed]:
    """The pound figures that stand in a text as digits. One with a misplaced comma has no value."""
    plain = _REFERENCE.sub("", prose)
    for found in _TYPED.finditer(plain):
        number = (found["number"] or found["bare"]).rstrip(",")
        unit = (found["unit"] or found["bare_unit"] or "").lower()
        text = found[0].strip().rstrip(",")
        if "," in number and not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", number):
            yield Typed(text, None, Decimal(0))
            continue
        if len(number) > LONGEST:
            yield Typed(text, None, Decimal(0))
            continue
        factor = _UNITS[unit]
        value = Decimal(number.replace(",", ""))
        places = Decimal(1).scaleb(-len(number.partition(".")[2]))
        yield Typed(text, value * factor, places * factor)


def match(prose: str, figures: Figures, external: Mapping[str, str] | None = None) -> list[Match]:
    """Each typed pound figure of a text with the computed figure that it can stand for.

    `external` gives the source of figures that come from elsewhere, by their text: `{"£84m": "Budget 2019/20"}`.
    """
    found = []
    for typed in typed_in(prose):
        source = (external or {}).get(typed.text)
        if source:
            found.append(Match(typed, Standing.EXTERNAL, source))
            continue
        names = [figure.name for figure in figures.values() if _stands_for(typed, figure)]
        standing = Standing.MATCHED if names else Standing.UNMATCHED
        found.append(Match(typed, standing, names[0] if names else ""))
    return found


def _stands_for(typed: Typed, figure: Figure) -> bool:
    if not typed.value or figure.amount is None:
        # Nought is what any small sum rounds to, so it stands for none.
        return False
    return (figure.amount / typed.step).quantize(Decimal(1), ROUND_HALF_UP) * typed.step == typed.value


def externals(lines: str) -> dict[str, str]:
    """Read `£84m: budget of the Mayor 2019/20`, one a line, as figure and source."""
    found = {}
    for line in lines.splitlines():
        text, colon, source = line.partition(":")
        if colon and text.strip() and source.strip():
            found[text.strip()] = source.strip()
    return found


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says of every member of a set: each amount at or above (or below) the limit."""

    above: bool
    limit: Decimal


def who_breaks(claim: Claim, members: Sequence[tuple[str, Decimal]]) -> list[str]:
    """The members of a set that a claim on each of them is not true of."""
    return [name for name, amount in members if (amount >= claim.limit) != claim.above]
