"""The check of the tables of a round's folder, its CSV files, by the schema. Pure rules."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Sequence

from approvals.loading import csv_files, values
from approvals.loading.contents import Unreadable, text_of
from approvals.loading.reading import Reading, meant_instead, not_known
from approvals.loading.shapes import Key, Shape


def rows_of(reading: Reading, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the columns of a table and its rows, each with the line on which it begins; nothing without a file."""
    rows, line = [], 1
    try:
        reader = csv.reader(io.StringIO(text_of(reading.path / f"{name}.csv"), newline=""), strict=True)
        for cells in reader:
            rows.append((line, cells))
            line = reader.line_num + 1
    except FileNotFoundError:
        return [], []
    except Unreadable as wrong:
        reading.wrong(f"{name}.csv", str(wrong))
        return [], []
    except csv.Error as wrong:
        reading.wrong(f"{name}.csv, line {line}", f"{wrong}. Save it as CSV in UTF-8")
        return [], []
    return (rows[0][1], [row for row in rows[1:] if row[1]]) if rows else ([], [])


def references_of_bids(reading: Reading) -> Collection[str] | None:
    """Return the bidders' own references in `bids.csv`, or None where it names none."""
    head, rows = rows_of(reading, "bids")
    if "your_reference" not in head:
        return None
    at = head.index("your_reference")
    return {cells[at].strip() for _, cells in rows if len(cells) > at}


def check_table(reading: Reading, name: str, columns: Sequence[Key], criteria: Sequence[int]) -> None:
    """List what is wrong with a table: its columns, each cell, and rows that say twice what is said once.

    `criteria` are the numbers of the criteria whose marks it has.
    """
    head, rows = rows_of(reading, name)
    if not head:
        return
    marks = [Key(str(number), csv_files.MARK) for number in criteria]
    reasons = [Key(f"{number}_why", values.WHY) for number in criteria]
    known = {key.name: key for key in (*columns, *marks, *reasons)}
    place = f"{name}.csv, line 1"
    misspelt = set()
    for column in head:
        if column not in known:
            reading.wrong(place, not_known(column, known))
            misspelt.add(meant_instead(column, known))
    for column in (column for column, times in Counter(head).items() if times > 1):
        reading.wrong(place, f"the column “{column}” appears twice")
    for key in known.values():
        if key.needed and key.name not in head and key.name not in misspelt:
            reading.wrong(place, f"the column “{key.name}” is missing")
    once = csv_files.ONCE.get(name, ())
    lines: dict[tuple[str, ...], int] = {}
    for line, cells in rows:
        if len(cells) != len(head):
            reading.wrong(f"{name}.csv, line {line}", f"has {len(cells)} cells under {len(head)} columns")
            continue
        for column, cell in zip(head, cells, strict=True):
            if column in known and isinstance(shape := known[column].holds, Shape):
                reading.check(cell, shape, f"{name}.csv, line {line}, {column}")
        own = tuple(cell for column, cell in zip(head, cells, strict=True) if column in once)
        if once and len(own) == len(once) and lines.setdefault(own, line) != line:
            earlier = f"{' and '.join(own)} stands on line {lines[own]} already"
            reading.wrong(f"{name}.csv, line {line}, {once[0]}", earlier)
