"""The check of `round.toml` by the schema: its tables, their keys and each value. Pure rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from approvals.loading import schema
from approvals.loading.contents import text_of
from approvals.loading.reading import Reading, meant_instead, not_known
from approvals.loading.shapes import Entries, Key, Shape, Table


def read_round(file: Path) -> dict[str, Any]:
    """Return what `round.toml` holds. Raises FileNotFoundError, and ValueError where it cannot be read."""
    try:
        return tomllib.loads(text_of(file), parse_float=Decimal)
    except ValueError as wrong:
        # Beside what is no TOML, a number of thousands of figures.
        raise ValueError(str(wrong)[:300]) from None
    except RecursionError:
        raise ValueError("has too many lists or tables inside one another") from None


def read_toml(reading: Reading) -> None:
    """Read `round.toml` into the reading, with the user names that it adds; list what keeps it from being read."""
    try:
        reading.toml = read_round(reading.path / "round.toml")
    except FileNotFoundError:
        reading.errors.append(f"{reading.path} has no round.toml")
    except ValueError as wrong:
        reading.wrong("round.toml", str(wrong))
    reading.people = {*reading.people, *_own_people(reading.toml)}


def check_toml(reading: Reading) -> None:
    """List what is wrong with each table and key by itself."""
    _check_table(reading, reading.toml, schema.TOML, ())


def _own_people(toml: dict[str, Any]) -> Iterator[str]:
    entries = toml.get("people", [])
    entries = [*entries, toml.get("administrator", {})] if isinstance(entries, list) else []
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("username"), str):
            yield entry["username"]


def _place(names: Sequence[str], key: str = "") -> str:
    return ", ".join(["round.toml", *([_title(names)] if names else []), *([key[:80]] if key else [])])


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
            reading.check(name, name_shape, _place(names, name))
            reading.check(value, value_shape, _place(names, name))
        return
    known = {key.name: key for key in table.keys}
    misspelt = set()
    for name, value in values.items():
        if name in known:
            _check_key(reading, value, known[name], names)
        else:
            reading.wrong(_place(names), not_known(name, known))
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
            reading.check(value, shape, _place(names, key.name))
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
