"""Reading one cell: what it means for its column, or why it cannot be taken."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from bids.sheets.book import ERROR, PERCENT, UNCOMPUTED
from bids.sheets.columns import Column, Kind, plain

_YES_NO = {
    **dict.fromkeys(("yes", "y", "true", "1"), "yes"),
    **dict.fromkeys(("no", "n", "false", "0"), "no"),
}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTH_NAMES = {name.lower() for name in calendar.month_name if name} | {"sept"}
_ISO = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ].*)?", re.DOTALL)
_NUMBERS = re.compile(r"(?P<day>\d{1,2})\s*[-/. ]\s*(?P<month>\d{1,2})\s*[-/. ]\s*(?P<year>\d{4}|\d{2})(?:[T ]+\d.*)?")
_IN_WORDS = re.compile(
    r"(?:[a-z]+day,?\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s\-/.,]*(?P<month>[a-z]{3,9})\.?[\s\-/.,’']*(?P<year>\d{4}|\d{2})"
)
_MONTH_FIRST = re.compile(
    r"(?:[a-z]+day,?\s+)?(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
)
# A number that a spreadsheet cut down to the width of its column.
_POWER_OF_TEN = re.compile(r"\d+(?:[.,]\d+)?E[+-]\d+", re.IGNORECASE)
_LONG_DECIMALS = re.compile(r"(?<![\d.,])(?P<pounds>\d[\d,]*)(?P<decimals>\.\d{3,})(?!\d)")
# What a computation with floats leaves: under a thousandth of a penny.
_ARTEFACT = Decimal("0.00001")


def read(column: Column, text: str, marks: Sequence[str] = (), *, month_first: bool = False) -> tuple[str, str]:
    """Return what a cell means, in the words of the form, and why it is refused, empty if it is not."""
    text = text.strip()
    if UNCOMPUTED in marks:
        return (
            "",
            "It holds a formula without a value. Save the file in a spreadsheet program, or paste the value",
        )
    if ERROR in marks:
        return text, f"“{text}” is an error in the spreadsheet. Correct it in the file"
    if PERCENT in marks and column.kind in (Kind.MONEY, Kind.IDENTIFIER, Kind.DAY):
        return text, f"“{text}” is a percentage. Enter {_wanted(column)}"
    if not text:
        return "", ""
    match column.kind:
        case Kind.IDENTIFIER:
            return _identifier(column, " ".join(text.split()))
        case Kind.LINE:
            return " ".join(text.split("\n")), ""
        case Kind.MONEY | Kind.COSTS:
            return without_artefacts(text), ""
        case Kind.DAY:
            day = read_day(text, month_first=month_first)
            return (day.isoformat() if day else text), ""
        case Kind.YES_NO:
            answer = _YES_NO.get(plain(text), "")
            return (answer or text), "" if answer else f"“{text[:60]}” is neither yes nor no"
        case Kind.SUGGESTED:
            return column.by_name.get(plain(text), " ".join(text.split("\n"))), ""
        case Kind.CHOICE:
            code = column.by_name.get(plain(text), "")
            return (code or text), "" if code else _not_allowed(column, text)
        case Kind.CHOICES:
            return _choices(column, text)
    return text, ""


def _wanted(column: Column) -> str:
    return {Kind.MONEY: "an amount in pounds", Kind.DAY: "a date"}.get(column.kind, "the number in full")


def _identifier(column: Column, text: str) -> tuple[str, str]:
    if _POWER_OF_TEN.fullmatch(text):
        return (
            text,
            f"“{text}” is a number that the spreadsheet cut short. Format the column as text and enter it in full",
        )
    # Programs that keep every number with decimals write them into the file.
    return (text.removesuffix(".0") if re.fullmatch(r"\d+\.0", text) else text), ""


def _choices(column: Column, text: str) -> tuple[str, str]:
    if column.everything and plain(text) == plain(column.everything):
        return "; ".join(choice.code for choice in column.choices), ""
    by_name = column.by_name
    if plain(text) in by_name:
        return by_name[plain(text)], ""
    codes: dict[str, None] = {}
    for name in re.split(r"[;\n]", text):
        if not name.strip():
            continue
        # The ticks of a questionnaire come with commas between them, and a label may hold one.
        names = [name] if plain(name) in by_name else [part for part in name.split(",") if part.strip()]
        for part in names if all(plain(each) in by_name for each in names) else [name]:
            if column.outside and part.strip().casefold() in column.outside:
                return text, column.outside[part.strip().casefold()]
            if plain(part) not in by_name:
                return text, _not_allowed(column, part.strip())
            codes[by_name[plain(part)]] = None
    return "; ".join(codes), ""


def _not_allowed(column: Column, text: str) -> str:
    return f"“{text[:60]}” is not one of {column.of}. Allowed: {column.allowed}"


def read_day(text: str, *, month_first: bool = False) -> date | None:
    """Return the day that a text names, or None. `month_first` is how days in figures alone are read."""
    text = " ".join(text.split())
    if match := _ISO.fullmatch(text):
        year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    elif match := _NUMBERS.fullmatch(text):
        year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
        if month_first:
            month, day = day, month
    elif match := _IN_WORDS.fullmatch(text.lower()) or _MONTH_FIRST.fullmatch(text.lower()):
        if match["month"] not in _MONTHS and match["month"] not in _MONTH_NAMES:
            return None
        year, month, day = int(match["year"]), _MONTHS[match["month"][:3]], int(match["day"])
    else:
        return None
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def day_after_months(starts_on: str, months: str) -> str:
    """Return the last day of some months that begin on a day, as ISO text, or nothing if they cannot be read."""
    start = read_day(starts_on)
    if start is None or not re.fullmatch(r"\d{1,3}(\.0+)?", months) or not _whole(months):
        return ""
    year, month = divmod(start.month - 1 + _whole(months), 12)
    year, month = start.year + year, month + 1
    if year > date.max.year:
        return ""
    day = min(start.day, calendar.monthrange(year, month)[1])
    return (date(year, month, day) - timedelta(days=1)).isoformat()


def _whole(number: str) -> int:
    """The whole number of a text such as `12` or `12.0`."""
    return int(number.partition(".")[0])


def without_artefacts(text: str) -> str:
    """Return a text whose amounts are rounded to the penny where they differ from it by what floats leave behind."""

    def rounded(match: re.Match[str]) -> str:
        amount = Decimal(match["pounds"].replace(",", "") + match["decimals"])
        penny = amount.quantize(Decimal("0.01"))
        return f"{penny:f}" if abs(amount - penny) < _ARTEFACT else match[0]

    return _LONG_DECIMALS.sub(rounded, text)
