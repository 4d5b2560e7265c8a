"""Forms about a file: its sheet, its columns, and the rows that were left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from openpyxl.utils import get_column_letter

from bids.sheets import values
from bids.sheets.book import Book, Sheet
from bids.sheets.columns import HELPING, Column, Columns, Kind
from bids.sheets.encodings import ENCODINGS
from bids.sheets.mapping import Answers, missing, shown_headings
from grants.forms import Checkboxes, Form, Radios
from grants.layout import Piece, Section

# What differs from bid to bid cannot be given for all of them.
_OWN_OF_EACH = frozenset(
    {"your_reference", "title", "recipient", "register_number", "amount", "contact", "contact_email"}
    | {column.field for column in HELPING}
)
_NO_COLUMN = "Not in the file"


class SheetForm(Form):
    """Which sheet of a workbook holds the bids, and in which row its headings are."""

    sheet = forms.ChoiceField(label="Sheet with the bids", widget=Radios)
    header = forms.IntegerField(
        label="Row with the headings",
        required=False,
        min_value=1,
        max_value=1_048_576,
        help_text="The number of the row that names the columns. Leave it empty and the service looks for it.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-5"}),
    )

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.book = book
        field = self.fields["sheet"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(at), _sheet_name(sheet)) for at, sheet in enumerate(book.sheets) if sheet.rows]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("header") and data.get("sheet"):
            rows = self.book.sheets[int(data["sheet"])].rows
            if data["header"] not in {row.number for row in rows}:
                self.add_error("header", f"Row {data['header']} of that sheet is empty")
            elif data["header"] == rows[-1].number:
                self.add_error("header", f"There is nothing below row {data['header']}")
        return data


def _sheet_name(sheet: Sheet) -> str:
    rows = "1 row" if len(sheet.rows) == 1 else f"{len(sheet.rows):,} rows"
    return f"{sheet.name or 'The file'}: {'hidden, ' if sheet.hidden else ''}{rows}"


class ColumnsForm(Form):
    """For each field of a bid the column of the file that holds it, or a value for the rows without one."""

    month_first = forms.ChoiceField(
        label="How dates in figures are written",
        choices=[("", "Day first: 04/01/2027 is 4 January 2027"), ("yes", "Month first: 04/01/2027 is 1 April 2027")],
        required=False,
        widget=Radios,
    )

    def __init__(
        self,
        *args: Any,
        columns: Columns,
        sheet: Sheet,
        answers: Answers,
        encodings: Sequence[tuple[str, Sequence[str]]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.columns, self.answers = columns, answers
        options = [("", _NO_COLUMN), *_options(sheet, answers.header)]
        pieces: list[Piece] = []
        if len(encodings) > 1:
            self.fields["encoding"] = _encoding_field(encodings)
            pieces.append("encoding")
        for column in columns.by_field.values():
            name = f"column_{column.field}"
            initial = str(answers.columns[column.field]) if column.field in answers.columns else ""
            label = f"{column.label}: column"
            self.fields[name] = forms.ChoiceField(
                label=label, choices=options, required=False, initial=initial, help_text=column.hint
            )
            own: list[Piece] = [name]
            if column.field not in _OWN_OF_EACH:
                self.fields[f"value_{column.field}"] = _value_field(column, answers.defaults.get(column.field, ""))
                own.append(f"value_{column.field}")
            pieces.append(Section(column.label, *own))
        self.initial.setdefault("month_first", "yes" if answers.month_first else "")
        self.pieces = (*pieces, "month_first")

    def clean(self) -> dict[str, Any]:
        """Give the answers as `answers`, or say which field has neither a column nor a value that can be read."""
        data = super().clean() or self.cleaned_data
        chosen = {name: int(at) for name in self.columns.by_field if (at := data.get(f"column_{name}", ""))}
        defaults = {}
        for name, column in self.columns.by_field.items():
            default = data.get(f"value_{name}", "")
            text = "; ".join(default) if isinstance(default, list) else default.strip()
            if not text:
                continue
            defaults[name] = text
            # What names one cost for all rows has no amount yet.
            value, refusal = values.read(column, text)
            if refusal or (column.kind is Kind.DAY and not values.read_day(value)):
                self.add_error(f"value_{name}", refusal or f"“{text[:60]}” is no date. Enter one like 1 April 2027")
        answers = Answers(
            self.answers.sheet, self.answers.header, chosen, defaults, month_first=data.get("month_first") == "yes"
        )
        for name in missing(answers, self.columns):
            label = self.columns.by_field[name].label
            or_value = " or give a value for every row" if f"value_{name}" in self.fields else ""
            if f"value_{name}" not in self.errors:
                self.add_error(f"column_{name}", f"{label}: choose its column{or_value}")
        data["answers"] = answers
        return data


def _options(sheet: Sheet, header: int) -> list[tuple[str, str]]:
    """The columns of a file by their each with its heading and the first values below it."""
    options = []
    below = [row for row in sheet.rows if row.number > header]
    for at, heading in enumerate(shown_headings(sheet, header)):
        samples: dict[str, None] = {}
        for row in below:
            if text := " ".join(row.text(at).split()):
                samples[text[:30]] = None
            if len(samples) == 2:
                break
        if heading or samples:
            hidden = ", hidden" if at in sheet.hidden_columns else ""
            shown = f" ({', '.join(samples)})" if samples else " (empty)"
            options.append((str(at), f"{get_column_letter(at + 1)}{hidden}: {heading[:60] or 'no heading'}{shown}"))
    return options


def _encoding_field(encodings: Sequence[tuple[str, Sequence[str]]]) -> forms.Field:
    """The field for the encoding of a text file: each with how it shows some cells, the first as it was read."""
    return forms.ChoiceField(
        label="Which line shows the letters and signs of the file correctly",
        choices=[(name, f"{ENCODINGS[name]}: {' · '.join(samples)}") for name, samples in encodings],
        initial=encodings[0][0],
        widget=Radios,
        help_text="The first one is how the file was read.",
    )


def _value_field(column: Column, initial: str) -> forms.Field:
    """The field for a value that counts for all rows without one."""
    label = f"{column.label}: value for rows without one"
    choices = [(choice.code, choice.label) for choice in column.choices]
    match column.kind:
        case Kind.CHOICE:
            return forms.ChoiceField(label=label, choices=[("", "None"), *choices], required=False, initial=initial)
        case Kind.YES_NO:
            options = [("", "None"), ("yes", "Yes"), ("no", "No")]
            return forms.ChoiceField(label=label, choices=options, required=False, initial=initial)
        case Kind.CHOICES if not column.everything:
            ticked = [code.strip() for code in initial.split(";") if code.strip()]
            return forms.MultipleChoiceField(
                label=label, choices=choices, required=False, initial=ticked, widget=Checkboxes
            )
    hints = {
        Kind.COSTS: "A name without an amount, such as Whole amount, makes one cost of the whole amount.",
        Kind.DAY: "Such as 1 April 2027.",
        Kind.CHOICES: f"Names separated by semicolons, or {column.everything}.",
    }
    return forms.CharField(
        label=label, required=False, max_length=2000, initial=initial, help_text=hints.get(column.kind, "")
    )


class LeftOutForm(Form):
    """Which of the rows that were left out come in after all."""

    rows = forms.MultipleChoiceField(
        label="Rows to bring in",
        required=False,
        widget=Checkboxes,
        help_text="A row that you do not select stays out.",
    )

    def __init__(self, *args: Any, rows: list[tuple[int, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rows"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(number), f"Row {number}, {why.lower()}: {holds}") for number, why, holds in rows]
