"""What a file holds once it was read: its sheets, their rows, each cell as text with what is to be known of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# The most bids of one file, and the most rows of one sheet that are kept, empty ones and notes among them.
MOST_BIDS = 1000
MOST_ROWS = 3000
MOST_COLUMNS = 1000

# The sheets of our own template that explain it.
HELP, VALUES = "What goes where", "Allowed values"
OF_TEMPLATE = frozenset({HELP, VALUES})

# What a cell may be beside its text. A cell may have several of them.
FORMULA = "formula"
UNCOMPUTED = "uncomputed"
ERROR = "error"
PERCENT = "percent"
MERGED = "merged"
SWALLOWED = "swallowed"
# Programs show the errors of formulas as these texts, some in their own language, and write them so into a CSV file.
# LibreOffice numbers some of its errors, and a number that is wider than its column is exported as signs.
_ERROR = re.compile(
    r"#(?:N/A|N/D|NV|GETTING_DATA|(?:REF|VALUE|DIV/0|NUM|NULL|SPILL|CALC|ERROR|FIELD|BLOCKED|CONNECT|BUSY|UNKNOWN)!"
    r"|(?:BEZUG|WERT|ZAHL|VALEUR|NOMBRE|NUL|VALOR|RIF|VALORE|VERW|WAARDE|GETAL|LEEG|ADR|ARG|LICZBA|ZERO)!"
    r"|(?:NAME|NOM|NOMBRE|NOME|NAAM|NAZWA)\?)|Err:\d{3}|#{3,}"
)
# How programs write the two truths, in small letters, in the languages of their menus.
TRUE = ("true", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "prawda", "sant", "sand", "adevărat")
FALSE = ("false", "falsch", "faux", "falso", "onwaar", "fałsz", "falskt", "falsk", "fals")


def is_error(text: str) -> bool:
    """Whether a cell with this text shows the error of a formula."""
    return bool(_ERROR.fullmatch(text.strip()))


class UnreadableSheet(Exception):
    """The file cannot be read at all. The message says what to do about it."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet: its number, the text of each cell from column A on, and marks by the place of their cell."""

    number: int
    texts: Sequence[str]
    marks: Mapping[int, Sequence[str]] = field(default_factory=dict)
    hidden: bool = False

    def text(self, column: int) -> str:
        """The text of a cell, empty beyond the last one."""
        return self.texts[column] if column < len(self.texts) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet with its rows that hold anything. `cut` says that it has more rows than are kept."""

    name: str
    rows: Sequence[SheetRow]
    hidden: bool = False
    hidden_columns: Sequence[int] = ()
    cut: bool = False

    @property
    def width(self) -> int:
        """How many columns the widest row has."""
        return max((len(row.texts) for row in self.rows), default=0)


@dataclass(frozen=True, slots=True)
class Book:
    """A file as it was read. `encoding` and `delimiter` are those of a text file."""

    sheets: Sequence[Sheet]
    encoding: str = ""
    delimiter: str = ""

    def as_data(self) -> dict[str, Any]:
        """The book as plain JSON."""
        return {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheets": [
                {
                    "name": sheet.name,
                    "hidden": sheet.hidden,
                    "hidden_columns": list(sheet.hidden_columns),
                    "cut": sheet.cut,
                    "rows": [
                        [
                            row.number,
                            list(row.texts),
                            {str(at): list(marks) for at, marks in row.marks.items()},
                            row.hidden,
                        ]
                        for row in sheet.rows
                    ],
                }
                for sheet in self.sheets
            ],
        }


def book_of(data: Mapping[str, Any]) -> Book:
    """The book that plain JSON describes."""
    return Book(
        encoding=data["encoding"],
        delimiter=data["delimiter"],
        sheets=[
            Sheet(
                name=sheet["name"],
                hidden=sheet["hidden"],
                hidden_columns=sheet["hidden_columns"],
                cut=sheet["cut"],
                rows=[
                    SheetRow(number, texts, {int(at): own for at, own in marks.items()}, hidden)
                    for number, texts, marks, hidden in sheet["rows"]
                ],
            )
            for sheet in data["sheets"]
        ],
    )
