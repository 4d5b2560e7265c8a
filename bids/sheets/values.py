"""Reading one cell: what it means for its column, or why it cannot be taken."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from bids.sheets.book import ERROR, FALSE, MERGED, PERCENT, TRUE, UNCOMPUTED
from bids.sheets.columns import Column, Kind, plain

_YES_NO = {
    **dict.fromkeys(("yes", "y", "1", "1.0", *TRUE), "yes"),
    **dict.fromkeys(("no", "n", "0", "0.0", *FALSE), "no"),
}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTH_NAMES = {name.lower() for name in calendar.month_name if name} | {"sept"}
# A weekday in full or cut short. It is not compared with the date.
_WEEKDAY = r"(?:(?:[a-z]+day|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\.?,?\s+)?"
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[\s\-/.,]+(?P<month>[a-z]{3,9})\.?[\s\-/.,]+(?P<day>\d{1,2})(?:st|nd|rd|th)?")
_TOGETHER = re.compile(r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)")
_ISO = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ].*)?", re.DOTALL)
_NUMBERS = re.compile(r"(?P<day>\d{1,2})\s*[-/. ]\s*(?P<month>\d{1,2})\s*[-/. ]\s*(?P<year>\d{4}|\d{2})(?:[T ]+\d.*)?")
_IN_WORDS = re.compile(
    _WEEKDAY
    + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s\-/.,]*(?P<month>[a-z]{3,9})\.?[\s\-/.,’']*(?P<year>\d{4}|\d{2})"
)
_MONTH_FIRST = re.compile(_WEEKDAY + r"(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})")
_WITH_WORDS = (_IN_WORDS, _MONTH_FIRST, _YEAR_FIRST)
# A number that a spreadsheet cut down to the width of its column.
_POWER_OF_TEN = re.compile(r"\d+(?:[.,]\d+)?E[+-]\d+", re.IGNORECASE)
# Three decimals may be thousands, as a full stop parts them elsewhere: 49.200.
_LONG_DECIMALS = re.compile(r"(?<![\d.,])(?P<pounds>\d[\d,]*)(?P<decimals>\.\d{4,})(?!\d)")
# Thousands that are parted by spaces, broken or not, at the end of a cell or of a cost: 49 200.50.
_SPACED = re.compile(r"(?<![^\s:£])\d{1,3}(?:\s\d{3})+(?=(?:\.\d+)?\s*(?:[;\n]|$))")
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
    if MERGED in marks and column.kind in (Kind.MONEY, Kind.COSTS):
        return text, f"“{text[:60]}” stands in a cell that spans several rows. Enter what each of them asks for"
    match column.kind:
        case Kind.IDENTIFIER:
            return _identifier(column, " ".join(text.split()))
        case Kind.LINE:
            return " ".join(text.split("\n")), ""
        case Kind.MONEY | Kind.COSTS:
            return without_artefacts(_without_spaces(text, column.kind)), ""
        case Kind.DAY:
            day = read_day(text, month_first=month_first)
            return (day.isoformat() if day else text), "" if day else _no_day(text, month_first=month_first)
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
    return (text.partition(".")[0] if re.fullmatch(r"\d+\.0+", text) else text), ""


def _without_spaces(text: str, kind: Kind) -> str:
    """An amount without the spaces between its thousands. In a list of costs each amount follows a colon."""
    if kind is Kind.COSTS:
        return re.sub(r":[^:;\n]*", lambda part: _without_spaces(part[0], Kind.MONEY), text)
    return _SPACED.sub(lambda amount: re.sub(r"\s", "", amount[0]), text)


def _no_day(text: str, *, month_first: bool) -> str:
    """Why a text is no day, with what it may be where that can be told."""
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text, re.ASCII):
        day = date(1899, 12, 30) + timedelta(days=int(text[:5]))
        return f"“{text}” is a number, which may stand for {day:%-d %B %Y}. Format the column as dates"
    if read_day(text, month_first=not month_first):
        first = "month" if month_first else "day"
        return f"“{text[:60]}” is no date with the {first} first. Say how dates are written on the page of the columns"
    return f"“{text[:60]}” is no date. Enter one like 1 April 2027"


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
    if match := _ISO.fullmatch(text) or _TOGETHER.fullmatch(text):
        month, day = int(match["month"]), int(match["day"])
    elif match := _NUMBERS.fullmatch(text):
        month, day = int(match["month"]), int(match["day"])
        if month_first:
            month, day = day, month
    elif match := next(filter(None, (shape.fullmatch(text.lower()) for shape in _WITH_WORDS)), None):
        if match["month"] not in _MONTHS and match["month"] not in _MONTH_NAMES:
            return None
        month, day = _MONTHS[match["month"][:3]], int(match["day"])
    else:
        return None
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    try:
        return date(year, month, day)
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
