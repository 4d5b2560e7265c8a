"""Whether what a sentence says of all, none, only some or one of a set is true of its members. Pure rules.

“No bid was turned down”, “both groups are offered what they asked for”, “only one reaches Camden”: a subject, and a
property that each entry has or has not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from approvals.prose.amounts import Mention
from approvals.prose.facts import Entry, Facts
from approvals.prose.grammar import reading
from approvals.prose.grammar.numbers import is_full
from approvals.prose.grammar.reading import has, says
from approvals.prose.grammar.tokens import Token
from approvals.prose.grammar.verdict import Verdict
from approvals.prose.vocabulary import STATES, Kind, Measure, Role, State
from grants import money

_SUPPOSES = (
    "once",
    "when",
    "await their first payment",
    "would",
    "if",
    "had",
    "unless",
    "should",
    "could",
    "must",
    "cannot",
    "not",
    "never",
    "may not",
    "nor",
)
_REACHES = (
    "gains",
    "served",
    "reach",
    "reaches",
    "work",
    "works",
    "serve",
    "serves",
    "cover",
    "covers",
    "benefit",
    "benefits",
    "operate",
    "operates",
    "active",
    "present",
    "run in",
    "in",
)
# What became of a bid, which a sum in brackets beside its owner does not change.
_ENDINGS = STATES[State.DEFERRED]
_POINTS = ("to", "for", "by", "within", "is", "are", "the", "approved", "under", "be")


@dataclass(frozen=True, slots=True)
class _Property:
    """A property of an entry, in words, and the tokens of the sentence that say it."""

    holds: Callable[[Entry], bool]
    words: str
    tokens: Sequence[Token]


def verdicts(sentence: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what can be said of each clause of a sentence that gives a property to all, none or some of a set."""
    for clause in map(_without_asides, clauses(sentence)):
        if not clause or says(clause, *_SUPPOSES):
            continue
        if has(clause, Role.SUM) and not (
            has(clause, Role.QUANTITY) or says(clause, "falls", "goes", *_ENDINGS) or is_full(clause)
        ):
            continue
        verdict = _of_clause(clause, facts)
        if verdict:
            yield verdict


def _without_asides(clause: Sequence[Token]) -> Sequence[Token]:
    """Return a clause without the sums that stand alone in brackets, which say nothing of its subject."""
    asides = [
        at
        for at in range(len(clause) - 2)
        if clause[at].text == "(" and clause[at + 1].role is Role.SUM and clause[at + 2].text == ")"
    ]
    left_out = {place for at in asides for place in (at, at + 1, at + 2)}
    # “A’s bid of £5 has been refused”: the sum is that of the bid, which another rule checks.
    left_out |= {
        place
        for at in range(1, len(clause) - 1)
        if clause[at].text == "of" and clause[at - 1].text in ("bid", "application") and clause[at + 1].role is Role.SUM
        for place in (at, at + 1)
    }
    return [token for at, token in enumerate(clause) if at not in left_out]


def clauses(sentence: Sequence[Token]) -> Iterator[Sequence[Token]]:
    begins = 0
    for at, token in enumerate(sentence):
        splits = token.text in ("because", "although", "since", "whereas", "while") and at > begins
        if (token.role is Role.STOP and token.text != "\n") or splits:
            yield sentence[begins:at]
            begins = at + 1
    yield sentence[begins:]


def _of_clause(clause: Sequence[Token], facts: Facts) -> Verdict | None:
    if any(one.text in ("all", "nearly", "almost") and other.text in ("but", "all") for one, other in pairwise(clause)):
        return None
    read = [verdict for claimed in _properties(clause, facts) if (verdict := _of_property(clause, claimed, facts))]
    return next((verdict for verdict in read if not verdict.is_true), read[0] if read else None)


def _of_property(clause: Sequence[Token], claimed: _Property, facts: Facts) -> Verdict | None:
    quantity = next((token for token in clause if token.role is Role.QUANTITY), None)
    if quantity is not None and says(clause[clause.index(quantity) + 1 :][:1], "they", "it", "that", "of it", "in"):
        # “Were given all they asked for” says all of a sum, not of the grants.
        quantity = None
    if quantity is not None and not _has_subject(clause, clause.index(quantity)):
        return None
    subject = [token for token in clause if token not in claimed.tokens]
    if quantity is not None and _is_of_areas(clause, clause.index(quantity)) and claimed.tokens[0].role is Role.THING:
        quantity = None
    if quantity is None:
        return _of_owner(clause, subject, claimed, facts)
    area_first = claimed.tokens[0].role is Role.AREA and says(clause, "benefits", "benefit", "has", "sees")
    if quantity.start > claimed.tokens[0].start and quantity.value != "except" and not area_first:
        return None
    sizes = [at for at, token in enumerate(clause) if token.role is Role.NUMBER]
    if any(not says(clause[max(at - 2, 0) : at], "the") for at in sizes) and quantity.value in ("none", "only"):
        return None
    named = [entry for own in reading.owners(subject, facts) for entry in own]
    members = _members(subject, facts)
    if not members:
        return None
    if quantity.value in ("only", "except"):
        if not named or (quantity.value == "only" and says(clause, "the only")):
            return None
        members = [entry for entry in members if entry not in named]
        breaks = [entry for entry in members if claimed.holds(entry) is (quantity.value == "only")]
        breaks += [entry for entry in named if claimed.holds(entry) is not (quantity.value == "only")]
    else:
        if named:
            members = named
        breaks = [entry for entry in members if claimed.holds(entry) is (quantity.value == "none")]
    return _verdict(clause, breaks, claimed)


_ALONE = (
    "nothing",
    "nobody",
    "everything",
    "everybody",
    "everyone",
    "no one",
    "none",
    "both",
    "all",
    "neither",
    "only",
)
_BETWEEN = ("of", "the", "its", "our", "these", "those", "money", "payment", "further", "single", "one", "that")


def _has_subject(clause: Sequence[Token], at: int) -> bool:
    """Whether “all”, “no” or “only” is about entries: the next noun is a thing or an owner, or there is none."""
    for token in clause[at + 1 : at + 7]:
        if token.role in (Role.THING, Role.OWNER, Role.MEASURE):
            return True
        if token.role is Role.WORD and token.text not in _BETWEEN:
            return token.text in _AFTER and clause[at].text in _ALONE
    return clause[at].text in _ALONE


_AFTER = (
    "has",
    "have",
    "had",
    "is",
    "are",
    "was",
    "were",
    "been",
    "goes",
    "go",
    "will",
    "benefits",
    "receive",
    "receives",
    "else",
)


def _of_owner(clause: Sequence[Token], subject: Sequence[Token], claimed: _Property, facts: Facts) -> Verdict | None:
    """Return what can be said of a clause whose subject is an owner: “Keel Security’s bid was refused”."""
    before: Sequence[Token] = [token for token in subject if token.start < claimed.tokens[0].start]
    if claimed.tokens[0].role is Role.SIDE and says(
        clause, "approve", "agree", "decide", "decides", "sign", "authorise"
    ):
        before = subject
    if claimed.tokens[0].role is Role.AREA and says(clause, "gains", "benefits", "served"):
        before = subject
    named = reading.owners(before, facts)
    if not named or has(subject, Role.NUMBER, Role.RANK) or has(subject, Role.SHARE):
        return None
    breaks = [own[0] for own in named if not any(claimed.holds(entry) for entry in own)]
    return _verdict(clause, breaks, claimed)


def _members(subject: Sequence[Token], facts: Facts) -> list[Entry]:
    """Return the entries that a subject is about: bids, grants, lines or contracts, as its words narrow them."""
    if has(subject, Role.THING, "lines"):
        return facts.spending
    if has(subject, Role.THING, "contracts"):
        return facts.of(Kind.CONTRACT)
    entries = facts.of(Kind.GRANT) if has(subject, Role.THING, "bids") or has(subject, Role.STATE) else facts.grants
    return reading.narrowed(entries, subject)


def _verdict(clause: Sequence[Token], breaks: Sequence[Entry], claimed: _Property) -> Verdict:
    start, end = clause[0].start, clause[-1].end
    text = " ".join(token.text for token in clause)
    mention = Mention(text, start, end, None)
    if not breaks:
        return Verdict(mention, True, f"is right: it holds that {claimed.words}.", Role.STATEMENT)
    names = ", ".join(dict.fromkeys(entry.names[0] for entry in breaks[:6]))
    return Verdict(mention, False, f"is wrong: that {claimed.words} does not hold for {names}", Role.STATEMENT)


# Properties


def _properties(clause: Sequence[Token], facts: Facts) -> Iterator[_Property]:
    """Yield the properties that a clause gives; one that is stronger hides another of the same words."""
    if claimed := _full(clause, facts) or _by_year(clause, facts):
        yield claimed
        return
    for read in (_unpaid, _paid, _cut, _state, _side, _areas):
        if claimed := read(clause, facts):
            yield claimed


def _cut_of(entry: Entry) -> bool:
    return (entry.worth(Measure.CUT) or money.ZERO) > 0


def _full(clause: Sequence[Token], _: Facts) -> _Property | None:
    if not is_full(clause):
        return None
    asked = [token for token in clause if token.is_(Role.MEASURE, Measure.ASKED) or token.text == "full"]
    return _Property(lambda entry: entry.is_agreed and not _cut_of(entry), "it gets all that it asked for", asked)


def _by_year(clause: Sequence[Token], facts: Facts) -> _Property | None:
    named_years = [token for token in clause if token.role is Role.YEAR]
    if len(facts.years) < 2:
        return None
    if has(clause, Role.YEARLY) and says(clause, "same", "equal"):
        tokens = [token for token in clause if token.role is Role.YEARLY]
        return _Property(lambda entry: len(set(entry.by_year.values())) == 1, "it is the same in each year", tokens)
    more = next((token for token in clause if token.text in ("more", "less", "more than", "less than")), None)
    if more is None or not named_years or has(clause, Role.WHOLE):
        return None
    first = named_years[0].value
    second = (
        named_years[1].value
        if len(named_years) > 1
        else facts.years[max(list(facts.years).index(first) - 1, 0)]
        if first in facts.years
        else first
    )
    is_more = more.text.startswith("more")

    def holds(entry: Entry) -> bool:
        one, other = entry.by_year.get(first), entry.by_year.get(second)
        return one is None or other is None or (one > other if is_more else one < other)

    return (
        _Property(holds, f"it is {more.text} in {first} than in {second}", [more, *named_years])
        if first != second
        else None
    )


_BE = ("was", "were", "is", "are", "been", "be", "being")


def _told(clause: Sequence[Token], tokens: Sequence[Token]) -> Token | None:
    """Return the last of some tokens that follows a form of “to be”, with no more than an adverb or two between."""
    for token in reversed(tokens):
        at = clause.index(token)
        if says(clause[max(at - 3, 0) : at], *_BE) and not says(clause[max(at - 2, 0) : at], "to", "for", "in"):
            return token
    return None


def _paid(clause: Sequence[Token], _: Facts) -> _Property | None:
    tokens = [
        token
        for token, following in zip(clause, [*clause[1:], None], strict=True)
        if token.is_(Role.MEASURE, Measure.PAID) and not (following and following.text in ("from", "out", "by"))
    ]
    of_money = says(clause, "money", "nothing", "penny", "sum", "far", "its") or has(clause, Role.SUM)
    gone = [token for token in tokens if token.text in _GONE and of_money]
    paid = (
        gone[-1] if gone else _told(clause, tokens) or (tokens[-1] if tokens and says(clause, "made", "been") else None)
    )
    if paid and says(clause, "full", "wholly"):
        return _Property(lambda entry: entry.paid >= entry.agreed, "it has been paid in full", [paid])
    return _Property(lambda entry: entry.paid > 0, "it has been paid", [paid]) if paid else None


_GONE = ("has gone", "have gone", "has left", "have left", "has had its", "had its", "left the fund", "has reached")


def _unpaid(clause: Sequence[Token], _: Facts) -> _Property | None:
    tokens = [token for token in clause if token.is_(Role.MEASURE, Measure.UNPAID)]
    return _Property(lambda entry: entry.paid < entry.agreed, "it is still to be paid", tokens[-1:]) if tokens else None


def _cut(clause: Sequence[Token], _: Facts) -> _Property | None:
    tokens = [token for token in clause if token.is_(Role.MEASURE, Measure.CUT)]
    stated = _told(clause, tokens) or next((token for token in tokens if token.text.startswith("less than")), None)
    return _Property(_cut_of, "it was reduced", [stated]) if stated else None


def _state(clause: Sequence[Token], _: Facts) -> _Property | None:
    states = [token for token in clause if token.role is Role.STATE]
    granted = _told(clause, [token for token in clause if token.text in ("approved", "funded", "awarded")])
    if granted and not has(clause, Role.QUANTITY) and not has(clause, Role.SIDE):
        return _Property(lambda entry: entry.is_agreed, f"it is {granted.text}", [granted])
    alone = [
        token for token in states if token.text in ("failed", "succeed", "succeeded", "go forward", "went forward")
    ]
    stated = alone[-1] if alone else _told(clause, states)
    return _Property(lambda entry: entry.is_(stated.value), f"it is {stated.text}", [stated]) if stated else None


_GOES = (
    "go", "goes", "go up", "fall", "falls", "need", "needs", "require", "requires", "lie", "lies", "may", "can",
    "decides", "decide", "approves", "approve", "sit", "sits",
)  # fmt: skip


def _side(clause: Sequence[Token], _: Facts) -> _Property | None:
    places = [at for at, token in enumerate(clause) if token.role is Role.SIDE]
    if len(places) != 1:
        return None
    token, before = clause[places[0]], clause[max(places[0] - 3, 0) : places[0]]
    after = clause[places[0] + 1 : places[0] + 4]
    if not says(clause, *_BE, *_GOES):
        return None
    if not says(before, *_POINTS) and not says(after, "may", "can", "approve", "decides"):
        return None
    return _Property(lambda entry: entry.side is token.value, f"it is for “{token.text}”", [token])


def _is_of_areas(clause: Sequence[Token], at: int) -> bool:
    """Whether “all” or “both” at a place is of the areas: “works in both wards”."""
    return clause[at].is_(Role.QUANTITY, "all") and has(clause[at + 1 : at + 4], Role.THING, "areas")


def _areas(clause: Sequence[Token], facts: Facts) -> _Property | None:
    tokens = [token for token in clause if token.role is Role.AREA]
    every = next((at for at, token in enumerate(clause) if _is_of_areas(clause, at)), None)
    if every is not None and not tokens and has(clause, Role.OWNER) and says(clause[:every], *_REACHES):
        names = {area for entry in facts.grants for area in entry.areas}
        thing = next(token for token in clause[every:] if token.is_(Role.THING, "areas"))
        return _Property(lambda entry: not entry.areas or names <= entry.areas, "it reaches all areas", [thing])
    if not tokens or not says(clause, *_REACHES):
        return None
    counted = [
        token
        for at, token in enumerate(clause)
        if token.role is Role.NUMBER and not says(clause[max(at - 2, 0) : at], "the", "all")
    ]
    if counted or (has(clause, Role.NUMBER) and says(clause, "each", "each of")) or says(clause, "more", "as"):
        return None
    names = {token.value for token in tokens}
    if has(clause, Role.OWNER) and any(
        one.is_(Role.QUANTITY, "only") and other.text in ("in", "within") for one, other in pairwise(clause)
    ):
        only = f"it reaches {' and '.join(sorted(names))} and nowhere else"
        return _Property(lambda entry: not entry.areas or entry.areas <= names, only, tokens)
    return _Property(
        lambda entry: not entry.areas or names <= entry.areas, f"it reaches {' and '.join(sorted(names))}", tokens
    )
