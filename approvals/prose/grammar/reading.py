"""A sentence as the grammar reads it: its sums and numbers, each with the words before and after that belong to it.

In “£138,000 for the app, £250,000 for youth workers” the owner of each sum follows it; in “Lewisham receives £502,992
and Croydon £247,500” it comes before. What neither says is taken from the head of the sentence.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from approvals.prose.facts import Entry, Facts, Rows
from approvals.prose.grammar.tokens import Token
from approvals.prose.vocabulary import HEDGES, Kind, Measure, Role

# What ends the words that belong to a sum before it.
_BREAKS = frozenset((";", ",", ")", "|", "\n", ".", "—", "–", ":", "•"))
# What stands before a sum between commas: “one bid, for £5, was refused”.
_WORTH = ("for", "worth", "at", "of", "totalling", "with")
_ENDS = frozenset((";", ".", "•", "!", "?"))
_JOINS = frozenset(("and", "but", "while", "whereas", "against", "or", "with", "plus", "so", "followed"))
_POINTS_ON = frozenset(
    (
        "for",
        "to",
        "from",
        "in",
        "of",
        "on",
        "by",
        "goes",
        "go",
        "going",
        "at",
        "is",
        "was",
        "into",
        "as",
        "(",
        "are",
        "were",
    )
)
_SETS = (Role.OWNER, Role.AREA, Role.THEME, Role.SIDE, Role.STATE, Role.THING)


@dataclass(frozen=True)
class Part:
    """A sum or a number of a sentence, with the tokens before it and after it that belong to it, and its sentence.

    `inherited` are the words before an earlier part whose owner this one shares, `previous` those of the part before
    it, `head` those before a colon. `years` are the years that the sentence has named for the parts that follow.
    `carried` are the measures of the nearest part before it that names one, in the same clause: “cut £6,000 from A and
    £2,450 from B”.
    """

    token: Token
    before: Sequence[Token]
    after: Sequence[Token]
    inherited: Sequence[Token]
    previous: Sequence[Token]
    head: Sequence[Token]
    years: Sequence[str]
    whole: Sequence[Token]
    carried: Sequence[Measure] = ()
    topic: Sequence[Token] = ()

    @cached_property
    def near(self) -> list[Token]:
        return [*self.before, *self.after]

    @cached_property
    def is_aside(self) -> bool:
        """Whether it stands alone in brackets, as in “the app (£5)”."""
        place = self.whole.index(self.token)
        around = self.whole[place - 1 : place], self.whole[place + 1 : place + 2]
        return says(around[0], "(") and says(around[1], ")")

    @cached_property
    def is_whole_of_another(self) -> bool:
        """Whether it is the whole of which the sum before it is a part, as in “£5 of the £6”."""
        words = [token.text for token in self.before if token.text not in ("the", "its", "this", "that", "their")]
        return words == ["of"]

    @cached_property
    def hedge(self) -> int | None:
        """The side on which “just over” or “nearly” puts the true sum, 0 for “about”, and None without such words."""
        words = " " + " ".join(token.text for token in self.before[-3:])
        return next(
            (side for side, phrases in HEDGES.items() for phrase in phrases if words.endswith(f" {phrase}")), None
        )


def has(tokens: Iterable[Token], role: Role, *values: object) -> bool:
    """Whether there is a token of a role, with one of some values where any are given."""
    return any(token.role is role and (not values or token.value in values) for token in tokens)


def says(tokens: Iterable[Token], *texts: str) -> bool:
    """Whether one of some words is among the tokens."""
    return any(token.text in texts for token in tokens)


def parts(sentence: Sequence[Token], *roles: Role) -> Iterator[Part]:
    """Yield the sums, or the numbers, of a sentence with what belongs to each."""
    places = [place for place, token in enumerate(sentence) if token.role in roles]
    colon = next((place for place, token in enumerate(sentence) if token.text == ":"), 0)
    head = sentence[:colon] if places and colon < places[-1] else ()
    at = 0
    inherited: Sequence[Token] = ()
    previous: Sequence[Token] = ()
    years_so_far: Sequence[str] = ()
    carried: Sequence[Measure] = ()
    topic: Sequence[Token] = ()
    for number, place in enumerate(places):
        stop = places[number + 1] if number + 1 < len(places) else len(sentence)
        after_end = _after(sentence, place, stop)
        after = sentence[place + 1 : after_end]
        before = _last_clause(sentence[at:place])
        years_so_far = years(sentence[at:place])[-1:] or years_so_far
        if any(token.text in _ENDS for token in sentence[at:place]):
            carried, topic = (), ()
        yield Part(sentence[place], before, after, inherited, previous, head, years_so_far, sentence, carried, topic)
        topic = [token for token in before if token.role is Role.WHOLE] or topic
        carried = measures(before)[-1:] or measures(after)[:1] or carried
        previous = [*before, *after]
        if has(before, Role.OWNER) or (has_set(before) and not has(inherited, Role.OWNER)):
            inherited = before
        # Between two sums without a comma the words can belong to either; an owner after “for” is the first's.
        owners_after = [place + 1 + step for step, token in enumerate(after) if token.role is Role.OWNER]
        if after_end < stop:
            at = after_end
        elif owners_after and after[0].text in ("for", "to", "from"):
            at = owners_after[-1] + 1
        else:
            at = place + 1


def _after(sentence: Sequence[Token], place: int, stop: int) -> int:
    for at in range(place + 1, stop):
        token = sentence[at]
        begins = place - 2 if sentence[place - 1].text in _WORTH else place - 1
        is_aside = (sentence[begins].text, token.text) in (("(", ")"), (",", ",")) and at == place + 1
        if is_aside:
            continue
        if (
            token.text == ","
            and any(each.role is Role.YEAR for each in sentence[at + 2 : at + 4])
            and says(sentence[at + 1 : at + 2], "in", "for")
        ):
            continue
        if token.text in ("exceed", "exceeds", "exceeded"):
            return at
        if token.text in _BREAKS or (token.role is Role.WORD and token.text in _JOINS):
            if token.text in ("and", "or", ",") and _is_list(sentence, at, stop):
                continue
            return at
    return stop


def _is_list(sentence: Sequence[Token], at: int, stop: int) -> bool:
    """Whether a comma or “and” joins two names of the same kind, as in “for Lewisham and Croydon”."""
    before, rest = (
        sentence[at - 1],
        [token for token in sentence[at + 1 : stop + 1] if token.text not in ("the", "a", "both", "and")],
    )
    if not rest or before.role not in (Role.OWNER, Role.AREA, Role.THEME, Role.YEAR) or rest[0].role is not before.role:
        return False
    # In “£5 for A and B £6” the second name begins the next part.
    return len(rest) < 2 or rest[1].role is not Role.SUM or stop >= len(sentence)


def _last_clause(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return the tokens after the last end of a sentence, semicolon or line."""
    ends = [at for at, token in enumerate(tokens) if token.role is Role.STOP and token.text in (";", ".", "\n", "•")]
    return tokens[ends[-1] + 1 :] if ends else tokens


def has_set(tokens: Iterable[Token]) -> bool:
    return any(token.role in _SETS for token in tokens)


_APART = frozenset(
    (
        "after",
        "besides",
        "beside",
        "excluding",
        "except",
        "exception of",
        "apart from",
        "other than",
        "without",
        "bar",
        "once",
        "save",
    )
)


def owners(tokens: Iterable[Token], facts: Facts, *, hints: bool = False) -> list[list[Entry]]:
    """Return the entries of each owner that some words name, in their order, with those that they only hint at.

    Two names of one owner beside each other are one: “Lighthouse Learning’s catch-up club”.
    """
    named: list[tuple[Token, frozenset[int]]] = []
    previous: Token | None = None
    for token in tokens:
        if token.role is Role.OWNER or (hints and token.role is Role.HINT):
            if named and (named[-1][1] & token.value) and (previous is named[-1][0] or _same(named[-1][0], previous)):
                named[-1] = (token, named[-1][1] & token.value)
            elif not any(token.value == other for _, other in named):
                named.append((token, token.value))
        previous = token
    return [[facts.entries[number] for number in sorted(numbers)] for _, numbers in named]


def _same(first: Token, previous: Token | None) -> bool:
    return previous is not None and previous.start - first.end < 40


def left_out(tokens: Sequence[Token], facts: Facts) -> list[Entry]:
    """Return the entries of owners that some words set apart: “after Mutual Gain”, “except Croydon”."""
    out: list[Entry] = []
    for at, token in enumerate(tokens):
        before = [each for each in tokens[max(at - 3, 0) : at] if each.text not in ("the", ",", "that", "of")]
        following = tokens[at + 1].text if at + 1 < len(tokens) else "("
        if token.role is Role.OWNER and before and before[-1].text in _APART and following != "(":
            out += [facts.entries[number] for number in sorted(token.value)]
    return out


def things_of(tokens: Iterable[Token], facts: Facts) -> list[list[Entry]]:
    """Return the entries of each kind of thing that some words name: contracts, lines, grants, everything, income."""
    named: list[list[Entry]] = []
    for token in tokens:
        if token.role is not Role.THING:
            continue
        entries: list[Entry] = {
            "areas": [],
            "grants": facts.grants,
            "projects": facts.grants,
            "recipients": facts.grants,
            "bids": facts.grants,
            "contracts": facts.of(Kind.CONTRACT),
            "lines": _lines(token, facts),
            "everything": facts.spending,
            "income": facts.of(Kind.INCOME),
        }[token.value]
        if entries and entries not in named:
            named.append(entries)
    return named


def _lines(token: Token, facts: Facts) -> list[Entry]:
    lines = facts.of(Kind.LINE)
    own = [line for line in lines if any(token.text in name.casefold() for name in line.names)]
    return own or lines


def narrowed(entries: Sequence[Entry], tokens: Sequence[Token]) -> list[Entry]:
    """Return those of some entries that the themes, areas, sides and states of some words leave."""
    wanted = frozenset((token.role, token.value) for token in tokens if token.role in _KEEPS)
    if not wanted:
        return entries if isinstance(entries, Rows) else list(entries)
    if not isinstance(entries, Rows):
        return _narrowed(entries, wanted)
    if wanted not in entries.parts:
        entries.parts[wanted] = Rows(_narrowed(entries, wanted))
    return entries.parts[wanted]


_KEEPS: Mapping[Role, Callable[[Entry, set[Any]], object]] = {
    Role.THEME: lambda entry, values: entry.themes & values,
    Role.AREA: lambda entry, values: entry.areas & values,
    Role.SIDE: lambda entry, values: entry.side in values,
    Role.STATE: lambda entry, values: any(entry.is_(value) for value in values),
}


def _narrowed(entries: Iterable[Entry], wanted: frozenset[tuple[Role, Any]]) -> list[Entry]:
    for role, keeps in _KEEPS.items():
        values = {value for each, value in wanted if each is role}
        if values:
            entries = [entry for entry in entries if keeps(entry, values)]
    return list(entries)


def of_rank(tokens: Sequence[Token], facts: Facts) -> list[Entry]:
    """Return the grants of “the three largest grants”; none where the words speak of no such number."""
    for number, rank in pairwise(tokens):
        if number.role is Role.NUMBER and rank.is_(Role.RANK, 1, -1, 10, -10) and number.value < len(facts.grants):
            ordered = sorted(facts.grants, key=lambda entry: entry.agreed, reverse=rank.value > 0)
            return ordered[: number.value]
    return []


def is_narrow(tokens: Iterable[Token]) -> bool:
    return any(token.role in (Role.THEME, Role.AREA, Role.SIDE, Role.STATE) for token in tokens)


def measures(tokens: Sequence[Token]) -> list[Measure]:
    return list(dict.fromkeys(token.value for token in tokens if token.role is Role.MEASURE))


def years(tokens: Sequence[Token]) -> list[str]:
    return list(dict.fromkeys(token.value for token in tokens if token.role is Role.YEAR))
