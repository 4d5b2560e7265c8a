"""Values as the text of a TOML file, in the order in which they are given. Pure rules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_of(table: Mapping[str, Any]) -> str:
    """Return a table as TOML, with an empty line before each table in it. An amount becomes a text."""
    return "\n".join(_lines(table, "")).strip() + "\n"


def _lines(table: Mapping[str, Any], heading: str) -> Iterator[str]:
    inner = {name: value for name, value in table.items() if _is_table(value) or _are_tables(value)}
    for name, value in table.items():
        if name not in inner:
            yield f"{_key(name)} = {_value(value)}"
    for name, value in inner.items():
        full = f"{heading}.{_key(name)}" if heading else _key(name)
        for each in value if _are_tables(value) else [value]:
            yield ""
            yield f"[[{full}]]" if _are_tables(value) else f"[{full}]"
            yield from _lines(each, full)


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_table(each) for each in value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case Decimal():
            return f'"{value}"'
        case int():
            return str(value)
        case str():
            return _text(value)
        case Sequence():
            return f"[{', '.join(_value(each) for each in value)}]"
    raise TypeError(f"{value!r} has no place in a TOML file")


def _text(value: str) -> str:
    # JSON escapes as TOML does, but for the sign that deletes.
    escaped = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if "\n" not in value:
        return escaped
    lines = escaped[1:-1].replace("\\n", "\n")
    return f'"""\n{lines}"""'
