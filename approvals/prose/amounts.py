"""Sums of money in prose, in all the ways that people write them. Pure rules.

Each sum is returned with its place, its value in pounds and the rounding that it is written with. A sum that could be
read in two ways has no value, and its `why` gives the reason. A number that counts or names something else (5,000
walkers, paragraph 4.8, 2019/20, 10.30) is not a sum of money.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from approvals.prose.figures import masked


@dataclass(frozen=True, slots=True)
class Mention:
    """A sum, count, share or claim as it is written in a text: `text` runs from `start` to `end` of the prose.

    `value` is pounds for money, a number for a count and per cent for a share; None where it cannot be read, and then
    `why` gives the reason. `step` is what money is rounded to, in pounds. `thing` is what a count counts: one of
    `counts.THINGS`, two where it can be either (`bids grants`), empty where the sentence leaves it open. `outcome` is
    what the sentence says happened to them.
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
        """Whether this can be a count of `thing`."""
        return not self.thing or thing in self.thing.split()


# No budget has more digits than this, so a longer number is not read as a sum.
LONGEST = 20
COMMA = "has a comma in the wrong place"
SPACES = "has spaces where it needs commas"
TWO_WAYS = "can be read in two ways"
TOO_LONG = "has too many digits for a sum of money"
IN_WORDS = "is written in words and has to be in figures, such as £0.95m"
FOREIGN = "is not in pounds"
FRACTION = "is written as a fraction and has to be in decimals, such as £0.5m"

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
    """Return the value of a number written in letters: `thirty-nine`, `a hundred and six`, `twelve hundred`."""
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

# The words that can follow a sum without a pound sign. Any other word is taken to be what the number counts.
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
        # Nouns that follow a sum and describe it, as in “a 50,000 limit”.
        "allocation award budget contract expenditure fund funding gap grant limit payment pot spend spending surplus "
        "threshold total underspend",
    )
)
# After one of these words 329,000 is a number of people or events, not a sum.
_OF_PEOPLE = re.compile(
    r"\b(?:attendance|attended|calls|children|crimes|footfall|households|incidents|members|offences|people|population|pupils"
    r"|residents|victims|visitors|visits)\b[^.;£]*$",
    re.IGNORECASE,
)
_NEXT = re.compile(r"[^\S\n]?([^\W\d_][\w’'-]*)(?:\s([^\W\d_]+))?")
_RUN_ON = re.compile(rf"\s?(?:[-–—]|to|or|and)\s?(?:{_NUMBER})(?:\s?{_UNIT})?", re.IGNORECASE)
_OF_OTHERS = {"them", "these", "those", "whom", "people"}


def level(prose: str) -> str:
    """Return the prose with every kind of space within a line replaced by a plain one; no character moves.

    Characters of no width become spaces too, so that they cannot hide inside a number.
    """
    return re.sub(r"[\u00a0\u00ad\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]", " ", prose)


def amounts(prose: str, taken: list[tuple[int, int]] | None = None) -> list[Mention]:
    """Return the sums of money in a text, in its order.

    `taken` lists the places, as start and end, of what is already known to be something else.
    """
    plain = masked(level(prose))
    sums: list[Mention] = []
    covered = bytearray(len(plain))
    for start, end in taken or ():
        covered[start:end] = b"\1" * (end - start)
    for mention in (*_halves(plain), *_with_sign(plain), *_labelled(plain), *_bare(plain), *_letters(plain)):
        if not any(covered[mention.start : mention.end]):
            sums.append(mention)
            covered[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
    return sorted(sums, key=lambda mention: mention.start)


def _with_sign(plain: str) -> Iterator[Mention]:
    for match in _WITH_SIGN.finditer(plain):
        unit = match["unit"] or ""
        other = _other_end(plain, match.end()) if match["currency"] not in "€$" else None
        if not unit and len(match["number"]) <= 3:
            ahead = _SAME_UNIT.match(plain, match.end())
            unit = (other["unit"] if other else "") or (ahead["unit"] if ahead else "") or ""
        mention = _mention(plain, match.span(), match["number"], unit, minus=bool(match["minus"] or match["inner"]))
        if match["currency"] in "€$":
            mention = Mention(mention.text, mention.start, mention.end, None, why=FOREIGN)
        yield mention
        if other:
            yield _mention(plain, (other.start("number"), other.end()), other["number"], other["unit"] or unit)


def _halves(plain: str) -> Iterator[Mention]:
    for match in _HALF.finditer(plain):
        yield Mention(match[0].strip(), *match.span(), None, why=FRACTION)


def _labelled(plain: str) -> Iterator[Mention]:
    """Yield each number without commas that follows a word for a sum; a year is not a sum."""
    for match in _LABELLED.finditer(plain):
        if not re.fullmatch(r"(?:19|20)\d\d", match["number"]) and _counts_nothing(plain, match.end()):
            yield _mention(plain, match.span("number"), match["number"], "")


def _other_end(plain: str, at: int) -> re.Match[str] | None:
    other = _OTHER_END.match(plain, at)
    if other and other["dash"].strip() == "to":
        # “£70,000 to 3 projects” is not a range; “£30 to 50k” and “£30,000 to 50,000” are.
        summed = other["unit"] or ("," in other["number"] and _counts_nothing(plain, other.end()))
        return other if summed else None
    return other


def _bare(plain: str) -> Iterator[Mention]:
    for match in _BARE.finditer(plain):
        number, unit = match["number"], match["unit"] or match["letter"] or ""
        if match["pence"]:
            if re.fullmatch(r"\d{1,3}", number):
                yield Mention(match[0], *match.span(), Decimal(number) / 100, Decimal("0.01"))
            continue
        if match["pounds"]:
            yield _mention(plain, match.span(), number, unit)
            continue
        grouped = re.fullmatch(r"\d+(?:,\d{3})+(?:\.\d+)?", number)
        metres = (match["letter"] or "").casefold() == "m" and re.fullmatch(r"\d{2,}|\d+(?:,\d{3})+", number)
        pence = re.fullmatch(r"\d{4,}\.\d\d", number)
        if grouped and not unit and _OF_PEOPLE.search(plain[max(match.start() - 80, 0) : match.start()]):
            continue
        if (grouped or unit or pence) and not metres and _counts_nothing(plain, match.end()):
            yield _mention(plain, match.span(), number, unit)


def _letters(plain: str) -> Iterator[Mention]:
    for match in _LETTERS.finditer(plain):
        names_pounds = match["vague"] or match["pounds"] or match["few"]
        if names_pounds or (not match[0].casefold().endswith("hundred") and _counts_nothing(plain, match.end())):
            yield Mention(match[0], *match.span(), None, why=IN_WORDS)


def _counts_nothing(plain: str, at: int) -> bool:
    """Whether the next word is not something that the number could count, so that the number can be a sum."""
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


def _mention(plain: str, span: tuple[int, int], number: str, unit: str, *, minus: bool = False) -> Mention:
    text = plain[span[0] : span[1]]
    why = _why_not(number, unit)
    if why:
        return Mention(text, *span, None, why=why)
    factor = _SCALES[unit.casefold()] if unit else 1
    value = Decimal(number.replace(",", "")) * factor
    step = Decimal(1).scaleb(-len(number.partition(".")[2])) * factor
    return Mention(text, *span, -value if minus else value, step)


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
