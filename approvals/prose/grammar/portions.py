"""Whether a share is that of its part in its whole: “two fifths of the grant money goes into sport”. Pure rules."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from approvals.prose.amounts import Mention
from approvals.prose.facts import Entry, Facts, worth
from approvals.prose.grammar import reading
from approvals.prose.grammar.reading import has, says
from approvals.prose.grammar.tokens import Token
from approvals.prose.grammar.verdict import Verdict
from approvals.prose.vocabulary import Kind, Measure, Role
from grants import money

_ABOUT = (
    "about",
    "around",
    "roughly",
    "some",
    "nearly",
    "almost",
    "approximately",
    "close",
    "over",
    "under",
    "just",
    "little",
    "short of",
    "barely",
    "well",
    "short",
)
_MORE = ("more than", "over", "above", "exceeds", "greater", "more")
_LESS = ("less than", "under", "below", "short of", "less", "nearly", "almost", "short")
_COMMITTED = ("committed", "commit", "commits", "spent", "allocated", "used")
_LITTLE = ("of", "the", "all", "this", "our", "its", "that", "is", "being", "a", "what", "was")
_MONEY = ("money", "total", "sum", "cost", "costs", "granted", "awarded")
# How far a share may be off: a fraction after “about”, a fraction as it stands, and a percentage after “about”.
_LOOSE, _FRACTION, _NEAR = Decimal("0.045"), Decimal("0.02"), Decimal("0.015")


def verdicts(sentence: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what can be said of each share of a sentence whose part and whole it names."""
    if says(sentence, "would have", "unless", "offences", "crime", "crimes") or _supposes(sentence):
        return
    for at, token in enumerate(sentence):
        if token.role is not Role.SHARE:
            continue
        read = _read(sentence, at, facts)
        if read is None:
            continue
        ratios, label = read
        if not ratios:
            continue
        is_true = any(_fits(sentence, at, token.value, ratio) for ratio in ratios)
        if label == "each":
            is_true = all(_fits(sentence, at, token.value, ratio) for ratio in ratios)
        shown = " or ".join(f"{(ratio * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%" for ratio in ratios[:2])
        mention = Mention(token.text, token.start, token.end, token.value[0] * 100)
        yield Verdict(
            mention,
            is_true,
            f"is right: the share is {shown}." if is_true else f"is wrong: the share is {shown}",
            Role.SHARE,
        )


def _supposes(sentence: Sequence[Token]) -> bool:
    """Whether a sentence speaks of what is not; “if approved” is what the paper asks for."""
    at = next((at for at, token in enumerate(sentence) if token.text == "if"), None)
    return at is not None and not says(sentence[at + 1 : at + 7], "approved", "accepted", "agreed", "granted")


def _read(sentence: Sequence[Token], at: int, facts: Facts) -> tuple[list[Decimal], str] | None:
    """Return the ratios that a share can be, by its whole after “of” and its part in the rest of the sentence."""
    after = sentence[at + 1 :]
    if says(after[:1], *_COMMITTED) and has(sentence[:at], Role.WHOLE, "allocation"):
        return _ratios([_spent(facts)], [facts.allocation]), ""
    if cut := _of_a_cut(sentence, at, facts):
        return cut, ""
    if (
        says(after[:1], "goes", "go")
        and not says(sentence[:at], "of")
        and (parts := list(_parts([*sentence[:at], *after], facts)))
    ):
        return _ratios(parts, [worth(facts.grants)]), ""
    if not after or not (after[0].text == "of" or says(sentence[max(at - 1, 0) : at], "in") or after[0].text == "the"):
        return None
    end = next(
        (
            place
            for place, token in enumerate(after[1:], 1)
            if (token.role is not Role.WORD and token.text != "all") or token.text in _MONEY
        ),
        None,
    )
    if end is None or end > 7 or any(token.text not in _LITTLE for token in after[:end]):
        return None
    head = after[end]
    rest = [*sentence[:at], *after[end + 1 :]]
    if head.is_(Role.THING, "bids") and (states := [token for token in rest if token.role is Role.STATE]):
        bids = facts.of(Kind.GRANT)
        number = sum(entry.count for entry in reading.narrowed(bids, states))
        return [Decimal(number) / (sum(entry.count for entry in bids) or 1)], ""
    if in_year := _of_a_year(sentence, at, facts):
        return in_year, ""
    wholes = _wholes(head, after[end + 1 :], facts)
    if not wholes:
        return None
    if own_of := _own_whole(sentence[:at], after[:end], head, after[end + 1 :], facts):
        return own_of
    if head.role is Role.OWNER:
        own = reading.owners([head], facts)[0]
        if has(rest, Role.YEARLY) or (has(rest, Role.QUANTITY, "all") and says(rest, "year", "years")):
            return _ratios([worth(own, year=year) for year in own[0].by_year], wholes), "each"
        if years := reading.years(rest):
            return _ratios([worth(own, year=years[0])], wholes), ""
    if has(rest, Role.QUANTITY, "all") and has(rest, Role.THING, "areas", "recipients", "grants", "projects"):
        return _ratios([entry.agreed for entry in facts.grants], wholes), "each"
    summed = [token.value.value for token in sentence if token.role is Role.SUM and token.value.value is not None]
    before = [token.value.value for token in sentence[:at] if token.role is Role.SUM and token.value.value is not None]
    if len(before) == len(summed) > 1 and head.is_(Role.WHOLE, "allocation"):
        # “Grants (£5), staff (£6) and signs (£7) use 72% of the allocation”.
        return _ratios([money.total(before), *before], wholes), ""
    nearest = [token.value.value for token in sentence[max(at - 2, 0) : at] if token.role is Role.SUM]
    parts = nearest or (summed if len(summed) == 1 else list(_parts(rest, facts)))
    ratios = _ratios(parts, wholes)
    narrow = [token for token in rest if token.role in (Role.THEME, Role.AREA, Role.SIDE)]
    if head.text in ("grants", "awards", "projects") and narrow and not has(sentence, Role.SUM):
        part, whole = reading.narrowed(facts.grants, narrow), facts.grants
        ratios.append(Decimal(sum(entry.count for entry in part)) / (sum(entry.count for entry in whole) or 1))
    return (ratios, "") if ratios else None


def _of_a_cut(sentence: Sequence[Token], at: int, facts: Facts) -> list[Decimal]:
    """Return the ratio of “cut by a tenth”, and of “four fifths of what it asked for”."""
    named = [own for own in reading.owners(sentence, facts) if own[0].what is Kind.GRANT]
    if len(named) != 1:
        return []
    asked = worth(named[0], Measure.ASKED)
    if says(sentence[max(at - 1, 0) : at], "by") and has(sentence[:at], Role.MEASURE, Measure.CUT):
        return _ratios([worth(named[0], Measure.CUT)], [asked])
    if says(sentence[at + 1 : at + 2], "of") and has(sentence[at + 2 : at + 7], Role.MEASURE, Measure.ASKED):
        return _ratios([worth(named[0])], [asked])
    return []


def _of_a_year(sentence: Sequence[Token], at: int, facts: Facts) -> list[Decimal]:
    """Return the ratio of “paid £5, half of its first year”, and of “half of A’s first-year money, £5”."""
    named, named_years = reading.owners(sentence, facts), reading.years(sentence[at + 1 : at + 6])
    summed = [token.value.value for token in sentence if token.role is Role.SUM and token.value.value is not None]
    if len(named) != 1 or len(named_years) != 1 or len(summed) != 1:
        return []
    return _ratios(summed, [worth(named[0], year=named_years[0])])


def _own_whole(
    before: Sequence[Token], between: Sequence[Token], head: Token, after: Sequence[Token], facts: Facts
) -> tuple[list[Decimal], str] | None:
    """Return the ratios where the whole is what one owner gets: “a quarter of its grant”, “half of Croydon’s money”."""
    if says(between, "its", "their"):
        named = reading.owners(before, facts)
    elif head.role is Role.OWNER:
        named = reading.owners([head], facts)
    else:
        named = reading.owners(after[:4], facts) if says(after[:1], "for", "to") else []
    if len(named) != 1:
        return None
    sums = [token.value.value for token in before if token.role is Role.SUM and token.value.value is not None]
    if has([*before, *after], Role.MEASURE, Measure.PAID):
        return _ratios([worth(named[0], Measure.PAID)], [worth(named[0])]), ""
    return (_ratios(sums[-1:], [worth(named[0])]), "") if sums and says(between, "its", "their") else None


def _ratios(parts: Sequence[Decimal | None], wholes: Sequence[Decimal | None]) -> list[Decimal]:
    return [part / whole for whole in wholes if whole for part in parts if part is not None]


def _spent(facts: Facts) -> Decimal | None:
    return worth(facts.spending)


def _wholes(head: Token, after: Sequence[Token], facts: Facts) -> list[Decimal | None]:
    if head.is_(Role.WHOLE, "allocation"):
        return [facts.allocation]
    if head.is_(Role.THING, "grants"):
        return [worth(facts.grants)]
    if head.is_(Role.THING, "everything"):
        return [_spent(facts)]
    if head.role is Role.OWNER:
        return [worth(own) for own in reading.owners([head], facts)]
    if head.text in ("granted", "awarded"):
        return [worth(facts.grants)]
    if head.text in _MONEY:
        return [worth(facts.grants), _spent(facts), facts.allocation]
    return []


def _parts(rest: Sequence[Token], facts: Facts) -> Iterator[Decimal | None]:
    """Yield the sum of the part that the rest of a sentence names."""
    if ranked := reading.of_rank(rest, facts):
        yield worth(ranked)
        return
    named = reading.owners(rest, facts)
    if named:
        yield worth([entry for own in named for entry in own])
        return
    narrow = [token for token in rest if token.role in (Role.THEME, Role.AREA, Role.SIDE)]
    if narrow:
        yield worth(reading.narrowed(facts.grants, narrow))
        return
    if has(rest, Role.WHOLE, "left"):
        spent = _spent(facts)
        yield facts.allocation - spent if facts.allocation is not None and spent is not None else None
        return
    if says(rest, "granted", "awarded") and not has(rest, Role.SUM):
        yield worth(facts.grants)
        return
    if says(rest, "commit", "commits"):
        yield _spent(facts)
    groups: list[list[Entry]] = reading.things_of(rest, facts)
    if has(rest, Role.THING, "grants"):
        yield worth(facts.grants)
    elif groups:
        yield worth(groups[0])
    elif says(rest, *_COMMITTED):
        yield _spent(facts)
    hinted = reading.owners(rest, facts, hints=True)
    if not groups and len(hinted) == 1:
        yield worth(hinted[0])


def _fits(sentence: Sequence[Token], at: int, share: tuple[Decimal, Decimal | None], ratio: Decimal) -> bool:
    value, step = share
    before = sentence[max(at - 3, 0) : at]
    if says(before, "least"):
        return ratio >= value
    if says(before, "more than") and not says(before, "little", "slightly", "just", "somewhat"):
        return ratio > value
    if says(before, "less than") and not says(before, "little", "slightly", "just", "somewhat"):
        return ratio < value
    vague = says(before, *_ABOUT) or has(before, Role.DIFFERENCE)
    if says(before, "fully") or (vague and says(before, *_MORE)):
        return value - Decimal("0.005") <= ratio <= value + _LOOSE
    if vague and says(before, *_LESS):
        return value - _LOOSE <= ratio <= value + Decimal("0.005")
    if step is None:
        return abs(ratio - value) <= (_LOOSE if vague else _FRACTION)
    if vague:
        return abs(ratio - value) <= (_NEAR if (value * 100) % 5 else Decimal("0.025"))
    return ratio.quantize(step, ROUND_HALF_UP) == value
