"""Whether a number is how many there are of what its sentence counts, worked out from the facts. Pure rules.

“Three grants reach Westminster, two reach Lambeth”: each number is held against the grants that its own words leave, by
theme, area, side, state, owner, or what was cut or paid.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from approvals.prose.amounts import Mention
from approvals.prose.facts import Entry, Facts
from approvals.prose.grammar import reading
from approvals.prose.grammar.reading import Part, has, says
from approvals.prose.grammar.tokens import Token
from approvals.prose.grammar.verdict import Verdict
from approvals.prose.vocabulary import Kind, Measure, Role, State
from grants import money

_NARROW = (Role.THEME, Role.AREA, Role.SIDE, Role.STATE, Role.OWNER)
# After one of these words a number counts something that the register does not.
_OTHERS = frozenset(
    re.findall(
        r"\w+",
        "year years month months week weeks day days hour hours minute minutes people young pupils residents "
        "decimal places place pages tranches tranche times per officers sessions events criteria halves parts "
        "ways ",
    )
)
_SUPPOSES = ("would", "if", "had", "unless", "could", "remaining", "other than")
_STATE_NAMES = {State.REFUSED: "rejected", State.INTERNAL: "internal", State.REDIRECTED: "redirected"}


def verdicts(sentence: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what can be said of each number of a sentence that counts bids, grants, recipients or areas."""
    if says(sentence, *_SUPPOSES):
        return
    parts = list(reading.parts(sentence, Role.NUMBER, Role.SUM))
    thing = ""
    for at, part in enumerate(parts):
        if part.token.role is not Role.NUMBER:
            continue
        of_next = parts[at + 1 : at + 2] if says(part.after[:1], "of") and len(part.after) <= 3 else []
        own = _thing(part) or (_thing(of_next[0]) if of_next and of_next[0].token.role is Role.NUMBER else "")
        if own == "other":
            continue
        if (
            not own
            and not thing
            and says(part.after[:2], "of", "were", "are", "was", "is", "have", "has", "need", "go")
        ):
            thing = "grants"
        thing = own or thing
        if thing:
            verdict = _verdict(part, parts[at + 1 :], thing, facts)
            if verdict:
                yield verdict


def _thing(part: Part) -> str:
    """Return what a number counts by the noun near it; empty where it has none, “other” for what we do not count."""
    if part.after and part.after[0].role is Role.WORD and part.after[0].text not in (*_LITTLE, *_VERBS):
        following = part.after[1:3]
        if not has(following, Role.THING):
            return "other"
    adjectives = 0
    for token in part.after[:6]:
        if token.role is Role.THING:
            return str(token.value)
        if token.text in _OTHERS:
            return "other"
        if token.role is Role.OWNER:
            return "grants" if part.token.value > 1 and len(token.value) > 1 else "other"
        if token.text in _VERBS:
            break
        if token.role in (Role.HINT, Role.MEASURE) or (token.role is Role.WORD and token.text not in _LITTLE):
            adjectives += 1
            if adjectives > 1:
                return "other"
        if token.text in (",", ".", "(", ")"):
            break
    last = [token for token in part.before if token.text != "("][-1:]
    return (
        str(last[0].value) if last and last[0].role is Role.THING and says(part.before[-1:], "(", ":", "were") else ""
    )


_LITTLE = (
    "of",
    "the",
    "our",
    "these",
    "those",
    "this",
    "all",
    "its",
    "other",
    "further",
    "such",
    "them",
    "which",
    "for",
    "to",
    "in",
)
_VERBS = (
    "were",
    "are",
    "was",
    "is",
    "have",
    "has",
    "had",
    "need",
    "needs",
    "go",
    "goes",
    "reach",
    "come",
    "fall",
    "at",
    "get",
    "will",
    "may",
)
# Owners count only where they are the noun that is counted: “three Safe Camps”.
_ONE = ("of", "only", "just")


def _verdict(part: Part, following: Sequence[Part], thing: str, facts: Facts) -> Verdict | None:
    if part.before and part.before[-1].is_(Role.QUANTITY, "all", "none") and part.token.value == 1:
        return None
    each_area = has(part.before, Role.QUANTITY, "all") and has(part.before, Role.THING, "areas")
    is_one = (
        part.token.value == 1
        and part.before
        and not (part.token.text == "a single" or says([*part.before[-1:], *part.after[:1]], *_ONE))
    )
    if is_one and not each_area and not has(part.near, Role.STATE):
        return None
    if part.after[:1] and part.after[0].is_(Role.RANK, 1, -1, 10, -10) and part.token.value < len(facts.grants):
        return _said(part, is_true=True, why=f"there are {len(facts.grants)}")
    if thing == "bids" and (listed := _listed(part, facts)) and len(listed) == part.token.value:
        return _said(part, is_true=True, why=f"{part.token.value} are listed")
    tokens = _without_list(_tokens(part, following), facts)
    tokens = [token for at, token in enumerate(tokens) if token.role is not Role.SIDE or not _is_asked(tokens, at)]
    if thing == "areas":
        return _areas(part, tokens, facts)
    if (verdict := _in_each_area(part, tokens, thing, facts)) is not None:
        return verdict
    if (
        not any(token.role in _NARROW or token.role is Role.MEASURE for token in tokens)
        and not is_full(tokens)
        and not (says(tokens, "same") and has(tokens, Role.THING, "recipients"))
    ):
        return _whole(part, thing, facts)
    counts = _counts(part, tokens, thing, facts)
    if not counts:
        return None
    is_true = any(_fits(part, count) for count in counts)
    label = " ".join(
        token.text for token in tokens if token.role in _NARROW or token.role in (Role.MEASURE, Role.THING)
    )
    return _said(part, is_true, f"the register counts {' or '.join(map(str, sorted(counts)))} for “{label}”")


def _in_each_area(part: Part, tokens: Sequence[Token], thing: str, facts: Facts) -> Verdict | None:
    """Return what is said of “three grants in each ward” and of “Tidewell and Old Dock each have three”."""
    areas = [token for token in tokens if token.role is Role.AREA]
    so_far = part.whole[: part.whole.index(part.token)]
    is_behind = says(part.after, "each", "every") and has(part.after, Role.THING, "areas")
    if says(part.after[:1], "each") and has(part.before, Role.AREA):
        areas, is_behind = [token for token in part.before if token.role is Role.AREA], True
    is_before = has(so_far, Role.QUANTITY, "all") and not has(part.before, Role.THING, "bids", "grants", "projects")
    if not is_behind and not (is_before and (areas or has(so_far, Role.THING, "areas"))):
        return None
    names = {token.value for token in areas} or {area for entry in facts.entries for area in entry.areas}
    numbers = {_count([entry for entry in facts.grants if name in entry.areas], thing) for name in sorted(names)}
    is_true = all(_fits(part, number) for number in numbers)
    return _said(part, is_true, f"the number of grants in each is {' or '.join(map(str, sorted(numbers)))}")


def _counts(part: Part, tokens: list[Token], thing: str, facts: Facts) -> set[int]:
    """Return how many there can be of what some words count; empty where the register counts no such thing."""
    counts = {_count(entries, thing) for entries in _sets(tokens, thing, facts)}
    measures = reading.measures(tokens)
    if Measure.ASKED in measures and Measure.CUT not in measures:
        counts |= {_count(entries, thing) for entries in _sets(tokens, "bids", facts)}
    known = _known_number(tokens, facts)
    if known is not None:
        counts = {known}
    if thing == "projects":
        counts |= {_count(entries, "families") for entries in _sets(tokens, thing, facts)}
    if says(tokens, "same") and has(tokens, Role.THING, "recipients"):
        by_recipient = [entry.names[0] for entry in facts.grants]
        counts = {by_recipient.count(name) for name in by_recipient} - {1}
    whole = _count(facts.grants, thing)
    if counts and _is_denied(tokens):
        counts = {whole - count for count in counts}
    if counts and part.before and part.before[-1].text in ("the", "these", "those") and measures:
        # “The six applicants sought” says in passing how many there are, and which of them the reader knows.
        counts |= {whole, _count(facts.of(Kind.GRANT), thing)}
    if counts and thing == "bids" and says(part.before[-1:], "from"):
        counts |= {_count(facts.of(Kind.GRANT), thing)}
    if says(part.before[-1:], "but", "all but"):
        counts = {whole - count for count in counts}
    return counts


def _is_asked(tokens: Sequence[Token], at: int) -> bool:
    """Whether those who decide are named as the readers of the paper: “five grants are before the trustees”."""
    return says(tokens[max(at - 2, 0) : at], "before")


def _listed(part: Part, facts: Facts) -> list[list[Entry]]:
    """Return the owners in the brackets right behind what a number counts."""
    rest = part.whole[part.whole.index(part.token) + 1 :]
    begins = next((at for at, token in enumerate(rest[:4]) if token.text == "("), None)
    if begins is None:
        return []
    ends = next((at for at, token in enumerate(rest) if token.text == ")"), len(rest))
    return reading.owners(rest[begins:ends], facts)


def _without_list(tokens: list[Token], facts: Facts) -> list[Token]:
    """Return the words without a list of owners in brackets or behind a colon, which says who is counted."""
    begins = next((at for at, token in enumerate(tokens) if token.text in ("(", ":")), None)
    if begins is None or not reading.owners(tokens[begins:], facts):
        return tokens
    ends = next((at for at, token in enumerate(tokens) if at > begins and token.text == ")"), len(tokens))
    return tokens[:begins] + tokens[ends + 1 :]


def _is_denied(tokens: Sequence[Token]) -> bool:
    """Whether what some words say of a number did not happen: “four have received nothing as yet”."""
    places = [at for at, token in enumerate(tokens) if token.is_(Role.MEASURE, Measure.PAID)]
    return any(says(tokens[max(at - 2, 0) : at + 3], "nothing", "not", "no", "never") for at in places)


def is_full(tokens: Sequence[Token]) -> bool:
    """Whether some words say that something gets all that it asked for."""
    if has(tokens, Role.MEASURE, Measure.PAID):
        return False
    if says(tokens, "full", "uncut", "unreduced") and says(
        tokens,
        "gets",
        "get",
        "offered",
        "have",
        "has",
        "uncut",
        "unreduced",
        "funded",
        "receive",
        "receives",
        "supported",
        "met",
        "granted",
        "awarded",
        "given",
        "recommended",
    ):
        return True
    asked = has(tokens, Role.MEASURE, Measure.ASKED)
    as_asked = [token for before, token in pairwise(tokens) if before.text == "as" and token.role is Role.MEASURE]
    gets = says(
        tokens,
        "offered",
        "supported",
        "receive",
        "receives",
        "gets",
        "get",
        "awarded",
        "given",
        "granted",
        "funded",
        "got",
    ) or has(tokens, Role.STATE, State.RECOMMENDED)
    of_all = says(tokens, "sum", "sums", "what", "amount", "amounts", "all", "everything", "much") or has(
        tokens, Role.TOTAL
    )
    return gets and (bool(as_asked) or (asked and of_all))


def _whole(part: Part, thing: str, facts: Facts) -> Verdict | None:
    """Return what is said of a bare number that counts all of something: “of the five projects”."""
    sets = {"bids": facts.of(Kind.GRANT), "contracts": facts.of(Kind.CONTRACT)}
    entries = sets.get(thing, facts.grants if thing in ("grants", "projects", "recipients") else [])
    counts = {_count(entries, "families" if thing == "projects" else thing)}
    if thing == "bids" and "received" in facts.numbers:
        counts = {facts.numbers["received"]}
    if part.token.value in counts and part.token.value > 1:
        return _said(part, is_true=True, why=f"there are {part.token.value} {thing}")
    return None


def _said(part: Part, is_true: bool, why: str) -> Verdict:
    token = part.token
    mention = Mention(token.text, token.start, token.end, Decimal(token.value))
    return Verdict(mention, is_true, f"is right: {why}." if is_true else f"is wrong: {why}", Role.NUMBER, firm=False)


def _fits(part: Part, count: int) -> bool:
    number = part.token.value
    before = " ".join(token.text for token in part.before[-3:])
    if before.endswith(("at least", "no fewer than", "not less than")):
        return count >= number
    if before.endswith("more than"):
        return count > number
    if before.endswith(("at most", "up to", "no more than")):
        return count <= number
    if before.endswith(("fewer than", "less than")):
        return count < number
    return count == number


def _tokens(part: Part, following: Sequence[Part]) -> list[Token]:
    """Return the words that say what a number counts: those that belong to it, or to “of the 53 bids” after it."""
    if part.before and part.before[-1].text in ("the", "of"):
        # “The three awards” and “of the 53 bids” count what the words right beside them say.
        things = [at for at, token in enumerate(part.after) if token.role in (Role.THING, Role.OWNER)]
        is_whole = says(part.before[-2:-1], "of") or part.before[-1].text == "of"
        return list(part.after[: things[0] + (1 if is_whole else 4)]) if things else []
    tokens = list(part.near)
    if following and says(part.after[:1], "of") and following[0].token.role is Role.NUMBER and len(part.after) <= 3:
        tokens += following[0].after
    if not any(token.role in _NARROW or token.role is Role.MEASURE for token in tokens):
        place = part.whole.index(part.token)
        for token in part.whole[place + 1 :]:
            is_next = token.text in ("and", "but", "while") and not has(tokens, Role.OWNER)
            if token.role is Role.NUMBER or token.text in (";", ".", ":", "\n") or is_next:
                break
            tokens.append(token)
    if not any(token.role in _NARROW or token.role is Role.MEASURE for token in tokens) and says(
        part.before[-1:], "across", "in", "through", "between", "by"
    ):
        tokens += [token for token in part.previous if token.role in _NARROW]
    return tokens


def _sets(tokens: Sequence[Token], thing: str, facts: Facts) -> Iterator[list[Entry]]:
    entries: list[Entry] = facts.of(Kind.GRANT) if thing == "bids" or has(tokens, Role.STATE) else facts.grants
    if thing == "contracts":
        entries = facts.of(Kind.CONTRACT)
    if thing in ("lines", "income", "everything"):
        return
    negated = [
        token.value
        for before, token in pairwise(tokens)
        if token.role is Role.STATE and before.text in ("not", "never")
    ]
    rest = [token for token in tokens if not (token.role is Role.STATE and token.value in negated)]
    if negated:
        entries = [entry for entry in entries if entry.state not in negated]
    if thing == "bids" and not has(tokens, Role.STATE) and has(tokens, Role.SIDE):
        entries = facts.grants
    entries = reading.narrowed(entries, rest)
    named = reading.owners(rest, facts)
    if named:
        entries = [entry for entry in entries if any(entry in own for own in named)]
    wanted = reading.measures(tokens)
    if is_full(tokens):
        entries = [entry for entry in entries if entry.is_agreed and entry.worth(Measure.CUT) == money.ZERO]
    elif Measure.PAID in wanted and says(tokens, "full", "wholly"):
        entries = [entry for entry in entries if entry.paid >= entry.agreed]
    elif Measure.UNPAID in wanted:
        first = any("first" in token.text or "not" in token.text or "yet" in token.text for token in tokens)
        entries = [entry for entry in entries if (entry.paid == 0 if first else entry.paid < entry.agreed)]
    elif Measure.CUT in wanted:
        entries = [entry for entry in entries if entry.is_agreed and (entry.worth(Measure.CUT) or money.ZERO) > 0]
    elif Measure.PAID in wanted:
        entries = [entry for entry in entries if entry.paid > 0]
    yield entries


def _known_number(tokens: Sequence[Token], facts: Facts) -> int | None:
    """Return the number of bids with an outcome where the round knows it, though it holds no entry for each."""
    states = [token for token in tokens if token.role is Role.STATE]
    if len(states) == 1 and not has(tokens, Role.SIDE):
        return facts.numbers.get(_STATE_NAMES.get(states[0].value, ""))
    return None


def _count(entries: Sequence[Entry], thing: str) -> int:
    if thing == "recipients":
        return len({entry.names[0] for entry in entries})
    if thing == "families":
        return len({entry.family or entry.names for entry in entries})
    return sum(entry.count for entry in entries)


_REACHES = (
    "reach",
    "reaches",
    "cover",
    "covers",
    "serve",
    "serves",
    "work",
    "works",
    "benefit",
    "benefits",
    "share",
    "all",
)


def _areas(part: Part, tokens: Sequence[Token], facts: Facts) -> Verdict | None:
    """Return what is said of a number of areas: those that the named grants reach, otherwise all."""
    named = [own for own in reading.owners(part.near, facts) if own[0].what is Kind.GRANT]
    entries = reading.narrowed(
        [entry for own in named for entry in own] or facts.grants,
        [token for token in tokens if token.role in (Role.THEME, Role.SIDE)],
    )
    areas = {area for entry in entries for area in entry.areas}
    if not areas:
        return None
    is_narrow = (bool(named) or len(entries) < len(facts.grants)) and says(part.whole, *_REACHES)
    if len(areas) == part.token.value:
        return _said(part, is_true=True, why=f"{len(areas)} are reached")
    if is_narrow or says(part.whole, "share", "shares", "all") or part.token.value > len(areas):
        return _said(part, is_true=False, why=f"{len(areas)} are reached")
    return None
