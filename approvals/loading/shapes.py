"""The shapes of what the folder of a round holds: texts, amounts, days, choices, and tables of them. Pure rules.

A shape reads one value and raises ValueError with a sentence for the writer of the folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import InvalidOperation
from typing import Any

from grants import money, years
from grants.characters import invisible

# The years that a financial year can be written in.
_CENTURY = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value must be: the words of the documentation for it, and the rule that reads it.

    `names` says whose name the value is, `person` or `bid`, which must be in the folder.
    """

    words: str
    read: Callable[[Any], None]
    names: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a table, or a column of a CSV file. `holds` is a shape, a table, or a table for each entry of a list."""

    name: str
    holds: Shape | Table | Entries
    needed: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of keys. One with `every` has keys of any name that it takes, each with a value of that shape."""

    keys: Sequence[Key] = ()
    every: tuple[Shape, Shape] | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Entries:
    """A list of tables with the same keys."""

    table: Table


def _shown(value: Any) -> str:
    """Return a value as an error shows it, without more of it than a reader needs."""
    return str(value)[:80]


def text(longest: int = 0, *, empty: bool = True) -> Shape:
    def read(value: Any) -> None:
        if not isinstance(value, str):
            raise ValueError(f"“{_shown(value)}” must be a text in quotation marks")
        if character := invisible(value):
            raise ValueError(f"holds a character that nobody sees, U+{ord(character):04X}. Remove it")
        if not empty and not value.strip():
            raise ValueError("must not be empty")
        if longest and len(value) > longest:
            raise ValueError(f"must be at most {longest} characters long")

    return Shape(f"a text of at most {longest:,} characters" if longest else "a text", read)


def pattern(rule: str, like: str, longest: int = 0, *, names: str = "") -> Shape:
    """Return the shape of a text that this regular expression takes; `like` is an example of one."""
    of_text, compiled = text(longest), re.compile(rule)

    def read(value: Any) -> None:
        of_text.read(value)
        if not compiled.search(value):
            raise ValueError(f"“{_shown(value)}” must be like {like}")

    return Shape(f"like {like}", read, names)


def name_of(what: str) -> Shape:
    """Return the shape of the name of a `person` or a `bid`."""
    return Shape(f"a {what}", text(empty=False).read, what)


def amount(*, above: bool = False) -> Shape:
    """Return the shape of an amount in pounds and pence; `above` says that it must be more than 0."""

    def read(value: Any) -> None:
        try:
            if isinstance(value, bool):
                raise ValueError
            pounds = money.exact(str(value))
        except (ValueError, InvalidOperation):
            raise ValueError(f"“{_shown(value)}” is not an amount of pounds and whole pence") from None
        if pounds < 0 or (above and not pounds):
            raise ValueError(f"must be more than £0, not {_shown(value)}" if above else "must be £0 or more")
        if pounds > money.LARGEST:
            raise ValueError("is too large")

    return Shape("pounds above 0" if above else "pounds", read)


def day(*, quoted: bool = True) -> Shape:
    """Return the shape of a day; `quoted` says whether it may be a text."""

    def read(value: Any) -> None:
        if isinstance(value, str) and quoted:
            try:
                value = date.fromisoformat(value)
            except ValueError:
                raise ValueError(f"“{_shown(value)}” is not a day like 2019-05-31") from None
        elif not isinstance(value, date) or isinstance(value, datetime):
            raise ValueError(f"“{_shown(value)}” is not a day like 2019-05-31, without quotation marks")
        if value.year not in _CENTURY:
            raise ValueError(f"“{value}” must be a day from {_CENTURY[0]} to {_CENTURY[-1]}")

    return Shape("a day", read)


def financial_year() -> Shape:
    """Return the shape of a financial year, whose second half follows its first."""

    def read(value: Any) -> None:
        if not isinstance(value, str) or not years.is_year(value):
            raise ValueError(f"“{_shown(value)}” must be like 2019/20")

    return Shape("like `2019/20`", read)


def slot() -> Shape:
    """Return the shape of a financial year, or of the capital or the revenue of one."""

    def read(value: Any) -> None:
        try:
            known = years.slot_of(value).label == value
        except years.NotYears:
            known = False
        if not known:
            raise ValueError(f"“{_shown(value)}” must be like 2019/20 or 2019/20 capital")

    return Shape("like `2019/20` or `2019/20 capital`", read)


def whole(least: int, most: int) -> Shape:
    """Return the shape of a whole number between two others."""

    def read(value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"“{_shown(value)}” must be a whole number from {least} to {most}")

    return Shape(f"a whole number from {least} to {most}", read)


def path_of(reader: Callable[[str], object]) -> Shape:
    """Return the shape of a path that `reader` takes; it raises ValueError for another."""
    of_text = text(200, empty=False)

    def read(value: Any) -> None:
        of_text.read(value)
        reader(value)

    return Shape("a path", read)


def one_of(*values: str) -> Shape:
    """Return the shape of one of these texts."""

    def read(value: Any) -> None:
        if value not in values:
            raise ValueError(f"“{_shown(value)}” must be one of {', '.join(values)}")

    return Shape(", ".join(f"`{value}`" for value in values), read)


def flag() -> Shape:
    def read(value: Any) -> None:
        if not isinstance(value, bool):
            raise ValueError(f"“{_shown(value)}” must be true or false, without quotation marks")

    return Shape("true or false", read)


def list_of(shape: Shape, *, least: int = 0) -> Shape:
    """Return the shape of a list of at least so many values of a shape."""

    def read(value: Any) -> None:
        if not isinstance(value, list) or len(value) < least:
            raise ValueError(f"must be a list of {'at least one value' if least else 'values'} in square brackets")
        for each in value:
            shape.read(each)

    return Shape(f"a list, each {shape.words}", read)
