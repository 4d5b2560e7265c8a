"""Whether a sum is what its sentence says that it is, worked out from the facts of the round. Pure rules.

The words that belong to the sum say whose it is, of which measure and year, and of which set. It is true where the
register gives that sum, false where an owner or a set is named that has another, and otherwise not understood.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from approvals.prose.amounts import Mention
from approvals.prose.facts import Entry, Facts, worth
from approvals.prose.grammar import candidates, choices, reading, unnamed
from approvals.prose.grammar.candidates import Candidate
from approvals.prose.grammar.reading import Part, has, says
from approvals.prose.grammar.tokens import Token
from approvals.prose.grammar.verdict import Verdict, equal, of_tokens
from approvals.prose.vocabulary import Kind, Measure, Role, State
from grants import money

# A sentence with one of these words may speak of what is not.
_SUPPOSES = ("if", "unless", "instead", "rather", "had", "otherwise")


def verdicts(sentence: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what can be said of each sum of a sentence."""
    sums = list(reading.parts(sentence, Role.SUM))
    yield from _respectively(sentence, facts)
    yield from _made_up(sentence, sums)
    yield from _all_of_it(sentence, sums, facts)
    for part in sums:
        if part.token.value.value is None:
            continue
        if bound := _bound(part, facts):
            yield from (bound, replace(bound, of=Role.STATEMENT))
        elif verdict := _verdict(part, facts):
            yield verdict


def _verdict(part: Part, facts: Facts) -> Verdict | None:
    mention: Mention = part.token.value
    first = None
    for candidate in (*candidates.near(part, facts), *unnamed.in_lists(part, facts)):
        first = first or candidate
        if _is(mention, candidate, part):
            return _right(mention, candidate)
    if (entries := _said_to_be(part, facts)) is not None:
        whole = Candidate(worth(entries) or money.ZERO, choices.names(entries))
        if _is(mention, whole, part):
            return _right(mention, whole)
        return Verdict(
            mention, False, f"is not what the register gives: that is {money.pounds(whole.amount)}", firm=False
        )
    own = _names_a_set(part, facts)
    if not own:
        for candidate in (*unnamed.candidates(part, facts), *candidates.wide(part, facts)):
            if _is(mention, candidate, part):
                return _right(mention, candidate)
    own = own or _names_a_measure(part)
    if says(part.whole, *_SUPPOSES) or first is None or not own or _is_all_income(part, facts):
        return None
    why = f"is not what the register gives: {first.label} is {money.pounds(first.amount)}"
    return Verdict(mention, False, why, firm=has(part.near, Role.OWNER))


def _said_to_be(part: Part, facts: Facts) -> Sequence[Entry] | None:
    """Return all that “£5 is being granted” or “£5 is committed” speaks of; None where a sum is said to be neither."""
    if has(part.before, Role.WHOLE, "allocation") and says(part.before[-2:], "cost", "costs"):
        return None if has(part.whole, Role.YEAR) or has(part.near, Role.OWNER) else facts.spending
    after = part.after[:4]
    is_whole = says(after[:2], "is", "are", "will", "being", "has") and not reading.has_set(part.before)
    if not is_whole or has(part.near, Role.OWNER) or has(part.whole, Role.YEAR) or _narrows(part.near):
        return None
    if says(after, "granted", "awarded"):
        return facts.grants
    return facts.spending if says(after, "committed") else None


def _right(mention: Mention, candidate: Candidate) -> Verdict:
    return Verdict(mention, True, f"is {candidate.label}, {money.pounds(candidate.amount)}.")


def _is(mention: Mention, candidate: Candidate, part: Part) -> bool:
    return equal(mention, candidate.amount) or candidate.is_near(mention.value, part.hedge, mention.step)


_AT_LEAST = ("more than", "over", "above", "exceeding", "exceed", "exceeds", "reach", "reaches", "at least")
_BELOW = ("less than", "under", "below", "up to", "at most")


def _bound(part: Part, facts: Facts) -> Verdict | None:
    """Return what is said of owners that each get more, or less, than a sum."""
    last = part.before[-1:]
    at_least, below = says(last, *_AT_LEAST), says(last, *_BELOW)
    named = reading.owners(part.before, facts) or (
        reading.owners(part.whole, facts) if says(part.before, "them") else []
    )
    if not (at_least or below) or not named:
        return None
    value = part.token.value.value
    if has(part.before, Role.QUANTITY, "none"):
        at_least, below = below, at_least
    by_owner = [choices.joined(named)] if has(part.near, Role.TOTAL) and not says(part.before, "each") else named
    singly = [[entry] for own in named for entry in own] if says(part.near, "alone", "them", "each") else by_owner
    for groups in (by_owner, singly):
        amounts = [worth(own, measure) or money.ZERO for own in groups for measure in choices.measures(part)[:1]]
        if all(amount >= value if at_least else amount <= value for amount in amounts):
            return Verdict(part.token.value, True, f"holds for {choices.names(choices.joined(named))}.")
    return Verdict(part.token.value, False, f"does not hold for all of {choices.names(choices.joined(named))}")


def _is_all_income(part: Part, facts: Facts) -> bool:
    """Whether a sum beside the name of a grantor is the allocation, of which the register may hold a part as income."""
    named = reading.owners(part.near, facts)
    of_income = bool(named) and all(entry.what is Kind.INCOME for own in named for entry in own)
    return of_income and facts.allocation is not None and equal(part.token.value, facts.allocation)


def _names_a_measure(part: Part) -> bool:
    """Whether the words that belong to a sum say what it measures, and maybe not of whom."""
    if has(part.after[:4], Role.WHOLE, "left") or has(part.before[-3:], Role.WHOLE, "left"):
        return True
    measure = choices.measures(part)
    return len(measure) == 1 and measure[0] in (Measure.UNPAID, Measure.ASKED, Measure.PAID)


def _names_a_set(part: Part, facts: Facts) -> bool:
    """Whether the words that belong to a sum name an owner, a set, or the whole of something."""
    if len(facts.years) > 1 and any(
        one.text in ("in", "for", "during") and other.role is Role.YEAR for one, other in pairwise(part.after[:6])
    ):
        return True
    if (
        says(part.before[:1], "to")
        and reading.is_narrow(part.inherited)
        and says(part.whole, "range", "ranges", "from")
    ):
        return True
    if says(part.before[-1:], "to") and says(part.whole, "from") and has(part.inherited, Role.OWNER):
        return True
    if has(part.near, Role.OWNER) or _narrows(part.near) or has(part.after, Role.YEARLY):
        return True
    spent = candidates.spent(part.before, facts)
    return bool(spent and has(part.near, Role.WHOLE, "left")) or _is_of_things(part, facts)


def _narrows(tokens: Sequence[Token]) -> bool:
    """Whether some words leave a part of the bids; all that is granted is recommended."""
    rest = [token for token in tokens if not token.is_(Role.STATE, State.RECOMMENDED)]
    return reading.is_narrow(rest)


def _is_of_things(part: Part, facts: Facts) -> bool:
    """Whether the sum is said of all contracts, lines or grants, as in “grants (£316,000)” or “posts cost £5”."""
    before = [
        token
        for token in part.before
        if token.text not in ("(", ":", "|", ",", "cost", "costs", "take", "takes", "of", "at")
    ]
    if (
        not before
        or not before[-1].is_(Role.THING, "contracts", "lines", "grants")
        or has(part.before, Role.NUMBER, Role.RANK)
    ):
        return False
    largest = max((entry.agreed for entry in facts.spending), default=money.ZERO)
    of_one = says(part.before, "of", "at", "a", "an", "the", "each", "grant", "award")
    return not of_one or before[-1].value != "grants" or (part.token.value.value or money.ZERO) > largest


def _made_up(sentence: Sequence[Token], sums: Sequence[Part]) -> Iterator[Verdict]:
    """Yield what is said of “A at £5 and B at £6 make £11”, to the rounding as written."""
    for at, part in enumerate(sums):
        amounts = [each.token.value for each in sums[: at + 1]]
        if (
            at < 2
            or not says(part.before[-2:], "make", "makes", "make up", "come to", "comes to")
            or any(each.value is None for each in amounts)
        ):
            continue
        if has(sentence[: sentence.index(part.token)], Role.WHOLE) or says(sentence, "of which"):
            continue
        total = money.total([each.value for each in amounts[:-1]])
        slack = sum((each.step for each in amounts if each.step > 1), money.ZERO) / 2
        if abs(total - amounts[-1].value) > slack:
            yield Verdict(amounts[-1], False, f"is wrong: the sums before it make {money.pounds(total)}")


def _all_of_it(sentence: Sequence[Token], sums: Sequence[Part], facts: Facts) -> Iterator[Verdict]:
    """Yield what is said of “£5 was paid, all of it to A” and “£5 is left, all of it from the second year”."""
    for at, token in enumerate(sentence[:-3]):
        if token.text != "all" or sentence[at + 1].text != "of" or sentence[at + 2].text not in ("it", "this", "that"):
            continue
        before = [part for part in sums if part.token.start < token.start]
        end = next((place for place in range(at, len(sentence)) if sentence[place].text in (",", ".", ";")), None)
        rest = sentence[at + 3 : end]
        if not before or before[-1].token.value.value is None:
            continue
        part = before[-1]
        named, named_years = reading.owners(rest, facts), reading.years(rest)
        amounts: list[Decimal | None] = []
        if named:
            amounts = [worth(choices.joined(named), measure) for measure in choices.measures(part)]
        elif len(named_years) == 1 and has(part.near, Role.WHOLE, "left"):
            amounts = [candidate.amount for candidate in candidates.left(facts, named_years, ())]
        known = [amount for amount in amounts if amount is not None]
        if known and not any(equal(part.token.value, amount) for amount in known):
            yield of_tokens(sentence[at:end], is_true=False, why=f"it is {money.pounds(known[0])}")


def _respectively(sentence: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what is said of “£5 and £6 go to A and B respectively”."""
    if not says(sentence, "respectively"):
        return
    summed = [token for token in sentence if token.role is Role.SUM]
    named = reading.owners(sentence, facts)
    if len(summed) != len(named):
        return
    for token, entries in zip(summed, named, strict=True):
        wanted = reading.measures(sentence) or [Measure.AGREED]
        amount = worth(entries, wanted[0]) or money.ZERO
        is_true = equal(token.value, amount)
        yield Verdict(
            token.value,
            is_true,
            f"is {'' if is_true else 'not '}that of {choices.names(entries)}, {money.pounds(amount)}",
        )
