"""Rules of sign-offs: which a paper needs, what each adviser saw, and whether it has changed since. No database.

A sign-off covers exactly what the adviser saw: the comments on their part, and each figure and recommendation on the
page. It is valid while all of that reads the same, and void as soon as any of it differs.
Source: the sign-offs in such a decision: finance, legal, commercial and equality.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from approvals.enums import Area
from approvals.prose.figures import ELSEWHERE
from grants import money

Paper = Mapping[str, Any]
Seen = Mapping[str, str]


def needed(paper: Paper) -> list[Area]:
    """Return the areas that must sign off a paper. Commercial is needed only if the paper has a contract."""
    return [area for area in Area if area is not Area.COMMERCIAL or paper["contracts"]]


def seen(area: Area, paper: Paper) -> dict[str, str]:
    """Return everything that the sign-off of an area covers: the text of each part, by its name."""
    texts: dict[str, str] = {}
    for name, text in _seen(area, paper):
        if texts.get(name) == text:
            continue
        # Parts with the same name, such as two contracts of a supplier, are numbered in order.
        copies = sum(1 for known in texts if known == name or known.startswith(f"{name} ("))
        texts[f"{name} ({copies + 1})" if copies else name] = text
    return texts


def _seen(area: Area, paper: Paper) -> Iterator[tuple[str, str]]:
    for section in paper["sections"]:
        if section["key"] != area.section:
            continue
        for number, paragraph in enumerate(section["paragraphs"], start=1):
            pieces = paragraph["pieces"]
            yield f"{section['heading']}, paragraph {number}", "".join(piece["text"] for piece in pieces)
            yield from ((_figure(piece["figure"]), piece["exact"]) for piece in pieces if piece["figure"])
    own = " ".join(
        piece["text"]
        for section in paper["sections"]
        for paragraph in section["paragraphs"]
        for piece in paragraph["pieces"]
        if area is Area.FINANCE or section["key"] == area.section
    )
    for note in paper["figure_notes"]:
        typed = rf"(?<![\w£.,]){re.escape(note['exact'])}(?![\w%]|[.,]\d)"
        if note["name"] == ELSEWHERE and re.search(typed, own):
            yield f"From elsewhere, {note['exact']}", note["source"]
    for asked in paper["recommendations"]:
        source = f" Source: {asked['source']}" if asked.get("source") else ""
        yield f"Recommendation {asked['number']}", f"{asked['verb'].capitalize()} {asked['text']}{source}"
    if area is Area.FINANCE:
        for row in paper["table_3"]:
            note = f" ({row['note']})" if row.get("note") else ""
            yield f"Table 3, {row['label']}", money.pounds(money.exact(row["amount"])) + note
        yield from ((_figure(name), figure["exact"]) for name, figure in paper["figures"].items())
    if area in (Area.LEGAL, Area.COMMERCIAL):
        for contract in paper["contracts"]:
            parts = [contract["supplier"], money.pounds(money.exact(contract["amount"])), contract["ground"]]
            yield f"Contract {contract['title']}", "; ".join([*parts, contract["evidence"]])
            rest = sorted((name, value) for name, value in contract.items() if name not in _SHOWN)
            yield f"Appendices 3 and 4, {contract['title']}", "; ".join(f"{name}: {value}" for name, value in rest)
    if area in (Area.FINANCE, Area.LEGAL):
        for grant in [*paper["appendix_1"], *paper["appendix_2"]]:
            parts = [grant["recipient"], money.pounds(money.exact(grant["amount"])), grant["legal_power"]]
            yield (
                f"Grant {grant['title']}",
                "; ".join(filter(None, [*parts, grant["conditions"], grant["early_reason"]])),
            )


# Fields that are listed already or that an adviser never reads. A change in the latter voids no sign-off.
_SHOWN = ("reference", "title", "supplier", "amount", "ground", "ground_value", "evidence")


def _figure(name: str) -> str:
    return f"The figure “{name}”"


@dataclass(frozen=True, slots=True)
class Change:
    """A part of a paper that differs from what an adviser saw. `then` is empty if it is new, `now` if it is gone."""

    what: str
    then: str
    now: str

    def __str__(self) -> str:
        if not self.then:
            return f"{self.what} is new"
        if not self.now:
            return f"{self.what} is no longer there"
        short = max(len(self.then), len(self.now)) < 60
        return f"{self.what} was {self.then} and is {self.now}" if short else f"{self.what} reads differently"


def changes(then: Seen, now: Seen) -> list[Change]:
    """Return the differences that make a sign-off void, figures first."""
    names = [*then, *(name for name in now if name not in then)]
    differences = [
        Change(name, then.get(name, ""), now.get(name, "")) for name in names if then.get(name) != now.get(name)
    ]
    return sorted(differences, key=lambda change: not change.what.startswith("The figure"))


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of the sign-off of one area: missing, objected, void or signed."""

    area: Area
    state: str
    changes: Sequence[Change] = ()

    @property
    def holds(self) -> bool:
        return self.state == "signed"


def standing(area: Area, paper: Paper, signed: Seen | None, *, objected: bool) -> Standing:
    """Return the state of an area. `signed` is what its adviser saw when they last answered, or None if nobody has."""
    if signed is None:
        return Standing(area, "missing")
    if objected:
        return Standing(area, "objected")
    differences = changes(signed, seen(area, paper))
    return Standing(area, "void" if differences else "signed", differences)
