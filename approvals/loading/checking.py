"""The check of a round's folder by its schema: everything is read, and everything that is wrong is listed. Pure rules.

What is wrong is named by its place: `round.toml, [[people]] 3, roles` or `review.csv, line 4, amount`.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from approvals.loading import schema
from approvals.loading.shapes import Entries, Key, Shape, Table
from grants import money, registers


@dataclass
class Reading:
    """What a folder holds, as far as it can be read, and what is wrong with it, each with its place.

    `people` are the user names that a value may name, `bids` the references of bids, or None where they are not known.
    """

    path: Path
    people: Collection[str] = ()
    bids: Collection[str] | None = None
    toml: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def wrong(self, place: str, sentence: str) -> None:
        self.errors.append(f"{place}: {sentence}")


def errors_in(path: Path, *, people: Collection[str], criteria: Sequence[int]) -> list[str]:
    """Return everything that is wrong with a folder, in the order of its files; nothing where it can be played.

    `people` are the user names that exist before it is played, `criteria` the numbers of the criteria of its body.
    Bids are left to the intake, which reads each cell by the rules of its form.
    """
    reading = Reading(path)
    _read_toml(reading)
    if not reading.toml:
        return reading.errors
    reading.people = {*people, *_own_people(reading.toml)}
    reading.bids = _references_of_bids(reading)
    _check_table(reading, reading.toml, schema.TOML, ())
    _check_across(reading)
    _check_names_of_files(reading)
    for name, columns in schema.FILES.items():
        marks = criteria if name in schema.WITH_MARKS else ()
        _check_file(reading, name, columns, marks)
    return reading.errors


def meant_instead(name: str, known: Collection[str]) -> str:
    """Return the known name that a person probably meant, or nothing."""
    return next(iter(get_close_matches(name, known, 1)), "")


def _not_known(name: str, known: Collection[str]) -> str:
    near = meant_instead(name, known)
    return f"“{name}” is not known. Did you mean “{near}”?" if near else f"“{name}” is not known"


# round.toml


def _read_toml(reading: Reading) -> None:
    file = reading.path / "round.toml"
    try:
        reading.toml = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        reading.errors.append(f"{reading.path} has no round.toml")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        reading.wrong("round.toml", str(wrong))


def _own_people(toml: dict[str, Any]) -> Iterator[str]:
    entries = toml.get("people", [])
    entries = [*entries, toml.get("administrator", {})] if isinstance(entries, list) else []
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("username"), str):
            yield entry["username"]


def _place(names: Sequence[str], key: str = "") -> str:
    return ", ".join(["round.toml", *([_title(names)] if names else []), *([key] if key else [])])


def _title(names: Sequence[str]) -> str:
    """Return the heading of a table as it stands in the file: `[stages.routed]`, or `[[people]] 3` in a list."""
    *outer, last = names
    name, _, number = last.partition(" ")
    whole = ".".join([*(each.partition(" ")[0] for each in outer), name])
    return f"[[{whole}]] {number}" if number else f"[{whole}]"


def _check_table(reading: Reading, values: dict[str, Any], table: Table, names: Sequence[str]) -> None:
    if table.every:
        name_shape, value_shape = table.every
        for name, value in values.items():
            _check_value(reading, name, name_shape, _place(names, name))
            _check_value(reading, value, value_shape, _place(names, name))
        return
    known = {key.name: key for key in table.keys}
    misspelt = set()
    for name, value in values.items():
        if name in known:
            _check_key(reading, value, known[name], names)
        else:
            reading.wrong(_place(names), _not_known(name, known))
            misspelt.add(meant_instead(name, known))
    for key in table.keys:
        if key.needed and key.name not in values and key.name not in misspelt:
            reading.wrong(_place(names, key.name), "is missing")
    for first, other in schema.TOGETHER:
        if first in values and first in known and other in known and other not in values:
            reading.wrong(_place(names, other), f"is missing beside {first}")


def _check_key(reading: Reading, value: Any, key: Key, names: Sequence[str]) -> None:
    match key.holds:
        case Shape() as shape:
            _check_value(reading, value, shape, _place(names, key.name))
        case Table() as table:
            if isinstance(value, dict):
                _check_table(reading, value, table, [*names, key.name])
            else:
                reading.wrong(_place(names, key.name), "must be a table of keys")
        case Entries(table):
            if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
                heading = ".".join([*(name.partition(" ")[0] for name in names), key.name])
                reading.wrong(_place(names, key.name), f"must be tables, each under [[{heading}]]")
                return
            for number, each in enumerate(value, start=1):
                _check_table(reading, each, table, [*names, f"{key.name} {number}"])


def _check_value(reading: Reading, value: Any, shape: Shape, place: str) -> bool:
    try:
        shape.read(value)
    except ValueError as wrong:
        reading.wrong(place, str(wrong))
        return False
    known = {"person": reading.people, "bid": reading.bids}.get(shape.names)
    if known is None or value in known:
        return True
    near = meant_instead(value, known)
    ending = f". Did you mean “{near}”?" if near else ""
    reading.wrong(place, f"there is no {shape.names} {value}{ending}")
    return False


# What one value says of another


def _check_across(reading: Reading) -> None:
    toml = reading.toml
    _check_days(reading)
    for name in ("people", "budget_lines"):
        key = "username" if name == "people" else "label"
        values = [each.get(key) for each in _entries(toml, name)]
        for value in (value for value, times in Counter(values).items() if value and times > 1):
            reading.wrong(f"round.toml, [[{name}]] {len(values) - values[::-1].index(value)}", f"{value} appears twice")
    for number, contract in enumerate(_entries(toml, "single_tender_actions"), start=1):
        _check_profile(reading, contract, f"round.toml, [[single_tender_actions]] {number}, profile")
        _check_number(reading, contract.get("supplier"), f"round.toml, [[single_tender_actions]] {number}, supplier")
    for number, rule in enumerate(_entries(toml, "delegation_rules"), start=1):
        _check_limit(reading, rule, f"round.toml, [[delegation_rules]] {number}")
    for number, organisation in enumerate(_entries(toml, "organisations"), start=1):
        _check_number(reading, organisation, f"round.toml, [[organisations]] {number}, number")


def _entries(table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    values = table.get(name, [])
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []


def _day(value: Any) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (ValueError, TypeError):
        return None


def _check_days(reading: Reading) -> None:
    """List the days that come before one that they must follow: of the round, and of the stages as they are played."""
    settings, amendment = reading.toml.get("round", {}), reading.toml.get("amendment", {})
    if isinstance(settings, dict):
        days = [(f"round.toml, [round], {name}", name, settings.get(name)) for name in schema.DAYS_OF_ROUND]
        _check_order(reading, days)
    days = []
    for prefix, table in (("", reading.toml), ("amendment.", amendment)):
        stages = table.get("stages", {}) if isinstance(table, dict) else {}
        for name in schema.STAGES if isinstance(stages, dict) else ():
            if isinstance(stage := stages.get(name), dict):
                days.append((f"round.toml, [{prefix}stages.{name}], on", f"{prefix}{name}", stage.get("on")))
    _check_order(reading, days)


def _check_order(reading: Reading, days: Sequence[tuple[str, str, Any]]) -> None:
    latest, name_of_latest = None, ""
    for place, name, value in days:
        day = _day(value)
        if day is None:
            continue
        if latest and day < latest:
            reading.wrong(place, f"{day} is before {name_of_latest}, which is on {latest}")
        else:
            latest, name_of_latest = day, name


def _check_profile(reading: Reading, contract: dict[str, Any], place: str) -> None:
    try:
        total = money.total([money.exact(str(each)) for each in contract["profile"].values()])
        whole = money.exact(str(contract["amount"]))
    except (ArithmeticError, ValueError, KeyError, AttributeError):
        return
    if total != whole:
        reading.wrong(place, f"the years come to {money.pounds(total)}, not {money.pounds(whole)}")


def _check_limit(reading: Reading, rule: dict[str, Any], place: str) -> None:
    try:
        delegates = money.exact(str(rule["limit"])) > 0
    except (ArithmeticError, ValueError, KeyError):
        return
    if delegates and not rule.get("below"):
        reading.wrong(f"{place}, below", "must name who approves below the limit")
    if not delegates and rule.get("below"):
        reading.wrong(f"{place}, limit", "must be more than £0 where somebody approves below it")


def _check_number(reading: Reading, organisation: Any, place: str) -> None:
    if not isinstance(organisation, dict) or not organisation.get("number"):
        return
    try:
        registers.normal(organisation.get("register", ""), organisation["number"])
    except (ValueError, AttributeError, TypeError) as wrong:
        reading.wrong(place, str(wrong))


# The tables


def _check_names_of_files(reading: Reading) -> None:
    known = ["round.toml", "bids.csv", *(f"{name}.csv" for name in schema.FILES)]
    for file in sorted(reading.path.iterdir()):
        if file.suffix.lower() in (".csv", ".toml") and not file.name.startswith(".") and file.name not in known:
            reading.wrong(file.name, _not_known(file.name, known))


def _rows(reading: Reading, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the columns of a table and its rows, each with the line on which it begins; nothing without a file."""
    file = reading.path / f"{name}.csv"
    if not file.exists():
        return [], []
    rows, line = [], 1
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.reader(opened)
            for cells in reader:
                rows.append((line, cells))
                line = reader.line_num + 1
    except (UnicodeDecodeError, csv.Error) as wrong:
        reading.wrong(f"{name}.csv", f"{wrong}. Save it as CSV in UTF-8")
        return [], []
    return (rows[0][1], [row for row in rows[1:] if row[1]]) if rows else ([], [])


def _references_of_bids(reading: Reading) -> Collection[str] | None:
    head, rows = _rows(reading, "bids")
    if "your_reference" not in head:
        return None
    at = head.index("your_reference")
    return {cells[at].strip() for _, cells in rows if len(cells) > at}


def _check_file(reading: Reading, name: str, columns: Sequence[Key], criteria: Sequence[int]) -> None:
    head, rows = _rows(reading, name)
    if not head:
        return
    marks = [Key(str(number), schema.MARK) for number in criteria]
    reasons = [Key(f"{number}_why", schema.TEXT) for number in criteria]
    known = {key.name: key for key in (*columns, *marks, *reasons)}
    place = f"{name}.csv, line 1"
    misspelt = set()
    for column in head:
        if column not in known:
            reading.wrong(place, _not_known(column, known))
            misspelt.add(meant_instead(column, known))
    for column in (column for column, times in Counter(head).items() if times > 1):
        reading.wrong(place, f"the column “{column}” appears twice")
    for key in known.values():
        if key.needed and key.name not in head and key.name not in misspelt:
            reading.wrong(place, f"the column “{key.name}” is missing")
    for line, cells in rows:
        if len(cells) != len(head):
            reading.wrong(f"{name}.csv, line {line}", f"has {len(cells)} cells under {len(head)} columns")
            continue
        for column, cell in zip(head, cells, strict=True):
            if column in known and isinstance(shape := known[column].holds, Shape):
                _check_value(reading, cell, shape, f"{name}.csv, line {line}, {column}")
