"""The figures of a paper by name, and references to them in prose. Pure rules.

A writer types `{grants above the threshold}` and the reader sees £0.95m, with the exact sum in a note.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from approvals.prose.identity import Identity
from approvals.prose.vocabulary import Way
from grants import money


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, both in pounds, and what the whole is called."""

    part: Decimal
    whole: Decimal
    of: str

    @property
    def percent(self) -> Decimal:
        return self.part * 100 / self.whole if self.whole else Decimal(0)

    def __str__(self) -> str:
        return f"{self.percent.quantize(_TENTH, ROUND_HALF_UP)}%"


# What a figure is in numbers: an amount in pounds, a count or a share.
Number = Decimal | int | Share
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Figure:
    """A computed figure: an `amount` in pounds, a `count` or a `share`, and its source in words.

    `thing` is what a count counts, such as `grants`; `group` is the heading under which a writer finds the figure.
    `identity` says whose figure it is, and `key` is the name by which pages mark it: see `parts.Part`.
    """

    name: str
    source: str
    amount: Decimal | None = None
    count: int | None = None
    share: Share | None = None
    thing: str = ""
    group: str = ""
    identity: Identity | None = None
    key: str = ""

    def written(self, style: str = "") -> str:
        """Return the figure as it is written in prose. `style` is empty or `m`, `m1`, `k` (rounded), or `exact`."""
        if self.amount is None or style == "exact":
            return self.exact
        return money.in_prose(self.amount, style)

    @property
    def exact(self) -> str:
        if self.share is not None:
            return str(self.share)
        return f"{self.count:,}" if self.amount is None else money.pounds(self.amount)

    @property
    def is_average(self) -> bool:
        return self.identity is not None and self.identity.way is Way.AVERAGE

    def styles(self) -> Container[str]:
        """Return the styles in which it can be written without reading as nought."""
        if self.amount is None:
            return ("",)
        return [style for style in STYLES if self.written(style) not in NOUGHT or not self.amount]

    def ways(self) -> list[tuple[str, str]]:
        """Return the ways to write the figure that read differently, each as the reference and its text."""
        references_by_text: dict[str, str] = {}
        for style in ("",) if self.amount is None else STYLES:
            written = self.written(style)
            if written not in NOUGHT:
                references_by_text.setdefault(written, f"{{{self.name}|{style}}}" if style else f"{{{self.name}}}")
        return [(reference, written) for written, reference in references_by_text.items()]


Figures = Mapping[str, Figure]
# How a sum reads that is too small for its rounding; it would state a wrong amount.
NOUGHT = frozenset({"£0m", "£0k", "−£0m", "−£0k"})
# How a figure that the register does not compute is named in the list of where figures come from.
ELSEWHERE = "from elsewhere"
_REFERENCE = re.compile(r"\{([^{}|]+?)(?:\|(\w+))?\}")
STYLES = ("", "exact", "m", "m1", "k")
# Replaces each character of a reference where only the typed text is checked.
MASK = "\ufffc"


def masked(prose: str, keep: Container[str] = ()) -> str:
    """Return the prose with its references masked, except those to the names in `keep`; no character moves."""
    return _REFERENCE.sub(
        lambda reference: reference[0] if reference[1].strip().casefold() in keep else MASK * len(reference[0]), prose
    )


def references(prose: str) -> Iterator[tuple[str, int, int]]:
    """Yield the names that a text refers to, each with the start and end of its reference."""
    for reference in _REFERENCE.finditer(prose):
        yield reference[1].strip().casefold(), reference.start(), reference.end()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of prose: plain text, a figure with its exact value, or a link within the paper."""

    text: str
    figure: str = ""
    exact: str = ""
    source: str = ""
    link: str = ""


class UnknownFigure(ValueError):
    """The prose refers to a figure that does not exist; the message names it."""


def fill(prose: str, figures: Figures, links: Mapping[str, str] | None = None) -> list[Piece]:
    """Return the prose with each reference replaced by its figure, or by a link to a part of the paper.

    `links` gives the anchor of each part that exists. Raises UnknownFigure for a reference to anything else, for an
    unknown style, for a style that would read as nought, and for a stray brace.
    """
    pieces, at = [], 0
    for reference in _REFERENCE.finditer(prose):
        name, style = reference[1].strip().casefold(), reference[2] or ""
        linked = (links or {}).get(name)
        if name not in figures and not linked:
            raise UnknownFigure(f"There is no figure or part called “{reference[1].strip()}”")
        if style not in STYLES:
            raise UnknownFigure(f"“{style}” is not a way to write a figure. Use exact, m, m1 or k")
        if reference.start() > at:
            pieces.append(Piece(prose[at : reference.start()]))
        at = reference.end()
        if linked:
            pieces.append(Piece(name[0].upper() + name[1:], link=linked))
            continue
        figure = figures[name]
        written = figure.written(style)
        if written in NOUGHT and figure.amount:
            raise UnknownFigure(f"“{reference[0]}” reads as {written}. Write {{{figure.name}|exact}}")
        pieces.append(Piece(written, figure.name, figure.exact, figure.source))
    if at < len(prose):
        pieces.append(Piece(prose[at:]))
    for piece in pieces:
        if not piece.figure and ("{" in piece.text or "}" in piece.text):
            raise UnknownFigure(f"“{piece.text.strip()[:60]}” has a brace without the name of a figure")
    return pieces
