"""Every figure of a paper by name, and figures put into prose. Pure rules.

A writer puts `{grants above the threshold}` and the reader gets £0.95m, with the exact sum kept beside it.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from grants import money


@dataclass(frozen=True, slots=True)
class Figure:
    """One computed figure: an `amount` in pounds or a `count`, and in words where it comes from.

    `thing` is what a count counts, such as `grants`; `group` is the heading under which a writer looks for it.
    """

    name: str
    source: str
    amount: Decimal | None = None
    count: int | None = None
    thing: str = ""
    group: str = ""

    def written(self, style: str = "") -> str:
        """The figure as prose has it. `style`: empty or `m`, `m1`, `k` (rounded), `exact`."""
        if self.amount is None:
            return f"{self.count:,}"
        return money.pounds(self.amount) if style == "exact" else money.in_prose(self.amount, style)

    @property
    def exact(self) -> str:
        return f"{self.count:,}" if self.amount is None else money.pounds(self.amount)

    def ways(self) -> list[tuple[str, str]]:
        """Each way to write it that reads differently: the reference, and how it reads."""
        found: dict[str, str] = {}
        for style in ("",) if self.amount is None else STYLES:
            written = self.written(style)
            if written not in NOUGHT:
                found.setdefault(written, f"{{{self.name}|{style}}}" if style else f"{{{self.name}}}")
        return [(reference, written) for written, reference in found.items()]


Figures = Mapping[str, Figure]
# How a sum too small for its rounding reads, which is never what it is.
NOUGHT = frozenset({"£0m", "£0k", "−£0m", "−£0k"})
# How a figure that the register does not compute is named in the list of where figures come from.
ELSEWHERE = "from elsewhere"
_REFERENCE = re.compile(r"\{([^{}|]+?)(?:\|(\w+))?\}")
STYLES = ("", "exact", "m", "m1", "k")
# Stands in place of a reference where only what was typed is looked at.
MASK = "\ufffc"


def masked(prose: str, keep: Container[str] = ()) -> str:
    """The prose with each reference blotted out but those to a name that is kept; all else keeps its place."""
    return _REFERENCE.sub(
        lambda found: found[0] if found[1].strip().casefold() in keep else MASK * len(found[0]), prose
    )


def references(prose: str) -> Iterator[tuple[str, int, int]]:
    """The names that a text refers to, each with the place of its reference."""
    for found in _REFERENCE.finditer(prose):
        yield found[1].strip().casefold(), found.start(), found.end()


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
        if style not in STYLES:
            raise UnknownFigure(f"“{style}” is no way to write a figure. Use exact, m, m1 or k")
        if found.start() > at:
            pieces.append(Piece(prose[at : found.start()]))
        at = found.end()
        if linked:
            pieces.append(Piece(name[0].upper() + name[1:], link=linked))
            continue
        figure = figures[name]
        written = figure.written(style)
        if written in NOUGHT and figure.amount:
            raise UnknownFigure(f"“{found[0]}” reads as {written}. Write {{{figure.name}|exact}}")
        pieces.append(Piece(written, figure.name, figure.exact, figure.source))
    if at < len(prose):
        pieces.append(Piece(prose[at:]))
    for piece in pieces:
        if not piece.figure and ("{" in piece.text or "}" in piece.text):
            raise UnknownFigure(f"“{piece.text.strip()[:60]}” has a brace that names no figure")
    return pieces


def externals(lines: str) -> dict[str, str]:
    """Read `£84m: budget of the Mayor 2019/20`, one a line, as figure and source."""
    found = {}
    for line in lines.splitlines():
        text, colon, source = line.partition(":")
        if colon and text.strip() and source.strip():
            found[text.strip()] = source.strip()
    return found
