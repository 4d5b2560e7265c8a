"""Whether what a sentence says of the ends of a set is true: “grants range from £5 to £6”, “no award is below £5”.

Pure rules.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from approvals.prose.facts import Entry, Facts
from approvals.prose.grammar import reading
from approvals.prose.grammar.reading import has, says
from approvals.prose.grammar.statements import clauses
from approvals.prose.grammar.tokens import Token
from approvals.prose.grammar.verdict import Verdict, equal, in_words
from approvals.prose.vocabulary import Kind, Role
from grants import money

_SPREADS = ("range", "ranges", "ranging", "between", "vary", "varies", "run", "runs", "lie", "lies")
_BELOW = ("below", "under", "less than", "smaller than", "lower than", "fewer than")
_ABOVE = ("above", "over", "exceeds", "exceed", "more than", "larger than", "higher than", "exceeding")
_AT_LEAST = ("at least", "no less than", "least")
_AT_MOST = ("at most", "up to", "no more than")


def verdicts(sentence: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what can be said of the least and the most that a sentence gives of a set without an owner."""
    for clause in clauses(sentence):
        if has(clause, Role.OWNER) or says(clause, "would", "unless", "had"):
            continue
        yield from _range(clause, facts)
        yield from _limit(clause, facts)


def _amounts(clause: Sequence[Token], facts: Facts) -> list[Decimal]:
    """Return the sums of the set that a clause names; empty where it names none, or counts another number of it."""
    is_of_bids = has(clause, Role.THING, "bids")
    if not is_of_bids and not has(clause, Role.THING, "grants", "recipients", "projects"):
        return []
    entries: Sequence[Entry] = reading.narrowed(facts.of(Kind.GRANT) if is_of_bids else facts.grants, clause)
    numbers = [token.value for token in clause if token.role is Role.NUMBER]
    if any(entry.count > 1 for entry in entries) or (numbers and len(entries) not in numbers):
        return []
    return [entry.asked if is_of_bids else entry.agreed for entry in entries]


def _range(clause: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what is said of both ends: “awards lie between £5 and £6”."""
    summed = [at for at, token in enumerate(clause) if token.role is Role.SUM and token.value.value is not None]
    if len(summed) != 2 or not says(clause[: summed[0]], *_SPREADS):
        return
    if [token.text for token in clause[summed[0] + 1 : summed[1]]] not in (["to"], ["and"], ["up", "to"]):
        return
    if has(clause, Role.YEAR) or has(clause, Role.MEASURE) or has(clause, Role.RANK):
        return
    amounts = _amounts(clause, facts)
    for at, end in zip(summed, (min, max), strict=True) if len(amounts) > 1 else ():
        mention = clause[at].value
        is_true = equal(mention, end(amounts))
        why = f"the {'smallest' if end is min else 'largest'} is {money.pounds(end(amounts))}"
        yield Verdict(mention, is_true, in_words(why, is_true=is_true))


def _limit(clause: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what is said of all of a set or of none of it: “no award is below £5”."""
    at = next((at for at, token in enumerate(clause) if token.role is Role.SUM), None)
    quantity = next((token.value for token in clause if token.role is Role.QUANTITY), "")
    if at is None or sum(token.role is Role.SUM for token in clause) > 1 or quantity not in ("all", "none"):
        return
    before, mention = clause[max(at - 2, 0) : at], clause[at].value
    if mention.value is None or has(clause, Role.MEASURE) or has(clause, Role.YEAR) or has(clause, Role.YEARLY):
        return
    amounts = _amounts(clause, facts)
    if not amounts:
        return
    holds = None
    if says(before, *_AT_LEAST):
        holds = [amount >= mention.value for amount in amounts]
    elif says(before, *_AT_MOST):
        holds = [amount <= mention.value for amount in amounts]
    elif says(before, *_BELOW):
        holds = [amount < mention.value for amount in amounts]
    elif says(before, *_ABOVE):
        holds = [amount > mention.value for amount in amounts]
    if holds is None:
        return
    is_true = all(holds) if quantity == "all" else not any(holds)
    why = f"they go from {money.pounds(min(amounts))} to {money.pounds(max(amounts))}"
    yield Verdict(mention, is_true, in_words(why, is_true=is_true), Role.STATEMENT)
    if is_true:
        # Nothing has to be exactly as large as a limit.
        yield Verdict(mention, is_true, in_words(why, is_true=is_true))
