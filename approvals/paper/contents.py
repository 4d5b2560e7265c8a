"""The written sections of a paper with their numbers, what was read in them, and the notes on its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from approvals.paper.figures import known_of
from approvals.paper.sections import PARTS, Part
from approvals.paper.sources import Sources
from approvals.prose import checking, figures
from approvals.prose.figures import Figures
from approvals.prose.known import Known
from approvals.prose.matches import Match, Standing


@dataclass(frozen=True, slots=True)
class CheckedProse:
    """The prose of a paper, checked once: the known figures, and the matches in each section by its key.

    The words of an item are checked as a section of their own, under its reference. `kept` are the figures that the
    data of the paper keep: those of every paper, and any others that the text refers to.
    """

    known: Known
    matches: Mapping[str, Sequence[Match]]
    kept: Figures


def checked_prose(basis: Sources) -> CheckedProse:
    """Compute the figures of a paper and check each of its sections against them."""
    known = known_of(basis)
    texts = {part.key: text_of(basis, part) for part in PARTS}
    texts |= {item.reference: item.wording for item in basis.items_asked()}
    referred = {name for text in texts.values() for name, *_ in figures.references(text)} - known.figures.keys()
    kept = dict(known.figures) | {name: known.others[name] for name in sorted(referred) if name in known.others}
    return CheckedProse(known, {key: checking.check(text, known) for key, text in texts.items()}, kept)


def text_of(basis: Sources, part: Part) -> str:
    """The text of a section without the space around it; empty where nothing is written."""
    return basis.texts.get(part.key, "").strip()


def numbers(basis: Sources) -> dict[str, str]:
    """The number of each section that is printed, by its key; empty for a section without one."""
    printed = [part for part in PARTS if part.key != "commercial" or basis.contracts_asked() or text_of(basis, part)]
    numbered = [part.key for part in printed if part.numbered]
    return {part.key: str(numbered.index(part.key) + 1) if part.numbered else "" for part in printed}


def sections(basis: Sources, known: Known) -> list[dict[str, Any]]:
    """The written sections with generated numbers, each paragraph in pieces; what cannot be filled is shown raw."""
    number_by_key = numbers(basis)
    return [
        {
            "key": part.key,
            "number": number_by_key[part.key],
            "heading": part.heading,
            "paragraphs": _paragraphs(text_of(basis, part), number_by_key[part.key], known),
        }
        for part in PARTS
        if part.key in number_by_key
    ]


def _paragraphs(text: str, number: str, known: Known) -> list[dict[str, Any]]:
    paragraphs = []
    for place, paragraph in enumerate(filter(None, (each.strip() for each in text.split("\n\n"))), start=1):
        try:
            pieces = [asdict(piece) for piece in figures.fill(paragraph, known.by_name, known.links)]
        except figures.UnknownFigure:
            pieces = [asdict(figures.Piece(paragraph))]
        paragraphs.append({"number": f"{number}.{place}" if number else "", "pieces": pieces})
    return paragraphs


def figure_notes(sections: list[dict[str, Any]], prose: CheckedProse) -> list[dict[str, Any]]:
    """Where each figure of the prose comes from, once, in the order of the text; its number is put on the pieces.

    Behind them stands what the text has from elsewhere, as it is typed, with its source.
    """
    notes: dict[str, dict[str, Any]] = {}
    pieces = [piece for section in sections for paragraph in section["paragraphs"] for piece in paragraph["pieces"]]
    for piece in pieces:
        piece["note"] = ""
        if piece["figure"]:
            entry = {"name": piece["figure"], "exact": piece["exact"], "source": piece["source"]}
            note = notes.setdefault(piece["figure"], {"number": str(len(notes) + 1), **entry})
            piece["note"] = note["number"]
    every_match = [match for matches in prose.matches.values() for match in matches]
    sources = {match.mention.text: match.what for match in every_match if match.standing is Standing.EXTERNAL}
    listed = list(notes.values())
    for typed, source in sources.items():
        listed.append({"number": str(len(listed) + 1), "name": figures.ELSEWHERE, "exact": typed, "source": source})
    return listed
