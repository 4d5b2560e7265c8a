"""Numbers as the cells of a workbook show them, as far as it matters who reads them: zeros in front, letters around."""

import re
from decimal import Decimal

# The parts of a format: quoted text, an escaped character, a space of some width, a fill, a bracket, any other one.
_PARTS = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]|(.)', re.DOTALL)
_GENERAL = frozenset({"", "General", "@"})
_OTHER_CURRENCY = re.compile(
    r"[^\W\d_]?[$€¥₹₺₽₴₪₦₩฿₫]|\b(?:EUR|USD|CHF|PLN|RON|TRY|JPY|INR|AUD|CAD|NOK|SEK|DKK|zł|kr)\b"
)


def plain(value: int | float) -> str:
    """Return a number without an exponent. A workbook keeps floats; their shortest spelling is what was typed."""
    return format(Decimal(repr(value)).normalize(), "f") if isinstance(value, float) else str(value)


def shown(value: int | float, number_format: str) -> str:
    """Return a number as its cell shows it where the format adds zeros or text, else the number itself.

    A cell 234567 under the format 00000000 shows 00234567. Thousands, decimals and currencies do not change a number.
    """
    if number_format in _GENERAL or value != int(value):
        return plain(value)
    parts = [
        (match[1] if match[1] is not None else match[2], match[3])
        for match in _PARTS.finditer(_section(value, number_format))
    ]
    letters = "".join(letter or "" for _, letter in parts)
    if not re.search("[0#?]", letters) or re.search(r"[.,%@dmyhsEe/]", letters):
        return plain(value)
    places = len(re.findall("[0#?]", letters))
    digits = str(abs(int(value))).rjust(letters.count("0"), "0")
    # Digits beyond the places of the format stand in front of the first of them.
    places_left, shown_text = places, "" if value >= 0 or ";" in number_format else "-"
    for literal, letter in parts:
        if literal is not None:
            shown_text += literal
        elif letter and letter in "0#?":
            start = 0 if places_left == places else max(0, len(digits) - places_left)
            shown_text += digits[start : max(0, len(digits) - places_left + 1)]
            places_left -= 1
        elif letter:
            shown_text += letter
    return shown_text.strip()


def currency(number_format: str) -> str:
    """Return the sign of another currency than pounds in which cells of this format are shown, or an empty text."""
    if number_format in _GENERAL:
        return ""
    shown_text = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r'"\1"', number_format)
    literal = "".join(match[1] or match[2] or match[3] or "" for match in _PARTS.finditer(shown_text))
    sign = _OTHER_CURRENCY.search(literal)
    return sign[0] if sign else ""


def is_percent(number_format: str) -> bool:
    """Whether a cell of this format shows a percentage."""
    return any(match[3] == "%" for match in _PARTS.finditer(number_format))


def is_scientific(number_format: str) -> bool:
    """Whether a cell of this format shows a power of ten, such as 1.23E+07."""
    letters = "".join(match[3] or "" for match in _PARTS.finditer(number_format))
    return bool(re.search(r"[0#?]E[+-]", letters, re.IGNORECASE))


def scientific(value: int | float, number_format: str) -> str:
    """Return a number as a power of ten with the decimals of its format; a cell without a format shows five."""
    decimals = re.search(r"(?:\.([0#?]*))?E", number_format if number_format not in _GENERAL else ".00000E", re.I)
    number, _, power = f"{Decimal(repr(value)):.{len(decimals[1] or '') if decimals else 0}E}".partition("E")
    return f"{number}E{power[0]}{power[1:].zfill(2)}"


def _section(value: int | float, number_format: str) -> str:
    """The part of a format that holds for this number: above zero, below zero or zero."""
    sections = number_format.split(";")
    if value < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if value == 0 and len(sections) > 2 else sections[0]
