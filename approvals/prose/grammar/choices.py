"""Which measure and year the words beside a sum choose, and how a message names a set. Pure rules."""

from collections.abc import Iterable, Sequence

from approvals.prose.facts import Entry
from approvals.prose.grammar import reading
from approvals.prose.grammar.reading import Part, has, says
from approvals.prose.grammar.tokens import Token
from approvals.prose.vocabulary import Measure, Role


def years(part: Part) -> list[str]:
    before = reading.years(part.before)
    if len(before) > 1 and says(part.before, "than"):
        return before
    own = reading.years(part.after)[:1] or before[-1:] or reading.years(part.head)[-1:]
    if own and says(part.before, "gives", "makes", "giving", "making"):
        own = [*own, ""]
    # The year of an earlier sum may have ended: “£5 in 2024/25 and £6 in 2025/26 gives A £11”.
    return own or ([*part.years, ""] if part.years else [])


def measures(part: Part) -> list[Measure]:
    """Return the measures that a sum can be of: the one that belongs to it, otherwise what is agreed.

    An aside, as in “Elder Advice (£15,600) has received £3,900”, and the whole of “£5 of the £6”, can also be agreed.
    """
    own = _own_measures(part)
    return list(dict.fromkeys([*own, Measure.AGREED])) if part.is_aside or part.is_whole_of_another else own


def _own_measures(part: Part) -> list[Measure]:
    after = reading.measures(part.after)
    before = reading.measures(part.before)
    if not before and says(part.after[:2], "it", "which", "this", "them", "that"):
        before = reading.measures(part.previous)
    asking = [at for at, token in enumerate(part.before) if token.is_(Role.MEASURE, Measure.ASKED)]
    if asking and _is_of_the_paper(part.before, asking[-1]):
        return [Measure.AGREED, Measure.ASKED]
    if Measure.ASKED in after and says(
        part.before, "awarded", "receives", "gets", "given", "offered", "granted", "get", "receive"
    ):
        return [Measure.AGREED]
    if Measure.PAID in part.carried and not before and not after and says(part.after[:3], "not"):
        return [Measure.UNPAID]
    if (
        after == [Measure.ASKED]
        and not before
        and has(part.before, Role.THING, "grants")
        and says(part.after, "are", "is")
    ):
        # “Grants of £5 are sought” is what the paper asks for.
        return [Measure.AGREED, Measure.ASKED]
    if after == [Measure.PAID] and not before and not _is_past(part) and not says(part.near, "will", "would"):
        return [Measure.PAID, Measure.AGREED]
    if after and not before and not (after == [Measure.PAID] and says(part.near, "will", "would")):
        return after
    if not before and not after:
        before = [] if says(part.head, "is", "are") else reading.measures(part.head)[:1]
    if not before and not after and part.carried and not says(part.near, *GRANTS) and has(part.near, Role.OWNER):
        return [part.carried[0], Measure.AGREED]
    if not before and has(part.before[-3:], Role.THING, "bids"):
        return [Measure.AGREED, Measure.ASKED, *after] if has(part.near, Role.STATE) else [Measure.ASKED, *after]
    if (before or after)[-1:] == [Measure.PAID] and says(part.near, "will", "would"):
        return [Measure.AGREED, Measure.UNPAID]
    if before:
        may_be_agreed = before[-1] is Measure.CUT or (before[-1] is Measure.PAID and not _is_past(part))
        return [before[-1], *([Measure.AGREED] if may_be_agreed else []), *after]
    return [Measure.AGREED]


# With one of these a sum is what somebody gets, whatever the sentence said before.
GRANTS = (
    "receives",
    "receive",
    "gets",
    "get",
    "given",
    "offered",
    "granted",
    "awarded",
    "recommended",
    "proposed",
    "approve",
    "award",
    "grant",
)


def says_granted(part: Part) -> bool:
    """Whether the words beside a sum say that somebody gets it: “receives”, “is awarded”, and not “is not awarded”."""
    return says(part.near, *GRANTS) and not says(part.whole, "not", "never")


def _is_of_the_paper(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the paper asks its decider, as in “we ask for” and “is asked to approve”, and not a bidder."""
    passive = says(tokens[max(at - 1, 0) : at], "is", "are", "be")
    return passive or says(tokens[max(at - 3, 0) : at], "we", "paper", "report", "decision")


def _is_past(part: Part) -> bool:
    return says(
        part.near,
        "already",
        "so",
        "was",
        "were",
        "been",
        "has had its",
        "advance",
        "in advance",
        "early",
        "before",
        "made",
        "has",
        "have",
    )


def in_words(measure: Measure, year: str) -> str:
    how = {
        Measure.AGREED: "",
        Measure.ASKED: " as asked",
        Measure.CUT: " cut from it",
        Measure.PAID: " as paid",
        Measure.UNPAID: " unpaid",
    }[measure]
    return f"{how} in {year}" if year else how


def joined(groups: Iterable[Sequence[Entry]]) -> list[Entry]:
    """Return the entries of several groups, each once."""
    return list(dict.fromkeys(entry for group in groups for entry in group))


def names(entries: Sequence[Entry]) -> str:
    names = list(dict.fromkeys(entry.names[0] for entry in entries))
    return " and ".join(names) if len(names) < 3 else f"{names[0]} and {len(names) - 1} others"


def in_quotes(tokens: Sequence[Token]) -> str:
    return (
        "“"
        + " ".join(
            token.text for token in tokens if token.role in (Role.THEME, Role.AREA, Role.SIDE, Role.STATE, Role.THING)
        )
        + "”"
    )
