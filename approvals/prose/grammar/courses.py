"""Whether what a sentence says of the course of money over the years is true, and who it says runs what. Pure rules."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from approvals.prose.facts import Entry, Facts, worth
from approvals.prose.grammar import reading
from approvals.prose.grammar.reading import has, says
from approvals.prose.grammar.statements import clauses
from approvals.prose.grammar.tokens import Token
from approvals.prose.grammar.verdict import Verdict, of_tokens
from approvals.prose.vocabulary import Kind, Role
from grants import money

_SUPPOSES = ("would", "if", "had", "unless", "could", "not", "never", "neither", "no")
_RISES = ("rise", "rises", "grow", "grows", "increase", "increases", "climbs", "climb")
_FALLS = (
    "fall",
    "falls",
    "drop",
    "drops",
    "decline",
    "declines",
    "shrink",
    "shrinks",
    "taper",
    "tapers",
    "decrease",
    "decreases",
)
_LEVEL = ("level", "flat", "constant", "unchanged", "steady")
_BY_HOW_MUCH = ("more", "less", "more than", "less than", "falls by", "rises by")
_COURSE = ("year", "years", "period", "each year", "every year", "next")
_CHARGED = ("fall", "falls", "charged", "paid", "spent", "due", "lies", "lie")
_ALL_OF_IT = ("wholly", "entirely", "all", "both", "only", "solely", "every")
_BY = ("for", "towards", "its", "their", "by", "of", "from", "run", "led", "work", "is", "the", "’s")


def verdicts(sentence: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what can be said of the course of sums over the years, of the year that bears them, and of owners."""
    for clause in clauses(sentence):
        yield from _runs(clause, facts)
        if says(clause, *_SUPPOSES) or has(clause, Role.SUM) or has(clause, Role.NUMBER):
            continue
        yield from _course(clause, facts)
        yield from _in_year(clause, facts)


def _subject(clause: Sequence[Token], facts: Facts) -> list[Entry]:
    named = [entry for own in reading.owners(clause, facts) for entry in own]
    things = reading.things_of(clause, facts)
    return named or (things[0] if things else [])


def _course(clause: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what is said of “grant spending falls each year”."""
    rises, falls, level = (says(clause, *words) for words in (_RISES, _FALLS, _LEVEL))
    over_years = has(clause, Role.YEARLY) or len(reading.years(clause)) > 1 or says(clause, *_COURSE)
    by_how_much = has(clause, Role.SHARE) or says(clause, *_BY_HOW_MUCH)
    if len(facts.years) < 2 or rises + falls + level != 1 or not over_years or by_how_much:
        return
    entries = _subject(clause, facts)
    by_year = (
        [facts.allocation_by_year.get(year) for year in facts.years] if has(clause, Role.WHOLE, "allocation") else []
    )
    amounts = [worth(entries, year=year) for year in facts.years] if entries else by_year
    known = [amount for amount in amounts if amount is not None]
    if len(known) != len(facts.years):
        return
    steps = [(after > before) - (after < before) for before, after in pairwise(known)]
    is_true = all(step == (1 if rises else -1 if falls else 0) for step in steps)
    why = "it goes from " + " to ".join(money.pounds(amount) for amount in known)
    yield of_tokens(clause, is_true=is_true, why=why)


def _in_year(clause: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what is said of the year that bears a sum: “both grants fall in 2022/23”."""
    named_years = reading.years(clause)
    entries = [entry for entry in _subject(clause, facts) if entry.what is not Kind.INCOME]
    if (
        len(named_years) != 1
        or not entries
        or not says(clause, *_CHARGED)
        or len(facts.years) < 2
        or has(clause, Role.SHARE)
    ):
        return
    share, whole = worth(entries, year=named_years[0]), worth(entries)
    if share is None or (share and not says(clause, *_ALL_OF_IT)) or (says(clause, "both", "all") and len(entries) < 2):
        return
    yield of_tokens(clause, is_true=share == whole, why=f"{money.pounds(share)} of it falls in {named_years[0]}")


def _runs(clause: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what is said of who runs what, where a title is joined to the recipient of another: “Lamps, by X”."""
    owners = [at for at, token in enumerate(clause) if token.role is Role.OWNER]
    for one, other in pairwise(owners):
        between = [token.text for token in clause[one + 1 : other]]
        if (
            not between
            or len(between) > 3
            or any(text not in (*_BY, ",") for text in between)
            or between[-1:] == ["is"]
        ):
            continue
        first, second = clause[one], clause[other]
        if not first.value & second.value and between[0] in ("for", "towards") and len(between) < 3:
            yield from _gets_for(clause[one : other + 1], first, second, facts)
        if first.value & second.value or not ({"by", "of", "from"} & set(between)):
            continue
        title = [facts.entries[number] for number in sorted(first.value)]
        is_title = all(first.text not in entry.names[0].casefold() for entry in title)
        body = [facts.entries[number] for number in sorted(second.value)]
        if is_title and all(second.text in entry.names[0].casefold() for entry in body):
            yield of_tokens(clause[one : other + 1], is_true=False, why=f"that is of {title[0].names[0]}")


def _gets_for(words: Sequence[Token], first: Token, second: Token, facts: Facts) -> Iterator[Verdict]:
    """Yield what is said of “to A for lamps”, where the lamps are those of another."""
    body = [facts.entries[number] for number in sorted(first.value)]
    title = [facts.entries[number] for number in sorted(second.value)]
    is_body = all(first.text in entry.names[0].casefold() for entry in body)
    if is_body and all(second.text not in entry.names[0].casefold() and entry.what is Kind.GRANT for entry in title):
        yield of_tokens(words, is_true=False, why=f"that is of {title[0].names[0]}")
