"""What a writer typed into a paper, checked against its figures: sums, counts and claims on sets. Pure rules.

Each typed thing is matched with the figure that it can stand for, to the rounding that it is written with; or it comes
from elsewhere and names its source; or nothing in the register gives it, and the paper cannot be submitted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from approvals.prose import amounts, claim_reading, counts, labels, shares, sides
from approvals.prose.amounts import IN_LETTERS, Typed, in_letters
from approvals.prose.claims import Bound, Extent, Group, Said, stands_for
from approvals.prose.figures import MASK, Figure, Figures, Piece, UnknownFigure, fill, masked, references
from grants import money


class Standing(StrEnum):
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    EXTERNAL = "external"


class Kind(StrEnum):
    MONEY = "money"
    COUNT = "count"
    CLAIM = "claim"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Known:
    """All that a text can be checked against.

    `external` gives the source of what comes from elsewhere, by its text: `{"£84m": "Budget 2019/20"}`. The first of
    `groups` is the set that a claim speaks of where its sentence names none. `payees` are who gets money, a figure for
    each sum that a name can mean.
    """

    figures: Figures
    external: Mapping[str, str] = field(default_factory=dict)
    groups: Sequence[Group] = ()
    payees: Sequence[Figure] = ()
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """Something typed and what it stands for. `what` names the figure, the source or the set; `says` tells a person."""

    typed: Typed
    kind: Kind
    standing: Standing
    what: str
    says: str


@dataclass(frozen=True, slots=True)
class _Text:
    """A text to check: as typed, without its references, with those to its parts alone, and what it counts."""

    prose: str
    plain: str
    words: str
    counted: Sequence[Typed]


def check(prose: str, known: Known) -> list[Match]:
    """Everything in a text that can be right or wrong, in its order."""
    counted = counts.counts(prose, known.figures)
    summed = amounts.amounts(prose, [(count.start, count.end) for count in counted])
    alike, told = _alike(prose, counted, summed, known)
    claimed = claim_reading.claims(prose, known.figures, summed, counted, known.groups)
    # The limit of a claim need be no figure of the paper: it is checked against the members.
    limits = {said.typed.end for said in claimed}
    # A reference to a count is nobody's typing; it is told of where the word after it makes it wrong.
    plain = masked(prose)
    text = _Text(prose, plain, masked(prose, keep=known.links), counted)
    found = [
        each for each in (_sum(typed, text, known) for typed in summed) if each.typed.end not in limits or each.what
    ]
    told |= {place for said in claimed if said.holds for place in said.told}
    found += [_count(typed, known) for typed in counted if typed.start not in told]
    found += alike
    found += _referred(text, known)
    found += _nothing_left(text, known)
    found += [_claim(said, known) for said in claimed]
    found += [_share(said, known) for said in shares.shares(prose, known.figures)]
    return sorted(
        (each for each in found if each.standing is Standing.UNMATCHED or plain[each.typed.start] != MASK),
        key=lambda each: each.typed.start,
    )


def in_title(title: str) -> str:
    """The first sum, claim or number of bids or grants in a title; empty where it holds none."""
    for match in check(title, Known({})):
        if match.kind is not Kind.COUNT or match.typed.thing in ("bids", "grants"):
            return match.typed.text
    return ""


def faults_of_sources(lines: str) -> list[str]:
    """What is wrong with the lines that name figures from elsewhere, each with its number."""
    found: list[str] = []
    sources: dict[str, str] = {}
    for number, line in enumerate(lines.splitlines(), start=1):
        text, colon, source = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not text or not colon or not source:
            found.append(f"Line {number}: enter the figure, a colon and where it comes from, not “{line.strip()}”")
        elif not re.search(rf"\d|\b(?:{IN_LETTERS})\b", text, re.IGNORECASE):
            found.append(f"Line {number}: “{text}” is no sum of money and no count")
        elif sources.setdefault(text.casefold(), source) != source:
            found.append(f"Line {number}: {text} has two sources")
    return found


# Sums


def _sum(typed: Typed, text: _Text, known: Known) -> Match:
    if source := _source(typed, known.external):
        return Match(typed, Kind.MONEY, Standing.EXTERNAL, source, source)
    if typed.value is None:
        return Match(typed, Kind.MONEY, Standing.UNMATCHED, "", typed.why)
    names = [figure for figure in known.figures.values() if stands_for(typed, figure)]
    if not names:
        return Match(typed, Kind.MONEY, Standing.UNMATCHED, "", "is no figure of this paper")
    if _AVERAGE.search(text.plain, max(typed.start - 40, 0), typed.start):
        says = "is said to be an average, which the register does not give"
        return Match(typed, Kind.MONEY, Standing.UNMATCHED, "", says)
    underspend = known.figures.get("underspend")
    over = _OVER.search(text.plain, max(typed.start - 40, 0), typed.start) or _OVER_BUDGET.match(text.plain, typed.end)
    if over and underspend and underspend.amount is not None and underspend.amount >= 0:
        says = f"is said to be overspent, and {underspend.exact} is left"
        return Match(typed, Kind.MONEY, Standing.UNMATCHED, "", says)
    label, meant = _beside(typed, text, known)
    # What the sentence calls it goes before another figure of the same sum.
    names.sort(key=lambda figure: figure not in meant)
    if label and not any(stands_for(typed, figure) for figure in meant):
        return Match(typed, Kind.MONEY, Standing.UNMATCHED, names[0].name, _another(names[0], label, meant))
    return Match(typed, Kind.MONEY, Standing.MATCHED, names[0].name, _rounded(typed, names))


_OVER = re.compile(r"\b(?:overspent|overspend\sof|exceeds?\sthe\s(?:allocation|budget))\s(?:by\s)?$", re.IGNORECASE)
_OVER_BUDGET = re.compile(r"\sover\s(?:the\s)?(?:budget|allocation)\b", re.IGNORECASE)
_NOTHING_LEFT = re.compile(
    r"\b(?:no\sunderspend\b|underspend\s(?:is|of)\s(?:nil|nought|zero)\b|nothing\sis\sleft(?=\s?[.,;)]|$|\sof\s(?:it|the))"
    r"|(?:allocation|budget|fund|round)(?:\sof\s\S{1,20})?\s(?:is|was|has\sbeen|will\sbe)\s(?:fully\sspent|spent\sin\sfull)\b"
    r"|spent\sthe\s(?:allocation|budget)\sin\sfull\b)",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"\b(?:average|mean|typical(?:ly)?)\b[^.;:£]*$", re.IGNORECASE)


def _beside(typed: Typed, text: _Text, known: Known) -> tuple[str, Sequence[Figure]]:
    """What the words beside a sum say that it is: the name of a figure or of who gets it, or whose grants it is."""
    label, meant = labels.named(text.plain, typed, list(known.figures.values()), known.payees)
    if label.casefold() not in ("", "grants"):
        return label, meant
    said = sides.side(text.words, typed, known.figures, text.counted)
    return said if said[0] else (label, meant)


def _another(figure: Figure, label: str, meant: Sequence[Figure]) -> str:
    """Why a sum of one figure is wrong beside the name of another."""
    which = f"which is {meant[0].exact}" if meant else "and there is none"
    return f"is the figure “{figure.name}”, and the words beside it say “{label}”, {which}"


def _nothing_left(text: _Text, known: Known) -> list[Match]:
    """What says that the allocation is spent where some of it is left."""
    underspend = known.figures.get("underspend")
    if underspend is None or not underspend.amount:
        return []
    says = f"is not so: the underspend is {underspend.exact}"
    return [
        Match(Typed(said[0], *said.span(), None), Kind.MONEY, Standing.UNMATCHED, underspend.name, says)
        for said in _NOTHING_LEFT.finditer(text.plain)
    ]


def _referred(text: _Text, known: Known) -> list[Match]:
    """The references to a figure that stand behind the name of another: the underspend is {expenditure}."""
    found = []
    for name, start, end in references(text.prose):
        figure = known.figures.get(name)
        if figure is None or figure.amount is None:
            continue
        typed = Typed(text.prose[start:end], start, end, figure.amount, money.PENNY)
        label, meant = _beside(typed, text, known)
        if label and not any(figure.amount == other.amount for other in meant):
            says = _another(figure, label, meant)
            found.append(Match(typed, Kind.MONEY, Standing.UNMATCHED, figure.name, says))
    return found


def _rounded(typed: Typed, figures: Sequence[Figure]) -> str:
    first, *others = figures
    exactly = first.amount == typed.value
    how = "exactly" if exactly else f"rounded to {money.pounds(max(typed.step, money.PENNY))}"
    also = f" It could also be {_listed([each.name for each in others[:3]], 'or')}." if others else ""
    return f"is {first.name}, {first.exact}, {how}.{also}"


# Counts


def _count(typed: Typed, known: Known) -> Match:
    if source := _source(typed, known.external):
        return Match(typed, Kind.COUNT, Standing.EXTERNAL, source, source)
    same = [figure for figure in known.figures.values() if figure.count is not None and figure.count == typed.value]
    # 28 of the bids are not the 28 that were rejected.
    meant = _MEANT.get(typed.outcome, f"bids {typed.outcome}")
    if typed.outcome and meant in known.figures:
        right = known.figures[meant].count
        same = [figure for figure in same if figure.count == right]
    names = [figure for figure in same if typed.can_count(figure.thing)]
    if names:
        also = f" It could also be {_listed([each.name for each in names[1:4]], 'or')}." if names[1:] else ""
        return Match(typed, Kind.COUNT, Standing.MATCHED, names[0].name, f"is {names[0].name}.{also}")
    if typed.outcome and meant in known.figures:
        said = _SAID_OF.get(typed.outcome, f"bids were {typed.outcome}")
        says = f"is not how many {said}; that is {known.figures[meant].exact}"
        return Match(typed, Kind.COUNT, Standing.UNMATCHED, "", says)
    of = f" of {' or '.join(typed.thing.split())}" if typed.thing else ""
    hint = f"; {typed.value} is {same[0].name}" if same else ""
    return Match(typed, Kind.COUNT, Standing.UNMATCHED, "", f"is no count{of} of this paper{hint}")


# Who approves the grants that are counted, and the figure that says how many they are.
_MEANT = {
    "above": "number of grants above the threshold",
    "below": "number of grants below the threshold",
    "early": "number of retrospective payments",
}
_SAID_OF = {
    "above": "grants are above the threshold",
    "below": "grants are below it",
    "early": "grants were paid early",
}
_BETWEEN = re.compile(r",?\s(?:each\s)?(?:of|at|for|worth)\s|\s[x×]\s", re.IGNORECASE)
_EACH = re.compile(r"\s(?:each|apiece)\b", re.IGNORECASE)
_NUMBER_OF = re.compile(rf"(?<![\w.,/£])(\d{{1,9}}|\b(?:{IN_LETTERS}))\s(?:of|at|x|×)\s$", re.IGNORECASE)


def _alike(prose: str, counted: Sequence[Typed], summed: Sequence[Typed], known: Known) -> tuple[list[Match], set[int]]:
    """Counts of grants of one amount, `3 grants of £49,200 each`, and where each begins."""
    plain, found, told = masked(prose), [], set()
    typed = [count for count in counted if plain[count.start] != MASK]
    for amount in summed:
        if amount.value is None:
            continue
        after = bool(_EACH.match(plain, amount.end))
        count = next((each for each in typed if _BETWEEN.fullmatch(plain, each.end, amount.start)), None)
        if count and not after and " each " not in plain[count.end : amount.start]:
            continue
        if count is None and after and (bare := _NUMBER_OF.search(plain, max(amount.start - 40, 0), amount.start)):
            value = int(bare[1]) if bare[1].isdigit() else in_letters(bare[1])
            count = Typed(bare[1], *bare.span(1), Decimal(value), thing="grants")
        if count and count.can_count("grants") and not _source(count, known.external):
            told.add(count.start)
            found.append(_of_one_amount(count, amount, known.groups))
    return found, told


def _of_one_amount(count: Typed, amount: Typed, groups: Sequence[Group]) -> Match:
    sizes = {}
    for group in groups:
        if group.thing == "grants":
            sizes[group.name] = sum(
                stands_for(amount, Figure(member.name, "", member.amount)) for member in group.members
            )
    name = next((name for name, size in sizes.items() if size == count.value), "")
    if name:
        says = f"is how many of {name} are of {amount.text}."
        return Match(count, Kind.COUNT, Standing.MATCHED, name, says)
    most = max(sizes.values(), default=0)
    says = f"is not how many grants are of {amount.text} each; there {'is' if most == 1 else 'are'} {most or 'none'}"
    return Match(count, Kind.COUNT, Standing.UNMATCHED, "", says)


# Shares


def _share(said: shares.Share, known: Known) -> Match:
    if source := _source(said.typed, known.external):
        return Match(said.typed, Kind.SHARE, Standing.EXTERNAL, source, source)
    if said.figure:
        return Match(said.typed, Kind.SHARE, Standing.MATCHED, said.figure.name, said.says)
    return Match(said.typed, Kind.SHARE, Standing.UNMATCHED, "", said.says)


# Claims

MOST_NAMED = 12


def _claim(said: Said, known: Known) -> Match:
    if source := _source(said.typed, known.external):
        return Match(said.typed, Kind.CLAIM, Standing.EXTERNAL, source, source)
    group, size = said.group, len(said.group.members)
    extent = said.claim.extent
    if said.holds:
        whom = {
            Extent.EACH: f"each of the {size}",
            Extent.SMALLEST: f"the smallest of the {size}",
            Extent.LARGEST: f"the largest of the {size}",
        }.get(extent, f"{said.so_many} of the {size}")
        return Match(said.typed, Kind.CLAIM, Standing.MATCHED, group.name, f"holds for {whom} {group.name}.")
    if extent in (Extent.SO_MANY, Extent.NOT_ALL, Extent.MOST):
        says = f"holds for {said.so_many} of the {size} {group.name}, and not for {said.claim.number or extent}"
        return Match(said.typed, Kind.CLAIM, Standing.UNMATCHED, group.name, says)
    named = "; ".join(f"{member.name} ({money.pounds(member.amount)})" for member in said.breaks[:MOST_NAMED])
    more = f"; and {len(said.breaks) - MOST_NAMED} more" if len(said.breaks) > MOST_NAMED else ""
    how = {
        Bound.AT_LEAST: "below",
        Bound.BELOW: "not below",
        Bound.AT_MOST: "above",
        Bound.EXACTLY: "not of",
    }[said.claim.bound]
    says = (
        f"does not hold for {len(said.breaks)} of the {len(group.members)} {group.name}, "
        f"which {'is' if len(said.breaks) == 1 else 'are'} {how} {money.pounds(said.claim.limit)}: {named}{more}"
    )
    return Match(said.typed, Kind.CLAIM, Standing.UNMATCHED, group.name, says)


def _listed(words: Sequence[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1] if words else "")))


def _source(typed: Typed, external: Mapping[str, str]) -> str:
    by_text = {text.casefold(): source for text, source in external.items()}
    return by_text.get(typed.text.casefold(), "")


# How a text reads, with what was typed marked in it


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a paragraph: its pieces, and the number and match of what was typed there, if anything."""

    pieces: Sequence[Piece]
    number: int = 0
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as it will read; `fault` says what refers to nothing, and then it stands as it was typed."""

    runs: Sequence[Run]
    fault: str = ""


def paragraphs(prose: str) -> list[tuple[int, str]]:
    """The paragraphs of a text, each with where it begins."""
    found, at = [], 0
    for part in re.split(r"(\n[ \t]*\n)", prose):
        if part.strip():
            found.append((at + len(part) - len(part.lstrip()), part.strip()))
        at += len(part)
    return found


def reading(prose: str, matches: Sequence[Match], known: Known) -> list[Paragraph]:
    """The paragraphs of a text as they will read, each thing that was typed marked where it stands.

    Where two things overlap, what is wrong is marked before what is right.
    """
    found = []
    wrong = [match.typed for match in matches if match.standing is Standing.UNMATCHED]
    marked = [
        (number, match)
        for number, match in enumerate(matches, start=1)
        if match.typed in wrong or not any(_overlap(match.typed, other) for other in wrong)
    ]
    for begins, text in paragraphs(prose):
        runs: list[Run] = []
        fault = ""
        try:
            fill(text, known.figures, known.links)
            at = begins
            for number, match in marked:
                start, end = match.typed.start, match.typed.end
                if not at <= start < begins + len(text):
                    continue
                runs.append(Run(fill(prose[at:start], known.figures, known.links)))
                runs.append(Run(fill(prose[start:end], known.figures, known.links), number, match))
                at = end
            runs.append(Run(fill(prose[at : begins + len(text)], known.figures, known.links)))
        except UnknownFigure as unknown:
            runs, fault = [Run([Piece(text)])], str(unknown)
        found.append(Paragraph([run for run in runs if run.pieces], fault))
    return found


def _overlap(one: Typed, other: Typed) -> bool:
    return one.start < other.end and other.start < one.end


def place(prose: str, typed: Typed) -> str:
    """Where in a text something stands, in words: its paragraph, and the words around it."""
    before = [each for each in paragraphs(prose) if each[0] <= typed.start]
    begins, text = before[-1]
    start, end = typed.start - begins, typed.end - begins
    first = text.find(" ", start - 30, start) + 1 if start > 30 else 0
    last = text.rfind(" ", end, end + 30) if end + 30 < len(text) else len(text)
    around = " ".join(text[first : max(last, end)].split()).rstrip(".,;:")
    return f"paragraph {len(before)}: “{around}”"
