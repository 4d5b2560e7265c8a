"""A body as a folder of readable files: `body.toml`, `sections.toml` and four tables. `docs/body-folder.md` lists them.

Every error names the file and, in a table, the row and column.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from grants import levels, money
from grants.bodies import OUTCOME_REASONS, TEXTS, TEXTS_OF_AREAS, Body, How, Offices, body_of

Value = TypeVar("Value")

SCALE = ("0", "1", "2", "3", "4")
TAG_KINDS = ("theme", "priority", "objective")
LIMIT_KINDS = ("grant", "exemption", "procurement")
GEOGRAPHY = ("code_type", "whole_code", "whole_type")
# As long as the database has room for.
LONGEST_CODE = 9
LONGEST_POWER = 200
LONGEST_REASON = 2000
MOST_PERCENT = 100
# What body.toml holds beside its texts.
_LISTS = ("units", "police_names")
_TABLES = ("offices", "areas", "geography")
_MAY_BE_LEFT_OUT = ("other_powers", "deciding", "outcome_reasons", "over_allocation_percent")


class BadBody(Exception):
    """The folder describes no body; the message names the file and what is wrong in it."""


@lru_cache(maxsize=8)
def read(folder: Path) -> Body:
    """Read a folder into a body, once for each folder while the process runs. Raises BadBody."""
    toml = _toml(folder / "body.toml")
    file = folder / "body.toml"
    areas = _table(file, toml, "areas")
    _only(file, toml, (*TEXTS, *_LISTS, *_TABLES, *_MAY_BE_LEFT_OUT))
    _only(file, areas, (*TEXTS_OF_AREAS, "outside"), "areas.")
    data: dict[str, Any] = {
        **{name: _text(file, toml, name) for name in TEXTS},
        "offices": _texts(file, toml, "offices", tuple(Offices.__slots__)),
        "areas": {
            **{name: _text(file, areas, name, "areas.") for name in TEXTS_OF_AREAS},
            "outside": _why_outside(file, areas.get("outside", {})),
            "each": _areas(folder / "areas.csv"),
        },
        "geography": _texts(file, toml, "geography", GEOGRAPHY),
        "units": _list(file, toml, "units"),
        "police_names": _list(file, toml, "police_names"),
        "tags": _tags(folder / "tags.csv"),
        "criteria": _criteria(folder / "criteria.csv"),
        "limits": _limits(folder / "limits.csv"),
        "texts": _sections(folder / "sections.toml"),
        **_other_powers(file, toml),
        **_over_allocation(file, toml),
        **_outcome_reasons(file, toml),
        **_deciding(file, toml),
    }
    _must_be_levels(file, data)
    if any(area["column"] is not None for area in data["areas"]["each"]) and not data["areas"]["map_title"]:
        raise BadBody(f"{file}: areas.map_title must name the map that areas.csv draws")
    return body_of(data)


# body.toml and sections.toml


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadBody(f"{file} is missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise BadBody(f"{file}: {wrong}") from None


def _only(file: Path, table: dict[str, Any], names: Sequence[str], prefix: str = "") -> None:
    for name in table:
        if name not in names:
            raise BadBody(f"{file}: {prefix}{name} is not known")


def _table(file: Path, toml: dict[str, Any], name: str) -> dict[str, Any]:
    table = toml.get(name)
    if not isinstance(table, dict):
        raise BadBody(f"{file}: the table [{name}] is missing")
    return table


def _text(file: Path, table: dict[str, Any], name: str, prefix: str = "") -> str:
    text = table.get(name)
    # A body without a map has no title for it.
    if not isinstance(text, str) or (not text.strip() and name != "map_title"):
        raise BadBody(f"{file}: {prefix}{name} must be a text")
    return text


def _texts(file: Path, toml: dict[str, Any], name: str, keys: Sequence[str]) -> dict[str, str]:
    table = _table(file, toml, name)
    _only(file, table, keys, f"{name}.")
    return {key: _text(file, table, key, f"{name}.") for key in keys}


def _list(file: Path, toml: dict[str, Any], name: str) -> list[str]:
    values = toml.get(name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadBody(f"{file}: {name} must be a list of texts")
    return values


def _why_outside(file: Path, outside: Any) -> dict[str, str]:
    if not isinstance(outside, dict) or not all(isinstance(why, str) for why in outside.values()):
        raise BadBody(f"{file}: areas.outside must give a reason for each name")
    return outside


def _other_powers(file: Path, toml: dict[str, Any]) -> dict[str, list[str]]:
    """Return the further legal powers, or nothing where the file has none, so that its digest stays."""
    if "other_powers" not in toml:
        return {}
    powers = _list(file, toml, "other_powers")
    if not all(power.strip() and len(power) <= LONGEST_POWER for power in powers):
        raise BadBody(f"{file}: each of other_powers must have 1 to {LONGEST_POWER} characters")
    if len({toml["legal_power"], *powers}) <= len(powers):
        raise BadBody(f"{file}: other_powers must name each power once, and not legal_power again")
    return {"other_powers": powers}


def _over_allocation(file: Path, toml: dict[str, Any]) -> dict[str, str]:
    """Return the percentage by which rounds may be over-allocated, or nothing where the file has none."""
    if "over_allocation_percent" not in toml:
        return {}
    try:
        percent = money.exact(_text(file, toml, "over_allocation_percent"))
    except (ValueError, ArithmeticError):
        percent = Decimal(-1)
    if not 0 <= percent <= MOST_PERCENT:
        raise BadBody(f"{file}: over_allocation_percent must be a text from “0” to “100”, like “2.50”")
    return {"over_allocation_percent": money.text(percent)}


def _outcome_reasons(file: Path, toml: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the standard words for outcomes, or nothing where the file has none, so that its digest stays."""
    if "outcome_reasons" not in toml:
        return {}
    reasons = _texts(file, toml, "outcome_reasons", OUTCOME_REASONS)
    for name, words in reasons.items():
        rest = words.replace("{failed}", "") if name == "failed" else words
        if len(words) > LONGEST_REASON or set("{}") & set(rest):
            may = "no placeholder but {failed}" if name == "failed" else "no placeholder"
            raise BadBody(f"{file}: outcome_reasons.{name} has at most {LONGEST_REASON} characters and {may}")
    return {"outcome_reasons": reasons}


def _deciding(file: Path, toml: dict[str, Any]) -> dict[str, Any]:
    """Return how the body decides, or nothing where the file does not say it, so that its digest stays."""
    if "deciding" not in toml:
        return {}
    table = dict(_table(file, toml, "deciding"))
    levels = table.pop("levels", {})
    if not isinstance(levels, dict) or not all(isinstance(own, dict) for own in levels.values()):
        raise BadBody(f"{file}: deciding.levels must have a table for each level")
    own = {who: _way(file, each, f"deciding.levels.{who}") for who, each in levels.items()}
    return {"deciding": _way(file, table, "deciding") | ({"levels": own} if own else {})}


def _must_be_levels(file: Path, data: dict[str, Any]) -> None:
    """Raise BadBody where a level that decides in its own way is none of the limits for grants."""
    who = {name for limit in data["limits"] for name in (limit["at_or_above"], *_who(limit))}
    for level in data.get("deciding", {}).get("levels", {}):
        if level not in who:
            raise BadBody(f"{file}: deciding.levels.{level} is no level of limits.csv")


def _who(limit: dict[str, Any]) -> list[str]:
    return [level["who"] for level in limit.get("further", ())]


def _way(file: Path, table: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one way to decide: how, and the fewest who sign together or are present."""
    _only(file, table, ("how", "least"), f"{name}.")
    how, least = table.get("how"), table.get("least", 1)
    if how not in set(How):
        raise BadBody(f"{file}: {name}.how must be one of {', '.join(How)}")
    fewest = {How.ONE: 1, How.JOINT: 2, How.COMMITTEE: 2}[How(how)]
    if not isinstance(least, int) or isinstance(least, bool) or least < fewest:
        raise BadBody(f"{file}: {name}.least must be a whole number from {fewest}")
    if how == How.ONE and least > 1:
        raise BadBody(f"{file}: {name}.least must be 1 where one person decides")
    return {"how": how, "least": least}


def _sections(file: Path) -> dict[str, list[list[str]]]:
    texts = _toml(file)
    for key, paragraphs in texts.items():
        if not isinstance(paragraphs, list) or not all(
            isinstance(paragraph, list) and all(isinstance(sentence, str) for sentence in paragraph)
            for paragraph in paragraphs
        ):
            raise BadBody(f"{file}: {key} must be a list of paragraphs, each a list of sentences")
    return texts


# The tables


class _Row:
    """A row of a table. Its errors name the file, the row and the column."""

    def __init__(self, file: Path, number: int, cells: dict[str, str]) -> None:
        self.file, self.number, self.cells = file, number, cells

    def wrong(self, column: str, message: str) -> BadBody:
        return BadBody(f"{self.file}, row {self.number}, {column}: {message}")

    def text(self, column: str, longest: int) -> str:
        text = self.maybe(column, longest)
        if not text:
            raise self.wrong(column, "must not be empty")
        return text

    def maybe(self, column: str, longest: int) -> str:
        """Return a text that may be empty, or whose column may be missing."""
        text = self.cells.get(column, "").strip()
        if len(text) > longest:
            raise self.wrong(column, f"must be at most {longest} characters long")
        return text

    def one_of(self, column: str, values: Sequence[str]) -> str:
        text = self.cells[column].strip()
        if text not in values:
            raise self.wrong(column, f"“{text}” must be one of {', '.join(values)}")
        return text

    def read(self, column: str, reader: Callable[[str], Value], what: str) -> Value:
        text = self.cells[column].strip()
        try:
            return reader(text)
        except (ValueError, InvalidOperation):
            raise self.wrong(column, f"“{text}” must be {what}") from None


def _rows(file: Path, columns: Sequence[str], more: Sequence[str] = ()) -> list[_Row]:
    """Return the rows of a file that has these columns, and either all of `more` after them or none."""
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            table = csv.DictReader(opened)
            head = list(table.fieldnames or [])
            rows = [_Row(file, number, cells) for number, cells in enumerate(table, start=2)]
    except FileNotFoundError:
        raise BadBody(f"{file} is missing") from None
    if head not in (list(columns), [*columns, *more]):
        raise BadBody(f"{file}: the first row must be {','.join((*columns, *more))}")
    for row in rows:
        if None in row.cells or None in row.cells.values():
            raise BadBody(f"{file}, row {row.number}: it must have {len(head)} cells")
    if not rows:
        raise BadBody(f"{file} has no rows")
    return rows


def _once(rows: Sequence[_Row], column: str, values: Sequence[object]) -> None:
    for place, value in enumerate(values):
        if value in values[:place]:
            raise rows[place].wrong(column, f"“{value}” appears twice")


def _areas(file: Path) -> list[dict[str, Any]]:
    rows = _rows(file, ("code", "name", "unit", "column", "row"))
    areas: list[dict[str, Any]] = []
    for row in rows:
        name = row.text("name", 60)
        if "," in name or ";" in name:
            raise row.wrong("name", "must hold no comma and no semicolon, which part the names of areas")
        tile = {column: row.read(column, _tile, "a number from 0, or empty") for column in ("column", "row")}
        areas.append({"code": row.text("code", LONGEST_CODE), "name": name, "unit": row.text("unit", 80), **tile})
    _once(rows, "code", [area["code"] for area in areas])
    _once(rows, "name", [area["name"].casefold() for area in areas])
    tiles = [(area["column"], area["row"]) for area in areas]
    if any(None in tile for tile in tiles):
        if any(tile != (None, None) for tile in tiles):
            raise BadBody(f"{file}: either every area has a column and a row on the map, or none has")
    else:
        _once(rows, "column", tiles)
    return areas


def _tile(text: str) -> int | None:
    if text and not text.isdecimal():
        raise ValueError
    return int(text) if text else None


def _tags(file: Path) -> list[dict[str, str]]:
    rows = _rows(file, ("kind", "code", "label"))
    tags = [
        {"kind": row.one_of("kind", TAG_KINDS), "code": row.text("code", 20), "label": row.text("label", 120)}
        for row in rows
    ]
    _once(rows, "code", [(tag["kind"], tag["code"]) for tag in tags])
    for kind in ("theme", "priority"):
        if kind not in {tag["kind"] for tag in tags}:
            raise BadBody(f"{file}: there must be a {kind}, since every bid names one")
    return tags


def _criteria(file: Path) -> list[dict[str, Any]]:
    rows = _rows(file, ("number", "label", "question", "gate", "scored", "weight", *SCALE), ("pass", "fail"))
    criteria: list[dict[str, Any]] = []
    for place, row in enumerate(rows, start=1):
        if row.cells["number"].strip() != str(place):
            raise row.wrong("number", f"must be {place}: criteria are numbered in order")
        gate, scored = (row.one_of(column, ("yes", "no")) == "yes" for column in ("gate", "scored"))
        if not gate and not scored:
            raise row.wrong("gate", "a criterion is a gate, scored, or both")
        weight = row.read("weight", _weight, "a number above 0")
        criteria.append(
            {
                "number": place,
                "label": row.text("label", 80),
                "question": row.text("question", 300),
                "gate": gate,
                "scored": scored,
                "weight": str(weight),
                "points": [[int(point), row.text(point, 200)] for point in SCALE] if scored else [],
                "passes": row.maybe("pass", 200),
                "fails": row.maybe("fail", 200),
            }
        )
    return criteria


def _weight(text: str) -> Decimal:
    weight = Decimal(text)
    if not weight.is_finite() or weight <= 0:
        raise ValueError
    return weight


def _limits(file: Path) -> list[dict[str, Any]]:
    """Return the limit of each kind. Several rows of a kind are its levels, each above the one before."""
    rows = _rows(file, ("kind", "limit", "below", "at_or_above", "citation"))
    limits: list[dict[str, Any]] = []
    for row in rows:
        kind = row.one_of("kind", LIMIT_KINDS)
        amount = row.read("limit", money.exact, "an amount of pounds and whole pence")
        citation, above = row.text("citation", 120), row.text("at_or_above", 120)
        first = next((limit for limit in limits if limit["kind"] == kind), None)
        if first is None:
            # Below a limit of nought there is nothing, so nobody approves there: nothing is delegated.
            below = row.text("below", 120) if amount else row.cells["below"].strip()
            if amount < 0 or (below and not amount):
                raise row.wrong("limit", "must be above 0, or 0 with nobody below it where nothing is delegated")
            limits.append(
                {"kind": kind, "amount": money.text(amount), "below": below, "at_or_above": above, "citation": citation}
            )
            continue
        further: list[dict[str, str]] = first.setdefault("further", [])
        below_now = further[-1]["who"] if further else first["at_or_above"]
        if row.text("below", 120) != below_now:
            raise row.wrong("below", f"must be “{below_now}”, who decides from the limit before on")
        further.append({"from": money.text(amount), "who": above, "citation": citation})
        if wrong := levels.fault(money.exact(first["amount"]), further):
            raise row.wrong("limit", wrong)
    if "grant" not in {limit["kind"] for limit in limits}:
        raise BadBody(f"{file}: there must be a limit for a grant")
    return limits
