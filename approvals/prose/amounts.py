"""Sums of money in prose, in all the ways that people write them. Pure rules.

Each is found with its place, its value in pounds and the rounding that it is written with. What could be read in two
ways has no value, and says why. A number that counts or names something else (5,000 walkers, paragraph 4.8, 2019/20,
10.30) is no sum of money.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from approvals.prose.figures import masked


@dataclass(frozen=True, slots=True)
class Typed:
    """Something that a person typed, and where: `text` stands in the prose from `start` to `end`.

    `value` is in pounds for money (None where it cannot be read, and then `why` says so) and a number for a count.
    `step` is what money is rounded to. `thing` is what a count counts: one of the things of `counts`, two where it can
    be either (`bids grants`), empty where the sentence does not say. `outcome` is what it says became of them.
    """

    text: str
    start: int
    end: int
    value: Decimal | None
    step: Decimal = Decimal(1)
    why: str = ""
    thing: str = ""
    outcome: str = ""

    def can_count(self, thing: str) -> bool:
        """Whether it can be a count of that thing."""
        return not self.thing or thing in self.thing.split()


# A figure with more digits than any budget has is no figure.
LONGEST = 20
COMMA = "has a comma in the wrong place"
SPACES = "has spaces where commas belong"
TWO_WAYS = "can be read in two ways"
TOO_LONG = "has more digits than any sum of money"
IN_WORDS = "is written in words, where a figure belongs, such as £0.95m"
FOREIGN = "is not in pounds"
FRACTION = "is written as a fraction, where a figure belongs, such as £0.5m"

_SMALL = re.findall(
    r"\w+",
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS: dict[str, int] = (
    {"one": 1, "dozen": 12, "hundred": 100}
    | {word: number for number, word in enumerate(_SMALL, start=2)}
    | {word: number * 10 for number, word in enumerate(_TENS, start=2)}
)
_ONES = "|".join(["one", *_SMALL[:8]])
_BELOW_100 = (
    rf"(?:{'|'.join(_TENS)})(?:[\s-](?:{_ONES}))?|a\sdozen|{'|'.join(sorted(_SMALL, key=len, reverse=True))}|one"
)
# A number in words, below ten thousand.
IN_LETTERS = rf"(?:a|{_BELOW_100})\s(?:hundred|thousand)(?:\sand\s(?:{_BELOW_100}))?|{_BELOW_100}"


def in_letters(words: str) -> int:
    """The value of a number written in letters: `thirty-nine`, `a hundred and six`, `twelve hundred`."""
    value = 0
    for part in re.split(r"[\s-]", words.casefold()):
        if part in ("hundred", "thousand", "dozen"):
            value = (value or 1) * {"hundred": 100, "thousand": 1000, "dozen": 12}[part]
        elif part not in ("a", "and"):
            value += WORDS[part]
    return value


_NUMBER = r"\d+(?:[.,]\d+)*|\.\d+"
_SCALES = {
    "k": 10**3, "grand": 10**3, "thousand": 10**3,
    "m": 10**6, "mn": 10**6, "mln": 10**6, "million": 10**6, "millions": 10**6,
    "bn": 10**9, "billion": 10**9, "billions": 10**9,
    "tn": 10**12, "trillion": 10**12,
}  # fmt: skip
_UNIT = rf"(?:{'|'.join(sorted(_SCALES, key=len, reverse=True))})\b"
_WITH_SIGN = re.compile(
    rf"(?:(?<![\w£)])(?P<minus>[-\u2212]))?(?P<currency>£|\bGBP|€|\$)\s{{0,3}}(?P<inner>[-\u2212])?"
    rf"(?P<number>\d{{1,3}}(?: \d{{3}})+(?![\d.,]*\d)|{_NUMBER})(?:\s?(?P<unit>{_UNIT}))?",
    re.IGNORECASE,
)
# The second end of a range that has its sign at the first: £30–50k, £30 to 50k.
_OTHER_END = re.compile(
    rf"(?P<dash>[-–—]|\sto\s)(?P<number>{_NUMBER})(?:\s?(?P<unit>{_UNIT}))?(?![\w%/])", re.IGNORECASE
)
_SAME_UNIT = re.compile(rf"\s?(?:[-–—]|to)\s?£\s?(?:{_NUMBER})\s?(?P<unit>{_UNIT})", re.IGNORECASE)
_HALF = re.compile(
    rf"(?:(?:£|GBP)\s?\d*|(?<![\w.,/])\d*)\s?(?:[½⅓⅔¼¾⅛]|(?<=[£\d\s])\d/\d)\s?{_UNIT}|£\s?\d*\s?[½⅓⅔¼¾⅛]|£\d/\d",
    re.IGNORECASE,
)
# Expenditure: 4100000.
_LABELLED = re.compile(
    r"\b(?:(?:allocation|allocated|amount|budget|committed|cost|expenditure|limit|spend|spent|sum|threshold"
    r"|total|underspend|unspent|value|worth)(?:\sof|\sis|\swas|\sare|\swere|\scomes\sto)?(?:\s?[:=])?"
    r"|(?:contract|grant)s?(?:\sof|\sis|\sare|\scomes?\sto|\s?[:=]))\s"
    r"(?P<number>\d{4,}(?:\.\d{1,2})?)(?![\w,/-]|\.\d)",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?<![\w£€$.,/:\-–])(?P<number>{_NUMBER})"
    rf"(?:(?P<pence>p\b|\spence\b)|(?P<letter>(?:k|m|mn|mln|bn|tn)\b)|\s(?P<unit>(?:thousand|million|billion|grand)\b))?"
    r"(?P<pounds>[\s-]?(?:pounds?|GBP|sterling|quid)\b)?",
    re.IGNORECASE,
)
_NUMERAL = rf"(?:{'|'.join(sorted(WORDS, key=len, reverse=True))})"
_LETTERS = re.compile(
    rf"\b(?:(?P<vague>(?:tens of |hundreds of )?(?:thousands|hundreds|millions|billions)\sof\spounds)"
    rf"|(?:(?:a\s)?(?:half|quarter|third|three[\s-]quarters)(?:\sof)?\sa|a|several"
    rf"|{_NUMERAL}(?:[\s-](?:and\s)?(?:a\shalf|{_NUMERAL})){{0,8}}?)"
    r"\s(?:(?:hundred\s)?(?:thousand|million|billion)|hundred)(?P<pounds>\s(?:of\s)?(?:pounds|quid)|(?<=hundred)\sgrand)?"
    rf"|{_NUMERAL}(?:[\s-]{_NUMERAL})?(?P<few>\spounds))\b",
    re.IGNORECASE,
)

# What can follow a sum that has no pound sign. Any other word is taken for what the number counts.
_AFTER_A_SUM = frozenset(
    re.findall(
        r"\w+",
        "a above across after again against all allocated already also altogether an and are as at available away be "
        "because been before below beside between beyond but by came can charged comes could cover covers did each "
        "either even every except for from further go goes had has have if in into is it its last leaves left less "
        "may might more must next nor not now of off on once only or out over overall paid pays per plus remain "
        "remaining remains respectively shall should since so spent still than that the their them then there these "
        "they this those though through thus to together too toward towards twice under unless unspent until was we "
        "went were when where whether which while will with within without would yet "
        # How a sum is spent, or how often.
        "annually yearly monthly quarterly annum pa lies goes stays unallocated underspent unspent "
        # A sum used as a word for what it is.
        "allocation award budget contract expenditure fund funding gap grant limit payment pot spend spending surplus "
        "threshold total underspend",
    )
)
# 329,000 behind one of these is no sum.
_OF_PEOPLE = re.compile(
    r"\b(?:attendance|attended|calls|children|crimes|footfall|households|incidents|members|offences|people|population|pupils"
    r"|residents|victims|visitors|visits)\b[^.;£]*$",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\s?([^\W\d_][\w’'-]*)(?:\s([^\W\d_]+))?")
_RUN_ON = re.compile(rf"\s?(?:[-–—]|to|or|and)\s?(?:{_NUMBER})(?:\s?{_UNIT})?", re.IGNORECASE)
_OF_OTHERS = {"them", "these", "those", "whom", "people"}


def level(prose: str) -> str:
    """The prose with every kind of space within a line as a plain one, each in its place.

    What has no width is a space too, so that no number can hide one.
    """
    return re.sub(r"[\u00a0\u00ad\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]", " ", prose)


def amounts(prose: str, taken: list[tuple[int, int]] | None = None) -> list[Typed]:
    """The sums of money of a text, in its order. `taken`: places of what is known to be something else."""
    plain = masked(level(prose))
    found: list[Typed] = []
    held = bytearray(len(plain))
    for start, end in taken or ():
        held[start:end] = b"\1" * (end - start)
    for typed in (*_halves(plain), *_with_sign(plain), *_labelled(plain), *_bare(plain), *_letters(plain)):
        if not any(held[typed.start : typed.end]):
            found.append(typed)
            held[typed.start : typed.end] = b"\1" * (typed.end - typed.start)
    return sorted(found, key=lambda typed: typed.start)


def _with_sign(plain: str) -> Iterator[Typed]:
    for found in _WITH_SIGN.finditer(plain):
        unit = found["unit"] or ""
        other = _other_end(plain, found.end()) if found["currency"] not in "€$" else None
        if not unit and len(found["number"]) <= 3:
            ahead = _SAME_UNIT.match(plain, found.end())
            unit = (other["unit"] if other else "") or (ahead["unit"] if ahead else "") or ""
        typed = _typed(plain, found.span(), found["number"], unit, minus=bool(found["minus"] or found["inner"]))
        if found["currency"] in "€$":
            typed = Typed(typed.text, typed.start, typed.end, None, why=FOREIGN)
        yield typed
        if other:
            yield _typed(plain, (other.start("number"), other.end()), other["number"], other["unit"] or unit)


def _halves(plain: str) -> Iterator[Typed]:
    for found in _HALF.finditer(plain):
        yield Typed(found[0].strip(), *found.span(), None, why=FRACTION)


def _labelled(plain: str) -> Iterator[Typed]:
    """A number without commas behind a word for a sum; a year is none."""
    for found in _LABELLED.finditer(plain):
        if not re.fullmatch(r"(?:19|20)\d\d", found["number"]) and _stands_alone(plain, found.end()):
            yield _typed(plain, found.span("number"), found["number"], "")


def _other_end(plain: str, at: int) -> re.Match[str] | None:
    other = _OTHER_END.match(plain, at)
    if other and other["dash"].strip() == "to":
        # £70,000 to 3 projects is no range; £30 to 50k and £30,000 to 50,000 are.
        summed = other["unit"] or ("," in other["number"] and _stands_alone(plain, other.end()))
        return other if summed else None
    return other


def _bare(plain: str) -> Iterator[Typed]:
    for found in _BARE.finditer(plain):
        number, unit = found["number"], found["unit"] or found["letter"] or ""
        if found["pence"]:
            if re.fullmatch(r"\d{1,3}", number):
                yield Typed(found[0], *found.span(), Decimal(number) / 100, Decimal("0.01"))
            continue
        if found["pounds"]:
            yield _typed(plain, found.span(), number, unit)
            continue
        grouped = re.fullmatch(r"\d+(?:,\d{3})+(?:\.\d+)?", number)
        metres = (found["letter"] or "").casefold() == "m" and re.fullmatch(r"\d{2,}|\d+(?:,\d{3})+", number)
        pence = re.fullmatch(r"\d{4,}\.\d\d", number)
        if grouped and not unit and _OF_PEOPLE.search(plain[max(found.start() - 80, 0) : found.start()]):
            continue
        if (grouped or unit or pence) and not metres and _stands_alone(plain, found.end()):
            yield _typed(plain, found.span(), number, unit)


def _letters(plain: str) -> Iterator[Typed]:
    for found in _LETTERS.finditer(plain):
        said = found["vague"] or found["pounds"] or found["few"]
        if said or (not found[0].casefold().endswith("hundred") and _stands_alone(plain, found.end())):
            yield Typed(found[0], *found.span(), None, why=IN_WORDS)


def _stands_alone(plain: str, at: int) -> bool:
    """Whether no word follows that the number could count."""
    while run_on := _RUN_ON.match(plain, at):
        at = run_on.end()
    if re.match(r"\s?/\s?(?:year|yr|month|quarter|week|annum)\b|\sp\.?\s?a\b", plain[at:], re.IGNORECASE):
        return True
    if re.match(r"\s?(?:%|per\s?cent)|[-/:]\w", plain[at:]):
        return False
    following = _NEXT.match(plain, at)
    if following is None:
        return True
    if following[1].casefold() == "of":
        return (following[2] or "").casefold() not in _OF_OTHERS
    return following[1].casefold() in _AFTER_A_SUM


def _typed(plain: str, span: tuple[int, int], number: str, unit: str, *, minus: bool = False) -> Typed:
    text = plain[span[0] : span[1]]
    why = _why_not(number, unit)
    if why:
        return Typed(text, *span, None, why=why)
    factor = _SCALES[unit.casefold()] if unit else 1
    value = Decimal(number.replace(",", "")) * factor
    step = Decimal(1).scaleb(-len(number.partition(".")[2])) * factor
    return Typed(text, *span, -value if minus else value, step)


def _why_not(number: str, unit: str) -> str:
    if " " in number:
        return SPACES
    if len(number) > LONGEST:
        return TOO_LONG
    if number.count(".") > 1 or re.search(r"\.\d*,", number):
        return TWO_WAYS
    if "," in number and not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", number):
        return COMMA
    if not unit and len(number.partition(".")[2]) > 2:
        return TWO_WAYS
    return ""
