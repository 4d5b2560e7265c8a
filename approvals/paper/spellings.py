"""What a paper cannot print or publish as it was written, where it stands, and what is printed instead. Pure rules.

A spelling is kept with the paper, as a mapping: `text` is what was written, `printed` is what the paper has instead,
and `reason` says why. It is made once in the data of the paper, so that every form of it has the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from approvals.reconciliation.sums import Discrepancy
from grants import money
from grants.formulas import is_formula
from grants.printable import everywhere, named, unprintable

Spelling = Mapping[str, str]

# The texts of a grant and of a contract, by whose they are. What is listed has a cell of its own in published data.
_OF_GRANT = {
    "sponsoring_unit": "The sponsoring unit of {bid}",
    "boroughs": "The areas of {bid}",
    "aims": "A theme, priority or objective of {bid}",
    "outputs": "The outputs of {bid}",
    "outcomes": "The outcomes of {bid}",
    "route": "The route of the grant {reference}",
    "cleared": "The reason to clear the warning of the grant {reference}",
    "early_reason": "The reason of a payment of the grant {reference}",
}
_OF_GRANT_LISTED = {
    "title": "The title of {bid}",
    "recipient": "The name of the recipient “{recipient}”",
    "register": "The register number of the recipient “{recipient}”",
    "purpose": "The summary of {bid}",
    "reason": "The panel’s reason for {bid}",
    "conditions": "The conditions of the grant {reference}",
    "legal_power": "The legal power of the grant {reference}",
    "illustrative": "What is invented in {bid}",
}
_OF_CONTRACT_LISTED = {
    "title": "The title of the contract {reference}",
    "supplier": "The name of the supplier “{supplier}”",
    "charged_to": "The financial year of the contract {reference}",
    "evidence": "The evidence for the contract {reference}",
}
_OF_CONTRACT = {
    "ground": "The ground of the contract {reference}",
    "other_grounds": "The other grounds of the contract {reference}",
    "route": "The route of the contract {reference}",
    "proposal": "The proposal of the contract {reference}",
    "performance": "The performance framework of the contract {reference}",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a paper: whose it is and where it is printed, as parts of a sentence.

    `section` is the key of a section in which it is typed, empty elsewhere. `listed` means that a published list has it
    in a cell of its own, `composed` that the paper makes it of others.
    """

    text: str
    whose: str
    place: str
    section: str = ""
    listed: bool = False
    composed: bool = False


@dataclass(frozen=True, slots=True)
class Unprinted:
    """A run of characters that a paper cannot print, or a whole text that is a formula, and the text that has it."""

    run: str
    why: str
    of: Text

    @property
    def key(self) -> str:
        """What stands for the run in a form: a browser may change its line breaks."""
        return sha256(self.run.encode()).hexdigest()[:12]

    @property
    def is_whole(self) -> bool:
        return self.of.text.strip() == self.run

    @property
    def message(self) -> str:
        mend = f"Replace it in {self.of.place}" if self.of.section else "Say what is printed instead"
        place = "" if self.of.section else f" ({self.of.place})"
        return f"{self.of.whose} {self.why}{place}. {mend}."


def spelled(text: str, spellings: Sequence[Spelling]) -> str:
    """Return a text as it is printed. What is left out takes the space beside it along."""
    for each in sorted(spellings, key=lambda spelling: -len(spelling["text"])):
        if not each["printed"]:
            text = text.replace(f" {each['text']}", "").replace(f"{each['text']} ", "")
        text = text.replace(each["text"], each["printed"])
    return text


def applied(paper: dict[str, Any], spellings: Sequence[Spelling]) -> dict[str, Any]:
    """Return a paper with every text as it is printed, and with a note on each spelling that it needed."""
    if not spellings:
        return paper
    used: list[Spelling] = []

    def spell(text: str) -> str:
        used.extend(each for each in spellings if each["text"] in text and each not in used)
        return spelled(text, spellings)

    printed: dict[str, Any] = everywhere(spell, paper)
    if used:
        printed["printing"] = {**printed["printing"], "notes": [_note(each) for each in used]}
    return printed


def _note(spelling: Spelling) -> str:
    if is_formula(spelling["text"]):
        return f"“{spelling['printed']}” stands for a text that a spreadsheet would compute."
    what = named(spelling["text"])
    return f"“{spelling['printed']}” stands for {what}." if spelling["printed"] else f"{what} is left out."


def unprinted(paper: Mapping[str, Any]) -> list[Unprinted]:
    """Return everything that a paper cannot print or publish, once for each text that has it."""
    first: dict[tuple[str, str], Unprinted] = {}
    named_runs: set[str] = set()
    for text in _texts(paper):
        for each in _of(text):
            if not text.composed or each.run not in named_runs:
                first.setdefault((each.run, text.whose), each)
                named_runs.add(each.run)
    return list(first.values())


def _of(text: Text) -> Iterator[Unprinted]:
    for run in unprintable(text.text):
        yield Unprinted(run, f"has {named(run)}, which the paper cannot print", text)
    if text.listed and is_formula(text.text):
        start = text.text if len(text.text) <= 60 else f"{text.text[:60]}…"
        yield Unprinted(text.text, f"is a formula that a spreadsheet would compute, {start}", text)


def problems(paper: Mapping[str, Any], reference: str) -> list[Discrepancy]:
    """Return what blocks the submission of a paper because it cannot be printed or published."""
    return [
        Discrepancy("character", each.message, money.ZERO, f"{reference} {each.of.section}".strip())
        for each in unprinted(paper)
    ]


def _texts(paper: Mapping[str, Any]) -> Iterator[Text]:
    """Yield every text that is printed: first those that somebody wrote, then those that the paper composes."""
    head = "Key information"
    yield Text(paper["title"], "The title of the paper", head)
    yield Text(paper["decision_by"], "The title of who decides", head)
    yield Text(paper["round"]["title"], "The title of the round", head, listed=True)
    for section in paper["sections"]:
        for count, paragraph in enumerate(section["paragraphs"], start=1):
            text = "".join(piece["text"] for piece in paragraph["pieces"] if not piece["figure"])
            place = f"paragraph {paragraph['number'] or count}"
            yield Text(text, f"“{section['heading']}”", place, section=section["key"])
    for number, key in ((1, "appendix_1"), (2, "appendix_2")):
        for count, entry in enumerate(paper[key], start=1):
            yield from _of_entry(entry, f"Appendix {number}, grant {count}", _OF_GRANT, _OF_GRANT_LISTED)
            yield Text(entry["family"], f"The name of the project family “{entry['family']}”", "Table 2")
    for entry in paper["contracts"]:
        yield from _of_entry(entry, "Appendices 3 and 4", _OF_CONTRACT, _OF_CONTRACT_LISTED)
    for row in paper["table_3"]:
        yield Text(f"{row['label']} {row['note']}", f"The budget line “{row['label']}”", "Table 3")
    for each in paper.get("sign_offs", []):
        yield Text(f"{each['by']} {each['comment']}", f"The comment of {each['area'].lower()}", "Signed off by")
    for each in paper["recommendations"]:
        labels = " ".join(item["label"] for item in each["items"])
        name = f"Recommendation {each['number']}"
        yield Text(f"{each['text']} {labels}", name, "Recommendations", composed=True)
    for note in paper["figure_notes"]:
        text = f"{note['name']} {note['exact']} {note['source']}"
        yield Text(text, f"The source of {note['exact']}", "Where the figures come from", composed=True)


def _of_entry(
    entry: Mapping[str, Any], place: str, other: Mapping[str, str], listed: Mapping[str, str]
) -> Iterator[Text]:
    for names, is_listed in ((listed, True), (other, False)):
        for name, whose in names.items():
            # Of thousands of texts hardly one is wrong, and to say whose each is takes longer than to look at it.
            if unprintable(entry[name]) or is_formula(entry[name]):
                yield Text(entry[name], whose.format(**entry), place, listed=is_listed)
