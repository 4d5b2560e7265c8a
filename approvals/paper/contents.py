"""The written sections of a paper with their numbers, and the notes on its figures."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from approvals.paper.figures import figures_of, known_of, links_of
from approvals.paper.sections import PARTS
from approvals.paper.sources import Sources
from approvals.prose import checking, figures
from approvals.prose.checking import Standing


def sections(said: Sources) -> list[dict[str, Any]]:
    """The written sections with generated numbers, each paragraph in pieces; what cannot be filled is shown raw."""
    known, links = figures_of(said), links_of(said)
    found, number = [], 0
    for part in PARTS:
        text = said.texts.get(part.key, "").strip()
        if part.key == "commercial" and not said.contracts_asked() and not text:
            continue
        if part.numbered:
            number += 1
        paragraphs = []
        for i, paragraph in enumerate(filter(None, (each.strip() for each in text.split("\n\n"))), start=1):
            try:
                pieces = [asdict(piece) for piece in figures.fill(paragraph, known, links)]
            except figures.UnknownFigure:
                pieces = [asdict(figures.Piece(paragraph))]
            paragraphs.append({"number": f"{number}.{i}" if part.numbered else "", "pieces": pieces})
        found.append(
            {
                "key": part.key,
                "number": str(number) if part.numbered else "",
                "heading": part.heading,
                "paragraphs": paragraphs,
            }
        )
    return found


def figure_notes(said: Sources, sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where each figure of the prose comes from, once, in the order of the text; its number is put on the pieces.

    Behind them stands what the text has from elsewhere, as it is typed, with its source.
    """
    notes: dict[str, dict[str, Any]] = {}
    pieces = [piece for section in sections for paragraph in section["paragraphs"] for piece in paragraph["pieces"]]
    for piece in pieces:
        piece["note"] = ""
        if piece["figure"]:
            kept = {"name": piece["figure"], "exact": piece["exact"], "source": piece["source"]}
            note = notes.setdefault(piece["figure"], {"number": str(len(notes) + 1), **kept})
            piece["note"] = note["number"]
    found, known = list(notes.values()), known_of(said)
    typed = [match for part in PARTS for match in checking.check(said.texts.get(part.key, ""), known)]
    for text, source in {
        match.typed.text: match.what for match in typed if match.standing is Standing.EXTERNAL
    }.items():
        found.append({"number": str(len(found) + 1), "name": figures.ELSEWHERE, "exact": text, "source": source})
    return found
