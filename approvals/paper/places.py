"""The places of a frozen paper that a question can be about: paragraphs, figures, recommendations, tables, grants.

Pure rules. Each place has the anchor at which the page of the paper shows it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

WORDS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a paper. `key` is unique among its places, `anchor` is the id on the page."""

    key: str
    anchor: str
    group: str
    label: str


def places(paper: Mapping[str, Any]) -> list[Place]:
    """Return every place of a paper, in reading order."""
    return list(_places(paper))


def grouped(all_places: Sequence[Place]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the places as the choices of a select list, by group."""
    return [(group, [(each.key, each.label) for each in members]) for group, members in groupby(all_places, _group)]


def _group(place: Place) -> str:
    return place.group


def _places(paper: Mapping[str, Any]) -> Iterator[Place]:
    for asked in paper["recommendations"]:
        label = f"Recommendation {asked['number']}: {asked['verb']} {_start(asked['text'])}"
        yield Place(f"recommendation-{asked['number']}", "recommendations", "Recommendations", label)
    for section in paper["sections"]:
        anchor = f"section-{section['key']}"
        for count, paragraph in enumerate(section["paragraphs"], start=1):
            opening = _start("".join(piece["text"] for piece in paragraph["pieces"]))
            number = paragraph["number"]
            name = f"Paragraph {number}" if number else f"{section['heading']}, paragraph {count}"
            place = f"paragraph-{number}" if number else anchor
            yield Place(number or f"{section['key']}-{count}", place, "Paragraphs", f"{name}: {opening}")
    for note in paper["figure_notes"]:
        label = f"{note['name'].capitalize()}: {note['exact']}"
        yield Place(f"figure-{note['number']}", f"figure-{note['number']}", "Figures", label)
    for key, name in (("table_2", "Table 2: grants for decision"), ("table_3", "Table 3: the allocation")):
        if paper[key]:
            yield Place(key.replace("_", "-"), key.replace("_", "-"), "Tables", name)
    for entry in [*paper["appendix_1"], *paper["appendix_2"]]:
        yield Place(entry["reference"], entry["reference"], "Grants", f"{entry['title']}, {entry['recipient']}")
    for contract in paper["contracts"]:
        yield Place(contract["reference"], "appendix-3", "Contracts", contract["title"])


def _start(text: str) -> str:
    words = text.split()
    return " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")
