"""Which column of a file holds which field of a bid: where its headings stand, what is proposed, what is settled."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bids.sheets import values
from bids.sheets.book import Sheet, SheetRow
from bids.sheets.columns import HELPING, Columns, Kind
from grants.characters import without_invisible

# Headings of other files by field, in the order in which they are preferred: first those of the 360Giving standard,
# as titles and as paths, then what people write.
_KNOWN = {
    "your_reference": (
        "identifier", "id", "grant identifier", "reference", "ref", "our reference", "application reference",
        "application number", "application id", "reference number", "grant reference", "bid reference", "bid number",
    ),
    "title": ("title", "project title", "grant title", "project name", "name of project", "project", "bid title"),
    "summary": (
        "description", "project description", "grant description", "project summary", "purpose", "purpose of grant",
        "summary of project", "about the project",
    ),
    "recipient": (
        "recipient org name", "recipientorganization 0 name", "recipient organisation name",
        "recipient organization name", "recipient name", "organisation name", "organization name", "organisation",
        "organization", "applicant", "applicant name", "applicant organisation", "grantee", "charity name",
        "name of organisation",
    ),
    "charity_number": (
        "recipient org charity number", "recipientorganization 0 charitynumber", "charity number", "charity no",
        "registered charity number", "reg charity no", "charity registration number", "recipient charity number",
    ),
    "company_number": (
        "recipient org company number", "recipientorganization 0 companynumber", "company number", "company no",
        "companies house number", "company registration number", "recipient company number",
    ),
    "organisation_id": (
        "recipient org identifier", "recipientorganization 0 id", "recipient org id", "organisation identifier",
    ),
    "amount": (
        "amount awarded", "amountawarded", "amount requested", "amount applied for", "amountappliedfor", "grant amount",
        "amount asked for", "requested amount", "amount gbp", "total requested", "grant awarded", "grant requested",
        "value", "award amount",
    ),
    "starts_on": (
        "planned dates start date", "planneddates 0 startdate", "start date", "project start date", "start",
        "actual dates start date", "grant start date", "starts", "date from",
    ),
    "ends_on": (
        "planned dates end date", "planneddates 0 enddate", "end date", "project end date", "end", "finish date",
        "actual dates end date", "grant end date", "ends", "date to",
    ),
    "months": (
        "planned dates duration months", "planneddates 0 duration", "duration months", "duration in months", "months",
        "actual dates duration months", "grant duration months", "term months",
    ),
    "currency": ("currency", "currency code"),
    "boroughs": (
        "beneficiary location name", "beneficiarylocation 0 name", "borough", "boroughs", "area", "areas", "location",
        "local authority", "districts",
    ),
    "beneficiaries": ("who benefits", "beneficiary group", "beneficiaries", "who will benefit"),
    "contact": ("contact name", "main contact", "contact person"),
    "contact_email": ("email", "email address", "contact email", "contact email address"),
    "outputs": ("planned outputs",),
    "outcomes": ("expected outcomes", "planned outcomes"),
    "costs": ("budget", "cost breakdown", "budget breakdown"),
    "themes": ("theme",),
    "priorities": ("priority", "plan priority"),
    "objectives": ("objective",),
    "sponsoring_unit": ("unit", "sponsor", "sponsored by"),
}  # fmt: skip
# What is proposed for all rows of a file that does not say it: organisations apply, and cost what they ask for.
_USUAL = {"led_by": "external", "costs": "Whole amount"}
# How far down the headings may stand.
_DEEPEST_HEADING = 40
# So many headings of a bid make a sheet one of bids.
_ENOUGH = 3


@dataclass(frozen=True)
class Answers:
    """What is settled about a file: the sheet, the row of its headings, which column holds each field.

    `defaults` are values for the rows that have none, by field. `taken` are the numbers of rows that come in though
    they are hidden or look like no bid.
    """

    sheet: int
    header: int
    columns: Mapping[str, int]
    defaults: Mapping[str, str] = field(default_factory=dict)
    month_first: bool = False
    taken: Sequence[int] = ()

    def as_data(self) -> dict[str, Any]:
        """The answers as plain JSON."""
        return {
            "sheet": self.sheet,
            "header": self.header,
            "columns": dict(self.columns),
            "defaults": dict(self.defaults),
            "month_first": self.month_first,
            "taken": list(self.taken),
        }


def answers_of(data: Mapping[str, Any]) -> Answers:
    """The answers that plain JSON describes."""
    return Answers(**data)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was settled for a file of the same headings. `whole` says that it was in this round, and is enough."""

    columns: Mapping[str, int]
    defaults: Mapping[str, str]
    month_first: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a sheet's headings say. `settled` says that nothing is left to ask, `of_bids` that it is a sheet of bids."""

    answers: Answers
    settled: bool
    of_bids: bool


def plain_heading(heading: str) -> str:
    """A heading as it is compared: small letters and figures, with single spaces."""
    letters = without_invisible(unicodedata.normalize("NFKC", heading))
    return " ".join(re.findall(r"[^\W_]+", letters.casefold()))


def _bare(heading: str) -> str:
    """A heading without what brackets add to it, such as a unit or a format."""
    return plain_heading(re.sub(r"\([^)]*\)|\[[^\]]*\]", "", heading[:200]))


def header_row(sheet: Sheet, columns: Columns) -> int:
    """The number of the row with the headings: the one with most known ones, else the first with several texts."""
    known = _fields_by_heading(columns)
    first_rows = sheet.rows[:_DEEPEST_HEADING]
    scores = {
        row.number: sum(any(_known(name, known) for name in names) for names in _names(sheet, row.number))
        for row in first_rows
    }
    best = max(scores, key=lambda number: scores[number], default=0)
    if scores.get(best):
        return best
    wide = [row.number for row in first_rows if sum(bool(text.strip()) for text in row.texts) > 1]
    return (wide or list(scores) or [1])[0]


def headings(sheet: Sheet, header: int) -> list[str]:
    """The headings of a sheet by column, with nothing where a column has none in that row."""
    row = next((row for row in sheet.rows if row.number == header), SheetRow(header, ()))
    return [" ".join(row.text(at).split()) for at in range(max(sheet.width, len(row.texts)))]


def shown_headings(sheet: Sheet, header: int) -> list[str]:
    """The headings of a sheet by column, for a reader: with the one above it where a column has none in that row."""
    return [names[0] if names else "" for names in _names(sheet, header)]


def _names(sheet: Sheet, header: int) -> list[list[str]]:
    """What each column may be called: its heading, its heading after the one above it, or the one above it alone.

    Headings in two rows are names of groups over those of columns, or names that were parted, or some in either row.
    """
    own, above = headings(sheet, header), headings(sheet, header - 1)
    names: list[list[str]] = []
    group = ""
    for at, heading in enumerate(own):
        over = above[at] if at < len(above) else ""
        group = over or group
        names.append([heading, f"{group} {heading}"] if heading and group else [heading or over])
    return [[name for name in each if name] for each in names]


def _known(name: str, by_heading: Mapping[str, list[tuple[str, int]]]) -> list[tuple[str, int]]:
    return by_heading.get(plain_heading(name)) or by_heading.get(_bare(name), [])


def key(sheet: Sheet, header: int) -> str:
    """What files of the same headings have in common, whatever their order of rows."""
    shown = [plain_heading(heading) for heading in shown_headings(sheet, header)]
    # What stands above tells columns of the same name apart.
    names = [
        plain_heading(each[-1]) if shown.count(heading) > 1 and each else heading
        for heading, each in zip(shown, _names(sheet, header), strict=True)
    ]
    while names and not names[-1]:
        names.pop()
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def propose(sheet: Sheet, number: int, columns: Columns, known: Mapping[str, Remembered], header: int = 0) -> Proposal:
    """Return what the headings of a sheet say, with what was settled for the same headings before."""
    header = header or header_row(sheet, columns)
    filled = _filled(sheet, header)
    by_heading = _fields_by_heading(columns)
    chosen: dict[str, int] = {}
    ranks: dict[str, int] = {}
    for at, names in enumerate(_names(sheet, header)):
        # The longer name says more: “Contact name” rather than “name”.
        for name, rank in next(filter(None, (_known(name, by_heading) for name in reversed(names))), []):
            # A column without a value says nothing, and gives way to one that has some.
            rank += 0 if at in filled or rank == 0 else 100
            if name not in chosen or rank < ranks[name]:
                chosen[name], ranks[name] = at, rank
    chosen = _one_field_each(chosen, ranks)
    _forget_other_places(chosen, ranks, sheet, header, columns)
    usual = {name: value for name, value in _USUAL.items() if "recipient" in chosen and name not in chosen}
    answers = Answers(number, header, chosen, usual)
    of_bids = len(chosen) >= _ENOUGH
    if remembered := known.get(key(sheet, header)):
        usual = {name: value for name, value in _USUAL.items() if name not in remembered.columns}
        answers = replace(answers, columns=remembered.columns, defaults=usual, month_first=remembered.month_first)
        if remembered.whole:
            return Proposal(replace(answers, defaults=remembered.defaults), True, True)
        return Proposal(answers, False, True)
    longest = [each[-1] if each else "" for at, each in enumerate(_names(sheet, header)) if at in filled]
    own = [name for name, rank in ranks.items() if rank == 0 and name in chosen]
    twice = len({plain_heading(name) for name in longest}) != len(filled)
    whole = all(column.field in chosen for column in columns.each if not column.may_be_missing)
    return Proposal(answers, whole and len(own) == len(chosen) and not unread(answers, sheet) and not twice, of_bids)


def missing(answers: Answers, columns: Columns) -> list[str]:
    """The required fields that have neither a column nor a value for all rows."""
    there = {*answers.columns, *answers.defaults}
    if "months" in there and "starts_on" in there:
        there.add("ends_on")
    return [column.field for column in columns.each if column.required and column.field not in there]


def unread(answers: Answers, sheet: Sheet) -> list[int]:
    """The columns that hold something and that no field is read from."""
    used = set(answers.columns.values())
    return sorted(at for at in _filled(sheet, answers.header) if at not in used)


def _filled(sheet: Sheet, header: int) -> set[int]:
    """The columns with anything in them below the headings, or with a heading."""
    return {at for row in sheet.rows if row.number >= header for at, text in enumerate(row.texts) if text.strip()}


def _fields_by_heading(columns: Columns) -> dict[str, list[tuple[str, int]]]:
    """For each known heading its fields, with how well it fits: 0 for our own, then by the order of preference."""
    fields: dict[str, list[tuple[str, int]]] = {}
    for column in columns.each:
        for heading in {column.field, column.heading, column.label}:
            fields.setdefault(plain_heading(heading), []).append((column.field, 0))
    for name, known in _KNOWN.items():
        for rank, heading in enumerate(known, 1):
            if all(name != own for own, _ in fields.get(heading, ())):
                fields.setdefault(heading, []).append((name, rank))
    return fields


def _one_field_each(chosen: Mapping[str, int], ranks: Mapping[str, int]) -> dict[str, int]:
    """The choice in which a column that several fields claim goes to the one whose name it bears."""
    best: dict[int, str] = {}
    for name, at in chosen.items():
        if at not in best or ranks[name] < ranks[best[at]]:
            best[at] = name
    return {name: at for name, at in chosen.items() if best[at] == name}


def _forget_other_places(
    chosen: dict[str, int], ranks: Mapping[str, int], sheet: Sheet, header: int, columns: Columns
) -> None:
    """Drop a column of other places or themes from the choice, where most of its values are not ours."""
    for name in [name for name in chosen if ranks[name] and name in columns.by_field]:
        column = columns.by_field[name]
        if column.kind not in (Kind.CHOICE, Kind.CHOICES, Kind.YES_NO):
            continue
        texts = [row.text(chosen[name]) for row in sheet.rows if row.number > header and row.text(chosen[name]).strip()]
        refused = sum(bool(values.read(column, text)[1]) for text in texts)
        if refused * 2 > len(texts):
            del chosen[name]


def fields_to_map(columns: Columns) -> list[str]:
    """Every field that a column of a file can be chosen for."""
    return [column.field for column in (*columns.each, *HELPING)]
