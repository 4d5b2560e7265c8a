"""What changed between two versions of a paper, from their canonical data alone. Pure rules.

Either side may be a frozen pack or the paper as it would read now; both have the shape that `pack.contents` gives. What
a version from before a part existed does not hold counts as empty.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from approvals.paper.settled import OLD_LABELS
from grants import money

Data = Mapping[str, Any]

_GRANT = {
    "amount": "Amount",
    "years": "By year",
    "match": "Other money",
    "route": "Goes to",
    "title": "Title",
    "recipient": "Recipient",
    "family": "Project family",
    "purpose": "Purpose",
    "conditions": "Conditions",
    "legal_power": "Legal power",
    "paid_early": "Paid before approval",
}
_CONTRACT = {
    "amount": "Amount",
    "title": "Title",
    "supplier": "Supplier",
    "profile": "By year",
    "charged_to": "Charged to",
    "ground": "Ground",
    "evidence": "Evidence",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that changed. `before` is empty if it was added, `after` if it was removed.

    `difference` says by how much, with its sign, where both are amounts or both are counts; an added or removed amount
    counts from nothing.
    """

    label: str
    before: str
    after: str
    difference: str = ""
    fact: str = ""
    reference: str = ""

    @property
    def kind(self) -> str:
        return "added" if not self.before else "removed" if not self.after else "changed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words: `kept`, `removed` or `added`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A recommendation or paragraph that was reworded: its heading, and the change word by word."""

    where: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs between two versions, the figures first and the text last."""

    figures: Sequence[Change]
    grants: Sequence[Change]
    lines: Sequence[Change]
    years: Sequence[Change]
    contracts: Sequence[Change]
    recommendations: Sequence[Passage]
    paragraphs: Sequence[Passage]

    @property
    def in_the_register(self) -> bool:
        return bool(self.figures or self.grants or self.lines or self.years or self.contracts)

    @property
    def in_the_text(self) -> bool:
        return bool(self.recommendations or self.paragraphs)

    def __bool__(self) -> bool:
        return self.in_the_register or self.in_the_text


def between(old: Data, new: Data) -> Changes:
    """Return what changed from the older contents of a paper to the newer; false if nothing did."""
    return Changes(
        figures=_figures(_exact(old), _exact(new)),
        grants=list(_records(_grants(old), _grants(new), _GRANT)),
        lines=_figures(_lines(old), _lines(new)),
        years=_figures(_by_year(old), _by_year(new)),
        contracts=list(_records(_contracts(old), _contracts(new), _CONTRACT)),
        recommendations=list(_passages("Recommendations", _recommended(old), _recommended(new))),
        paragraphs=list(_prose(old, new)),
    )


# Figures and lines


def _exact(paper: Data) -> dict[str, str]:
    return {name: figure["exact"] for name, figure in paper.get("figures", {}).items()}


def _lines(paper: Data) -> dict[str, str]:
    lines = paper.get("reconciliation", {}).get("lines", ())
    return {line["label"]: _pounds(line["amount"]) for line in lines}


def _by_year(paper: Data) -> dict[str, str]:
    """Return each row of Table 3 in each of its years; nothing for a round of one year."""
    return {
        # The number of grants in a label is compared as a figure.
        f"{re.sub(r' [(][0-9]+[)]$', '', row['label'])} in {year}": _pounds(amount)
        for row in paper.get("table_3", ())
        for year, amount in zip(paper.get("table_3_years", ()), row.get("years", ()), strict=True)
    }


def _figures(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    return [
        Change(name, old.get(name, ""), new.get(name, ""), difference(old.get(name, ""), new.get(name, "")))
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name)
    ]


def difference(before: str, after: str) -> str:
    """Return by how much a figure moved, such as +£200 or −3.

    It is empty if one is an amount and the other is not. A missing figure counts as zero.
    """
    if "£" in before + after:
        one, other = _amount(before), _amount(after)
        if one is None or other is None or one == other:
            return ""
        return f"+{money.pounds(other - one)}" if other > one else money.pounds(other - one)
    counts = [text.replace(",", "") or "0" for text in (before, after)]
    if not all(text.isdigit() for text in counts) or counts[0] == counts[1]:
        return ""
    gap = int(counts[1]) - int(counts[0])
    return f"+{gap:,}" if gap > 0 else f"\u2212{-gap:,}"


def _amount(text: str) -> Any:
    """Return the amount in a text such as −£1,200: zero for an empty text, None if it is not an amount."""
    if not text:
        return money.ZERO
    try:
        amount = money.parse(text.removeprefix("\u2212"))
    except money.NotMoney:
        return None
    return -amount if text.startswith("\u2212") else amount


def _pounds(text: str) -> str:
    return money.pounds(money.exact(text))


# Grants and contracts


def _grants(paper: Data) -> dict[str, dict[str, str]]:
    facts_by_reference = {}
    for appendix, route in (("appendix_1", "For decision"), ("appendix_2", "Approved under delegation")):
        for entry in paper.get(appendix, ()):
            facts = {name: str(entry.get(name) or "") for name in _GRANT} | {"route": route}
            facts["amount"] = _pounds(entry["amount"])
            facts["match"] = ", ".join(f"{_pounds(amount)} from {name}" for name, amount in entry.get("match", ()))
            facts["years"] = _profile(entry.get("years", ()))
            facts["paid_early"] = _pounds(entry["paid_early"]) if entry.get("paid_early") else ""
            facts_by_reference[entry["reference"]] = facts
    return facts_by_reference


def _contracts(paper: Data) -> dict[str, dict[str, str]]:
    facts_by_reference = {}
    for entry in paper.get("contracts", ()):
        facts = {name: str(entry.get(name) or "") for name in _CONTRACT}
        facts["ground_value"] = entry.get("ground_value") or OLD_LABELS["ground"].get(facts["ground"], facts["ground"])
        facts["amount"] = _pounds(entry["amount"])
        facts["profile"] = _profile(entry.get("profile", ()))
        facts_by_reference[entry["reference"]] = facts
    return facts_by_reference


def _profile(profile: Sequence[Sequence[str]]) -> str:
    return ", ".join(f"{year} {_pounds(amount)}" for year, amount in profile)


def _records(
    old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]], names: Mapping[str, str]
) -> Iterator[Change]:
    """Yield each record that was added or removed, by its amount, and each changed fact of the others."""
    for reference in dict.fromkeys([*new, *old]):
        one, other = old.get(reference), new.get(reference)
        label = (other or one or {})["title"]
        if one is None or other is None:
            before, after = (one or {}).get("amount", ""), (other or {}).get("amount", "")
            yield Change(label, before, after, difference(before, after), names["amount"], reference)
            continue
        for name, fact in names.items():
            # A choice whose label changed is still the same choice.
            value = f"{name}_value" if f"{name}_value" in one else name
            if one[value] != other[value]:
                before, after = one[name] or "Nothing", other[name] or "Nothing"
                yield Change(label, before, after, difference(one[name], other[name]), fact, reference)


# Words


def _recommended(paper: Data) -> list[str]:
    return [f"{each['verb'].capitalize()} {each['text']}" for each in paper.get("recommendations", ())]


def _prose(old: Data, new: Data) -> Iterator[Passage]:
    yield from _passages("Title", [old.get("title", "")], [new.get("title", "")])
    before, after = ({each["key"]: each for each in paper.get("sections", ())} for paper in (old, new))
    for key in dict.fromkeys([*after, *before]):
        heading = (after.get(key) or before[key])["heading"]
        yield from _passages(heading, _paragraphs(before.get(key)), _paragraphs(after.get(key)))


def _paragraphs(section: Data | None) -> list[str]:
    paragraphs = section["paragraphs"] if section else ()
    return ["".join(piece["text"] for piece in paragraph["pieces"]) for paragraph in paragraphs]


def _passages(where: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Passage]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            for before, after in zip_longest(old[a:b], new[c:d], fillvalue=""):
                yield Passage(where, words(before, after))


def words(before: str, after: str) -> list[Piece]:
    """Compare two texts word by word. Kept and removed pieces make up the first, kept and added ones the second."""
    one, other = (re.findall(r"\s+|\S+", text) for text in (before, after))
    pieces = []
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("kept", "".join(one[a:b])))
            continue
        pieces += [Piece("removed", "".join(one[a:b]))] if a < b else []
        pieces += [Piece("added", "".join(other[c:d]))] if c < d else []
    return pieces
