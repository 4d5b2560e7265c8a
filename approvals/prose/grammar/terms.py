"""Whether the days, years and budgets that a sentence names are those of the round, and a contract is no grant.

Pure rules.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from approvals.prose.facts import Facts
from approvals.prose.grammar import reading
from approvals.prose.grammar.reading import has, says
from approvals.prose.grammar.statements import clauses
from approvals.prose.grammar.tokens import Token
from approvals.prose.grammar.verdict import Verdict, of_tokens
from approvals.prose.vocabulary import Kind, Role
from grants.counting import counted

_SUPPOSES = ("if", "would", "unless", "not", "never", "no", "unlike", "neither")
_ENDS = (
    "end",
    "ends",
    "ending",
    "finish",
    "finishes",
    "complete",
    "completed",
    "close",
    "closes",
    "until",
    "spent",
    "finished",
    "stop",
    "stops",
    "concludes",
    "conclude",
)
_STARTS = ("start", "starts", "begin", "begins", "starting", "beginning", "from")
_CHARGED = ("charged", "met", "borne", "drawn", "funded", "financed", "paid", "fall", "falls")
# Words that name no budget by themselves.
_EVERY_BUDGET = frozenset(
    re.findall(
        r"\w+",
        "a all allocation an and at be budget by charge charged cost costs entirely for from fund funding "
        "funds full grant grants in its money of on only our own out over reserve reserves round solely the "
        "this to wholly year years will is are both ",
    )
)
_OWN = ("own", "reserves", "reserve")
_SPREAD = (
    "split",
    "spread",
    "charged",
    "falls",
    "divided",
    "phased",
    "run",
    "runs",
    "is",
    "are",
    "lasts",
    "last",
    "covers",
)


def verdicts(sentence: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what can be said of each day, span of years and budget that a sentence names."""
    for clause in clauses(sentence):
        if says(clause, *_SUPPOSES) and not has(clause, Role.DATE):
            continue
        for rule in (_days, _last_year, _duration, _span, _charged, _matched, _kind):
            verdict = rule(clause, facts)
            if verdict:
                yield verdict


def _days(clause: Sequence[Token], facts: Facts) -> Verdict | None:
    """Return what is said of the days on which the work of the round, or of one owner, starts and ends."""
    days = [at for at, token in enumerate(clause) if token.role is Role.DATE]
    ending = [at for at, token in enumerate(clause) if token.text in _ENDS or (token.text == "to" and at + 1 in days)]
    about = (
        has(clause, Role.THING)
        or has(clause, Role.OWNER)
        or says(clause, "work", "spending", "years", "year", "activity", "delivery", "it", "everything")
        or has(clause, Role.WHOLE)
    )
    if not days or not facts.ends_on or not about:
        return None
    named = [entry for own in reading.owners(clause, facts) for entry in own]
    own_ends = {entry.ends_on for entry in named if entry.ends_on}
    ends = own_ends or {facts.ends_on}
    last: date = clause[days[-1]].value
    is_month = len(clause[days[-1]].text.split()) == 2
    months = {(day.year, day.month) for day in ends if is_month or day == last}
    if ending and (ending[-1] < days[-1]) and (last.year, last.month) not in months and last != facts.starts_on:
        return of_tokens(
            clause, is_true=False, why=f"the work ends on {' or '.join(sorted(f'{day:%-d %B %Y}' for day in ends))}"
        )
    if (
        facts.starts_on
        and not own_ends
        and says(clause[max(days[0] - 3, 0) : days[0]], *_STARTS)
        and (len(days) > 1 or says(clause, "runs", "run", "starts", "start", "begins", "begin"))
        and clause[days[0]].value != facts.starts_on
    ):
        return of_tokens(clause, is_true=False, why=f"the work starts on {facts.starts_on:%-d %B %Y}")
    return None


def _duration(clause: Sequence[Token], facts: Facts) -> Verdict | None:
    """Return what is said of how many months or weeks the work lasts."""
    if not facts.starts_on or not facts.ends_on or not says(clause, *_LASTS) or has(clause, Role.OWNER):
        return None
    days = (facts.ends_on - facts.starts_on).days + 1
    for token, unit in pairwise(clause):
        length = {"months": Decimal("30.44"), "month": Decimal("30.44"), "weeks": Decimal(7), "week": Decimal(7)}.get(
            unit.text
        )
        if token.role is Role.NUMBER and length and has(clause, Role.THING):
            lasts = Decimal(days) / length
            if abs(lasts - token.value) > 1:
                return of_tokens(clause, is_true=False, why=f"it lasts {days} days")
    return None


_LASTS = ("run", "runs", "last", "lasts", "take", "takes")


def _last_year(clause: Sequence[Token], facts: Facts) -> Verdict | None:
    """Return what is said of the financial year in which the funding or the work ends."""
    claimed_years = reading.years(clause)
    ends = [at for at, token in enumerate(clause) if token.text in ("end", "ends", "finish", "finishes", "concludes")]
    about = has(clause, Role.THING) or says(clause, "work", "funding", "programme", "projects")
    if not claimed_years or not ends or not about or not facts.years or has(clause, Role.OWNER):
        return None
    year = next((token.value for token in clause[ends[0] :] if token.role is Role.YEAR), facts.years[-1])
    return (
        of_tokens(clause, is_true=False, why=f"its last year is {facts.years[-1]}") if year != facts.years[-1] else None
    )


def _span(clause: Sequence[Token], facts: Facts) -> Verdict | None:
    """Return what is said of how many years something is spread over, and of a year that the round has not."""
    about = has(clause, Role.THING) or has(clause, Role.WHOLE) or has(clause, Role.OWNER)
    if not facts.years or not says(clause, *_SPREAD) or not about or says(clause, "has", "had", "have"):
        return None
    is_contract = has(clause, Role.THING, "contracts") or any(
        own[0].what is Kind.CONTRACT for own in reading.owners(clause, facts)
    )
    for at, token in enumerate(clause[:-1]):
        following = clause[at + 1 : at + 3]
        number = token.value if token.role is Role.NUMBER else 1 if token.text == "single" else None
        is_span = says(following[:1], "years", "year", "financial") and says(
            clause[max(at - 2, 0) : at], "over", "for", "over the", "a"
        )
        if is_span and number and not is_contract and number != len(facts.years):
            return of_tokens(
                clause, is_true=False, why=f"the round is of {counted(len(facts.years), 'financial year')}"
            )
    strangers = [year for year in reading.years(clause) if year not in facts.years]
    if strangers and (says(clause, "over", "over the", "between", "across", "to")):
        return of_tokens(clause, is_true=False, why=f"nothing of the round is charged to {strangers[0]}")
    return None


def _charged(clause: Sequence[Token], facts: Facts) -> Verdict | None:
    """Return what is said of the budget that pays: one that shares no word with the budget of the round is another."""
    at = next((at for at, token in enumerate(clause) if token.text in _CHARGED), None)
    if at is None or not facts.charged_to or not says(clause[at + 1 : at + 4], "to", "from", "against", "by"):
        return None
    if clause[at].text == "paid" and not says(clause[at + 1 : at + 2], "from"):
        return None
    place = next(place for place in range(at + 1, at + 4) if clause[place].text in ("to", "from", "against", "by"))
    phrase = clause[place + 1 : place + 10]
    if any(token.role in (Role.YEAR, Role.SIDE, Role.SUM, Role.DATE) for token in phrase) or not (
        has(phrase, Role.WHOLE, "allocation")
        or says(phrase, "reserve", "reserves", "funding", "money", "grant", "account")
    ):
        return None
    spoken = {word for token in phrase for word in token.text.split()}
    known = set(facts.charged_to.casefold().replace("’", "'").split())
    known |= {
        word for entry in facts.of(Kind.INCOME, Kind.LINE) for name in entry.names for word in name.casefold().split()
    }
    significant = spoken - _EVERY_BUDGET
    if says(phrase, "own", "reserve", "reserves") and not known & set(_OWN):
        return of_tokens(clause, is_true=False, why=f"the round is charged to {facts.charged_to}")
    if significant and not significant & (known - _EVERY_BUDGET):
        return of_tokens(clause, is_true=False, why=f"the round is charged to {facts.charged_to}")
    return None


def _matched(clause: Sequence[Token], facts: Facts) -> Verdict | None:
    """Return what is said of money that is matched, where no other income of the register matches it."""
    says_so = says(clause, "matches", "matched", "match") and says(clause, "pound", "equal", "fully")
    grantors = {entry.names[0] for entry in facts.of(Kind.INCOME)}
    if says_so and len(grantors) == 1 and has(clause, Role.OWNER):
        return of_tokens(clause, is_true=False, why=f"the register holds no income but that of {grantors.pop()}")
    return None


def _kind(clause: Sequence[Token], facts: Facts) -> Verdict | None:
    """Return what is said of an owner that is given a grant but has a contract, or the other way round."""
    places = [
        at
        for at, token in enumerate(clause)
        if (token.is_(Role.THING, "grants", "contracts") and says(clause[max(at - 1, 0) : at], "a"))
        or token.text.endswith(" a grant")
    ]
    named = reading.owners(clause, facts)
    gets = says(clause, "given", "awarded", "receive", "receives", "gets", "offered", "granted", "has")
    if len(places) != 1 or len(named) != 1 or not (gets or clause[places[0]].text.endswith(" a grant")):
        return None
    kinds = {entry.what for entry in named[0]}
    claimed_kind = Kind.GRANT if clause[places[0]].value != "contracts" else Kind.CONTRACT
    other = Kind.CONTRACT if claimed_kind is Kind.GRANT else Kind.GRANT
    if kinds == {other}:
        return of_tokens(clause, is_true=False, why=f"{named[0][0].names[0]} has a {other}, no {claimed_kind}")
    return None
