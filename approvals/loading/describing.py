"""The tables, keys, files and columns of a round's folder as Markdown, written from the schema. Pure rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from approvals.loading import csv_files, schema
from approvals.loading.shapes import Entries, Key, Shape, Table

BEGIN, END = "<!-- written by manage.py describe_folder -->\n", "<!-- end -->\n"


def page_with_schema(page: str) -> str:
    """Return a page with the schema between its two marks, in place of what stood there."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{described()}\n{END}{after}"


def described() -> str:
    """Return the schema as Markdown: a table for each table of `round.toml`, and one for each CSV file."""
    headings: dict[int, list[str]] = {}
    tables: dict[int, Table] = {}
    for heading, table in _tables(schema.TOML, ()):
        # Stages that have the same keys are described once.
        place = next((place for place, known in tables.items() if known == table), len(tables))
        tables.setdefault(place, table)
        headings.setdefault(place, []).append(heading)
    parts = [_part(", ".join(headings[place]), table.keys) for place, table in tables.items()]
    parts += [_part(f"`{name}.csv`", columns) for name, columns in csv_files.FILES.items()]
    return "\n\n".join(parts)


def _tables(table: Table, names: Sequence[str]) -> Iterator[tuple[str, Table]]:
    """Yield each table that is below this one with its heading, first those of the outermost."""
    for key in table.keys:
        match key.holds:
            case Table(keys=keys) as inner if keys:
                if any(isinstance(each.holds, Shape) for each in keys):
                    yield f"`[{'.'.join([*names, key.name])}]`", inner
                yield from _tables(inner, [*names, key.name])
            case Entries(inner):
                yield f"`[[{'.'.join([*names, key.name])}]]`", inner
                yield from _tables(inner, [*names, key.name])


def _part(heading: str, keys: Sequence[Key]) -> str:
    lines = [f"### {heading}", "", "| key | value | note |", "|---|---|---|"]
    for key in keys:
        note = "; ".join(filter(None, ["" if key.needed else "may be left out", key.note]))
        lines.append(f"| `{key.name}` | {_value(key)} | {note} |")
    return "\n".join(lines)


def _value(key: Key) -> str:
    match key.holds:
        case Shape(words=words):
            return words
        case Table(keys=keys, words=words):
            return "a table" if keys else f"a table, {words}"
        case Entries():
            return "tables"
