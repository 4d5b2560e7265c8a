"""The shapes of numbers in public registers, and the one place that brings a typed number into its shape. Pure rules.

Sources: the registers themselves, and the lists of https://org-id.guide/ for the prefix under which a number is
published.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Register(StrEnum):
    """The public registers, by the values that are stored and that a spreadsheet holds."""

    CHARITY = "charity"
    SCOTTISH_CHARITY = "scottish charity"
    NI_CHARITY = "northern irish charity"
    COMPANY = "company"
    MUTUAL = "mutual"
    AUTHORITY = "local authority"
    EDUCATION = "education"
    NOT_STATED = "not stated"


class NotANumber(ValueError):
    """The text is no number of this register. The message says what one looks like."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A register: what a sentence calls its number, what one looks like, a rule that reads it, how it is published."""

    called: str
    looks_like: str
    read: Callable[[str], str | None]
    published: Callable[[str], str]


# The first letters of the numbers that Companies House gives, which says what each stands for. Digits alone are
# companies of England and Wales.
_COMPANY = re.compile(
    "(AC|BR|CE|CS|EN|ES|FC|FE|GE|GN|GS|IC|IP|LP|NA|NC|NF|NI|NL|NO|NP|NR|NV|NZ|OC|OE|PC|R|RC|RO|RS|SA|SC|SE|SF|SG|SI|SL"
    "|SO|SP|SR|SZ|UN|ZC)?([0-9]{1,8})(R?)"
)
_NOISE = re.compile(
    r"^(?:(?:THE|REG|REGD|REGISTERED|CHARITY|COMPANY|SOCIETY|NUMBER|NUM|NO|NR|IN|OF)[.:#\s]+)+(?=[A-Z]*\d)"
)
_SCHEME = re.compile(r"^GB-(?:CHC|SC|NIC|COH|MPR|LAE|LAS|LAW|EDU|UKPRN)-")


def _charity(text: str) -> str | None:
    # Numbers have six or seven digits today; demonstrations use eight, which nobody holds.
    return text.lstrip("0") if re.fullmatch(r"0*[1-9]\d{5,7}", text) else None


def _prefixed(prefix: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        match = re.fullmatch(rf"(?:{prefix})?(\d{{3,6}})", text)
        return f"{prefix}{match[1]:0>6}" if match and match[1].strip("0") else None

    return read


def _company(text: str) -> str | None:
    match = _COMPANY.fullmatch(text)
    if not match or not match[2].strip("0"):
        return None
    prefix, digits, last = match[1] or "", match[2], match[3]
    if not prefix and (last or len(digits) < 4):
        return None
    whole = f"{prefix}{digits:0>{8 - len(prefix) - len(last)}}{last}"
    return whole if len(whole) == 8 else None


def _mutual(text: str) -> str | None:
    # The register of companies writes the number of an older society with two letters in front.
    match = re.fullmatch(r"(?:IP|SP|NP)?0*([1-9]\d{2,5}R?)|(RS)0*([1-9]\d{2,5})", text)
    if not match:
        return None
    return match[1] or f"RS{match[3]:0>6}"


def _authority(text: str) -> str | None:
    # Three letters are as often what stands where a number is missing.
    missing = {"TBA", "TBC", "TBD", "NIL", "NON", "XXX", "ZZZ"}
    return text if re.fullmatch(r"[A-Z]{3}|[ENSW]\d{8}", text) and text not in missing else None


def _education(text: str) -> str | None:
    return text if re.fullmatch(r"[1-9]\d{5}|1\d{7}", text) else None


SHAPES: dict[Register, Shape] = {
    Register.CHARITY: Shape("charity number", "6 to 8 digits, like 1234567", _charity, "GB-CHC-{}".format),
    Register.SCOTTISH_CHARITY: Shape(
        "Scottish charity number", "SC and 6 digits, like SC012345", _prefixed("SC"), "GB-SC-{}".format
    ),
    Register.NI_CHARITY: Shape(
        "Northern Ireland charity number",
        "NIC and 6 digits, like NIC100123",
        _prefixed("NIC"),
        lambda number: f"GB-NIC-{number[3:]}",
    ),
    Register.COMPANY: Shape(
        "company number",
        "8 characters, like 01234567 or SC123456; zeros at the front may be missing",
        _company,
        "GB-COH-{}".format,
    ),
    Register.MUTUAL: Shape(
        "mutual society number",
        "up to 6 digits, with an R or RS where the society has one",
        _mutual,
        "GB-MPR-{}".format,
    ),
    Register.AUTHORITY: Shape(
        "local authority code",
        "3 letters, like CMD, or a code of the Office for National Statistics, like E09000007",
        _authority,
        # The list of English authorities knows three capitals and no other code.
        lambda number: f"GB-LAE-{number}" if len(number) == 3 else "",
    ),
    Register.EDUCATION: Shape(
        "school or provider number",
        "6 digits for a school, or 8 digits for another provider",
        _education,
        lambda number: f"GB-EDU-{number}" if len(number) == 6 else f"GB-UKPRN-{number}",
    ),
}
# One word is used for the charities of all three, and the number says which register it is: its letters do, and the
# register of England and Wales began at 200000.
_OTHER_CHARITIES = {r"SC\d+": Register.SCOTTISH_CHARITY, r"NIC\d+|10\d{4}": Register.NI_CHARITY}


def normal(register: str, text: str) -> tuple[Register, str]:
    """Return the register and the number in the one spelling by which it is stored, compared and published.

    Spaces, case, forms of digits, zeros lost at the front and a label such as `No.` change nothing. The number of a
    charity says whether it is in the Scottish or the Northern Irish register.

    Raises NotANumber where the text is no number of the register.
    """
    typed = Register(register)
    cleaned = _cleaned(text)
    if typed is Register.CHARITY:
        typed = next((own for shape, own in _OTHER_CHARITIES.items() if re.fullmatch(shape, cleaned)), typed)
    shape = SHAPES.get(typed)
    if shape is None:
        raise NotANumber("Say which register the number is in")
    number = shape.read(cleaned)
    if number is None:
        raise NotANumber(f"“{text.strip()[:40]}” is not a number of this register, which has {shape.looks_like}")
    return typed, number


def _cleaned(text: str) -> str:
    figures = "".join(_figure(letter) for letter in unicodedata.normalize("NFKC", text))
    spelled = _SCHEME.sub("", re.sub(r"\s+", " ", figures).strip().upper())
    bare = _NOISE.sub("", spelled)
    return re.sub(r"(?<=[A-Z])-(?=\d)", "", re.sub(r"\s", "", bare))


def _figure(letter: str) -> str:
    """A digit of any script as the one that everybody types, nothing for what is invisible."""
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    return "" if unicodedata.category(letter) == "Cf" else letter


def called(register: str, number: str) -> str:
    """Return a number as a sentence names it, like `charity number 1234567`."""
    return f"{SHAPES[Register(register)].called} {number}"


def identifier(register: str, number: str) -> str:
    """Return the identifier of a body in the list of its register, like `GB-CHC-1234567`.

    Empty where no list has this number, as for a body without a register.
    """
    try:
        own, spelled = normal(register, number)
    except ValueError:
        return ""
    return SHAPES[own].published(spelled)
