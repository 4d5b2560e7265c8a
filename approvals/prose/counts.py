"""Counts in prose, such as “39 grants”, “the 13 internal bids” or “thirty were rejected”. Pure rules.

Only grants, bids, projects, recipients, rows, contracts and boroughs or districts are counted; seven criteria or two
years are not checked. A number without such a noun (11 were, 28 of them) belongs to what was counted last; where that
was something else, such as 120 young people, it is not checked. Where a sentence says what happened to bids (30 were
rejected), the number is of those bids alone. The word one is read only in such a sentence, since elsewhere it seldom
counts.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

from approvals.prose.amounts import IN_LETTERS, Mention, in_letters, level
from approvals.prose.deciders import DECIDERS
from approvals.prose.figures import MASK, Figures, masked, references

THINGS: Mapping[str, str] = {
    "grant": "grants", "award": "grants", "lot": "grants",
    "bid": "bids", "application": "bids",
    "project": "projects", "recipient": "recipients", "organisation": "recipients", "row": "rows",
    "contract": "contracts", "borough": "boroughs", "district": "districts",
}  # fmt: skip

# Words that cannot stand between a number and what it counts.
_STOPS = frozenset(
    re.findall(
        r"\w+",
        "a about after against also among an and are as at be been before below between but by came can children come "
        "did do does each for from go goes going had has have if in into is it its may more must not of on or other "
        "our out over paid people per pounds shall should since so such than that the their them then there these "
        "they this those through to under until was went were when where which while who whom whose will with within "
        "without would year years month months week weeks day days hour hours minute minutes time times page pages "
        "percent january february march april june july august september october november december hundred thousand "
        "million billion",
    )
)
# A later number never refers back to a measure of time.
_TIME = re.compile(r"(?:year|month|week|day|hour|minute|time)s?")
# A number after one of these words names a place or a thing, and counts nothing.
_NAMES = (
    r"(?:annex|appendix|appendices|article|band|chapter|clause|form|grade|item|level|no|number|page|paragraph|para|part"
    r"|phase|query|recommendation|reg|regulation|round|rule|schedule|section|stage|table|tier|version|ward|zone)e?s?\.?"
)
_NAMED = re.compile(rf"\b{_NAMES}\s(?:[\d.()a-z]{{1,9}}(?:,\s|\sand\s|\sor\s|\sto\s|[-–]))*$", re.IGNORECASE)
_AGED = re.compile(r"\b(?:aged?|under|over|below|above|between)\s(?:\d+\s(?:to|and)\s)?$", re.IGNORECASE)
_NUMBER = re.compile(
    rf"(?<![\w.,/:£€$])(?:(?P<digits>\d{{1,3}}(?:,\d{{3}}){{1,2}}|\d{{1,9}})|(?P<letters>\b(?:{IN_LETTERS}))"
    rf"|(?P<figure>(?<!{MASK}){MASK}+))"
    r"(?![\w£]|[.,:/]\d|[-–/]\w|\s?%|\sper\s?cent)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\s([^\W\d_][\w’'-]*)")
_YEAR = r"(?:19|20)\d\d"
_FIRST = re.compile(
    rf"(?<![\w.,/:£€$])(?P<number>\d{{1,9}}|\b(?:{IN_LETTERS}))"
    r"(?:\sof\s(?:the|our|these|those|all)\s(?:the\s)?|\sand\s|\sor\s|\sto\s|[-–])$",
    re.IGNORECASE,
)
_OF = re.compile(r"\sof\s(?:the|our|these|those|all|all the)(?=\s)", re.IGNORECASE)
_OF_THEM = re.compile(r"\sof\s(?:them|these|those|which)\b", re.IGNORECASE)
_VERB = re.compile(
    r"[ ](?:were|was|are|is|have|had|went|need|remain|rejected|approved|refused|redirected|recommended|delegated"
    r"|deferred|internal)\b",
    re.IGNORECASE,
)
# “Bids received: 83”, “Grants (39)”.
_LABELLED = re.compile(
    rf"\b(?P<noun>{'|'.join(THINGS)})s\b(?:\s[^\W\d_][\w’'-]*){{0,3}}?(?:\s?[:=]\s?|\s\()"
    rf"(?P<number>\d{{1,3}}(?:,\d{{3}}){{1,2}}|\d{{1,9}}|(?:{IN_LETTERS})\b|{MASK}+)(?=\s*(?:[.;,)](?!\d)|\n|$))",
    re.IGNORECASE,
)
# What a sentence says happened to bids, and the word for it in the name of a figure.
_OUTCOMES = {
    "not rejected": "not rejected", "rejected": "rejected", "unsuccessful": "rejected", "turned down": "rejected",
    "declined": "rejected", "internal": "internal", "redirected": "redirected", "refused": "refused",
    "received a grant": "given a grant", "received funding": "given a grant", "got a grant": "given a grant",
    "funded": "given a grant", "received": "received", "successful": "given a grant", "given a grant": "given a grant",
    "awarded a grant": "given a grant", "failed": "rejected",
    "recommended for funding": "given a grant", "recommended for a grant": "given a grant",
}  # fmt: skip
# What a sentence says about grants, and the level that approves them.
_LEVELS = {
    "below the threshold": "below", "under delegation": "below", "delegated": "below", "above the threshold": "above",
    "for decision": "above",
    **{f"{verb} the {who}": "above" for verb in ("for", "need") for who in DECIDERS},
    "paid before approval": "early", "paid early": "early",
}  # fmt: skip
_LEVEL_BEFORE = re.compile(
    r"\b(?:(?P<above>asked\sto\sapprove|appendix\s1\s(?:sets\sout|lists|has|holds|shows))"
    r"|(?P<below>appendix\s2\s(?:sets\sout|lists|has|holds|shows)))\s(?:the\s)?$",
    re.IGNORECASE,
)
_ALL_OR_NONE = re.compile(
    r"\b(?P<none>no|none\sof\sthe|not\sone\sof\sthe)\sbids\b|\b(?P<all>all(?:\sof)?(?:\sthe)?\sbids|every\sbid)\b",
    re.IGNORECASE,
)
_OUTCOME_BEFORE = re.compile(
    r"\b(?P<word>rejected|refused|received|turned\sdown|declined)\s(?:the\s|some\s|about\s)?$", re.IGNORECASE
)
_OUTCOME = re.compile(
    r"(?:[ ](?:that|which))?(?:[ ](?:were|was|are|is|have[ ]been|had[ ]been))?(?:[ ][a-z]+ly)?"
    rf"[ ](?P<word>{'|'.join(_OUTCOMES)})\b",
    re.IGNORECASE,
)
_LEVEL = re.compile(rf"(?:[ ](?:were|are|was|is))?(?:[ ]approved)?[ ](?P<word>{'|'.join(_LEVELS)})\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?](?=\s|$)|\n\s*\n")


@lru_cache(maxsize=4)
def _ends(prose: str) -> tuple[int, ...]:
    return (*(stop.end() for stop in _SENTENCE.finditer(prose)), len(prose))


def sentence(prose: str, at: int) -> tuple[int, int]:
    """Return where the sentence around a place begins and ends."""
    ends = _ends(prose)
    place = bisect_right(ends, at)
    return ends[place - 1] if place else 0, ends[min(place, len(ends) - 1)]


def counts(prose: str, figures: Figures) -> list[Mention]:
    """Return the counts in a text, in its order.

    A reference to a count is among them where a noun follows it, so that “{number of grants} projects” is caught.
    """
    plain = masked(level(prose))
    named = {start: figures.get(name) for name, start, _ in references(prose)}
    numbers = [*_labelled(prose, plain, named), *_all_or_none(prose, plain, figures)]
    held = {place for mention in numbers for place in range(mention.start, mention.end)}
    # Where the last count ended, and which of our things it counted.
    last = (-1, "any")
    for number in _NUMBER.finditer(plain):
        value = _value(number, named)
        if value is None or number.start() in held or _is_a_name(plain, number):
            continue
        thing, end = _counted(plain, number.end(), value)
        is_one = value == 1 and not number["figure"] and not (number["digits"] and _is_a_figure(thing, figures))
        if thing in THINGS.values():
            outcome = ""
            if thing in ("bids", "grants"):
                outcome = _outcome(plain, number, end) if thing == "bids" else _level(plain, number, end)
            if not is_one or (outcome and thing == "bids"):
                numbers += _before(plain, number.start(), thing)
                numbers.append(_mention(prose, number.start(), end, value, thing, outcome))
            last = (number.end(), thing)
        elif thing == "time":
            continue
        elif refers := _OF_THEM.match(plain, number.end()) or _VERB.match(plain, number.end()):
            of_them = refers.re is _OF_THEM
            begins = sentence(plain, number.start())[0]
            if not of_them:
                begins = sentence(plain, max(begins - 2, 0))[0]
            known = last[1] if last[0] > begins else "" if of_them else "any"
            outcome = _outcome(plain, number, number.end())
            known = known or ("bids" if outcome else "")
            mention = not number["figure"] or outcome
            if (
                known
                and mention
                and not (is_one and not outcome)
                and not _AGED.search(plain[max(number.start() - 40, 0) : number.start()])
            ):
                numbers.append(_mention(prose, number.start(), refers.end(), value, _can_be(known, outcome), outcome))
        elif not number["figure"]:
            last = (number.end(), "")
    return sorted(numbers, key=lambda mention: mention.start)


def _is_a_figure(thing: str, figures: Figures) -> bool:
    """Whether some figure counts one such thing, so that “1 contract” is a count; “1 grant of £70,000” is not."""
    return any(figure.count == 1 and figure.thing == thing for figure in figures.values())


def _labelled(prose: str, plain: str, named: Mapping[int, object]) -> Iterator[Mention]:
    """Yield the counts that follow their label, such as “Bids received: 83”."""
    for label in _LABELLED.finditer(plain):
        text, thing = label["number"], THINGS[label["noun"].casefold()]
        if re.fullmatch(_YEAR, text) or (thing == "rows" and ":" not in label[0]):
            continue
        if text.startswith(MASK):
            value = getattr(named.get(label.start("number")), "count", None)
        else:
            value = int(text.replace(",", "")) if text[0].isdigit() else in_letters(text)
        words = plain[label.end("noun") + 1 : label.start("number")].strip(" :=(").casefold()
        outcome = _OUTCOMES.get(words, "") if thing == "bids" else ""
        start = label.start("number" if text.startswith(MASK) else "noun")
        if value is not None:
            yield _mention(prose, start, label.end(), value, thing, outcome)


def _outcome(plain: str, number: re.Match[str], end: int) -> str:
    """Return what a sentence says happened to the bids that it counts.

    The words can be before the number, between it and `end`, or right after that.
    """
    before = _OUTCOME_BEFORE.search(plain[max(number.start() - 30, 0) : number.start()])
    inside = re.search(rf"\b(?:{'|'.join(_OUTCOMES)})", plain[number.end() : end], re.IGNORECASE)
    after = _OUTCOME.match(plain, end)
    word = inside[0] if inside else after["word"] if after else before["word"] if before else ""
    return _OUTCOMES.get(" ".join(word.casefold().split()), "")


def _level(plain: str, number: re.Match[str], end: int) -> str:
    """Return the level of the grants that a sentence counts (`above`, `below`, `early`); empty where it has none."""
    before = _LEVEL_BEFORE.search(plain[max(number.start() - 40, 0) : number.start()])
    inside = re.search(rf"\b(?:{'|'.join(_LEVELS)})\b", plain[number.end() : end], re.IGNORECASE)
    after = _LEVEL.match(plain, end)
    if inside or after:
        word = inside[0] if inside else after["word"] if after else ""
        return _LEVELS.get(word.casefold(), "")
    return str(before.lastgroup) if before else ""


def _all_or_none(prose: str, plain: str, figures: Figures) -> Iterator[Mention]:
    """Yield “no bids were rejected” as a count of 0, and “all bids” as the number of bids received."""
    received = figures.get("bids received")
    for match in _ALL_OR_NONE.finditer(plain):
        after = _OUTCOME.match(plain, match.end())
        value = 0 if match["none"] else received.count if received else None
        if after and value is not None:
            outcome = _OUTCOMES[" ".join(after["word"].casefold().split())]
            yield _mention(prose, match.start(), after.end(), value, "bids", outcome)


def _can_be(known: str, outcome: str) -> str:
    """Return what a number without its noun can count, by what was counted last: after bids, grants as well."""
    if outcome:
        return "bids grants"
    return {"any": "", "bids": "bids grants"}.get(known, known)


def _value(number: re.Match[str], named: Mapping[int, object]) -> int | None:
    if number["figure"]:
        return getattr(named.get(number.start()), "count", None)
    return in_letters(number["letters"]) if number["letters"] else int(number["digits"].replace(",", ""))


def _is_a_name(plain: str, number: re.Match[str]) -> bool:
    if number["digits"] and re.fullmatch(_YEAR, number["digits"]):
        return True
    before = plain[max(number.start() - 60, 0) : number.start()]
    return bool(_NAMED.search(before) or re.search(r"\d{4}[-–]$", before))


def _counted(plain: str, at: int, value: int) -> tuple[str, int]:
    """Return what the words after a number count, and where they end: one of our things, `time`, or empty."""
    if of := _OF.match(plain, at):
        at = of.end()
    for place in range(5):
        word = _WORD.match(plain, at)
        if word is None:
            break
        lower = word[1].casefold().replace("’", "'").removesuffix("'").removesuffix("'s")
        if (lower.endswith("s") or value == 1) and (thing := THINGS.get(lower.removesuffix("s"))):
            return thing, word.end()
        if lower in _STOPS:
            return ("time", at) if _TIME.fullmatch(lower) and place == 0 else ("", at)
        at = word.end()
    return "", at


def _before(plain: str, at: int, thing: str) -> list[Mention]:
    """Return the first number of “11 of the 39 grants” or “11 and 28 grants”, which counts the same thing."""
    first = _FIRST.search(plain, max(at - 40, 0), at)
    if (
        first is None
        or re.fullmatch(_YEAR, first["number"])
        or _NAMED.search(plain[max(first.start() - 60, 0) : first.start()])
    ):
        return []
    text = first["number"]
    value = int(text) if text.isdigit() else in_letters(text)
    return [] if value == 1 else [_mention(plain, *first.span("number"), value, thing)]


def _mention(prose: str, start: int, end: int, value: int, thing: str, outcome: str = "") -> Mention:
    return Mention(level(prose[start:end]), start, end, Decimal(value), thing=thing, outcome=outcome)
