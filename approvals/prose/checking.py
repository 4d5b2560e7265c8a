"""Check a text that somebody wrote for a paper against the figures of the paper. Pure rules.

Each sum, count, share and claim is matched with a figure, to the rounding that it is written with; or it comes from
elsewhere and its source is named; or it matches nothing, and then the paper cannot be submitted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from approvals.prose import (
    amounts,
    arithmetic,
    claim_reading,
    counts,
    labels,
    nearest,
    outweighed,
    shares,
    sides,
    speaking,
)
from approvals.prose.amounts import FOREIGN, IN_LETTERS, Mention, in_letters
from approvals.prose.claims import Bound, Extent, Group, StatedClaim, equals
from approvals.prose.elsewhere import Source, place_of, sentence_around
from approvals.prose.figures import MASK, Figure, masked, references
from approvals.prose.grammar import judging
from approvals.prose.known import Known
from approvals.prose.matches import Kind, Match, Standing
from grants import money


@dataclass(frozen=True, slots=True)
class _Text:
    """A text to check: as typed, with all references masked, with those to figures masked, and its counts."""

    prose: str
    plain: str
    words: str
    counted: Sequence[Mention]


def check(prose: str, known: Known) -> list[Match]:
    """Return the check of each sum, count, share and claim in a text, in the order of the text."""
    counted = counts.counts(prose, known.figures)
    summed = amounts.amounts(prose, [(count.start, count.end) for count in counted])
    alike, explained = _alike(prose, counted, summed, known)
    claimed = claim_reading.claims(prose, known.figures, summed, counted, known.groups)
    # A claim is checked against the members of its set, so its limit does not have to be a figure of the paper.
    limits = {claim.mention.end for claim in claimed}
    # Nobody typed a reference to a count, so it is reported only where the word after it makes it wrong.
    plain = masked(prose)
    text = _Text(prose, plain, masked(prose, keep=known.links), counted)
    matches = [
        each
        for each in (_sum(mention, text, known) for mention in summed)
        if each.mention.end not in limits or each.what
    ]
    matches = _worked_out(matches, prose, summed)
    explained |= {place for claim in claimed if claim.holds for place in claim.count_starts}
    matches += [_count(mention, plain, known) for mention in counted if mention.start not in explained]
    matches += [*alike, *_referred(text, known), *_nothing_left(text, known)]
    matches += [_claim(claim, known) for claim in claimed]
    matches += [_share(claim, plain, known) for claim in shares.shares(prose, known.figures)]
    if known.facts:
        matches = outweighed.by_facts(matches, judging.verdicts(prose, summed, known.facts))
        matches = speaking.checked(matches, plain, known)
    typed = (each for each in matches if each.standing is Standing.UNMATCHED or plain[each.mention.start] != MASK)
    return sorted((_excused(each, prose, known) for each in typed), key=lambda each: each.mention.start)


def _worked_out(matches: Sequence[Match], prose: str, summed: Sequence[Mention]) -> list[Match]:
    """Return the checks of sums, with those that a calculation in their sentence makes right or wrong."""
    by_start = {match.mention.start: match for match in matches}
    for result in arithmetic.results(prose, summed):
        own, known = by_start.get(result.mention.start), [by_start.get(part.start) for part in result.parts]
        standing, how = Standing.MATCHED, f"what comes of {_listed([part.text for part in result.parts])}"
        if result.truth is not None:
            standing, how = Standing.UNMATCHED, f"not {how}, which is {money.pounds(result.truth)}"
        elif not own or not own.may_have_source or not all(each and each.standing is standing for each in known):
            continue
        if result.truth is not None or (own and own.standing is Standing.UNMATCHED):
            by_start[result.mention.start] = Match(result.mention, Kind.MONEY, standing, "", f"is {how}")
    return list(by_start.values())


def _excused(match: Match, prose: str, known: Known) -> Match:
    """Return a match with its source, where its sentence has one for it and nothing contradicts it."""
    if not known.external or not match.may_have_source:
        return match
    source = known.external.get(place_of(prose, match.mention.text, match.mention.start))
    return replace(match, standing=Standing.EXTERNAL, what=source, message=source) if source else match


def sources_in(prose: str, source_by_figure: Mapping[str, str]) -> list[Source]:
    """Return the source of each figure for each sentence of a text that has it."""
    by_figure = {figure.casefold(): source for figure, source in source_by_figure.items()}
    return [
        Source(match.mention.text, sentence_around(prose, match.mention.start), source)
        for match in check(prose, Known({}))
        if (source := by_figure.get(match.mention.text.casefold()))
    ]


def in_title(title: str) -> str:
    """Return the first sum, claim, or number of bids or grants in a title; empty where it has none."""
    for match in check(title, Known({})):
        if match.kind is not Kind.COUNT or match.mention.thing in ("bids", "grants"):
            return match.mention.text
    return ""


# Sums


def _sum(mention: Mention, text: _Text, known: Known) -> Match:
    if mention.value is None:
        # A sum in euros can come from elsewhere, but a sum that nobody can read cannot.
        return Match(mention, Kind.MONEY, Standing.UNMATCHED, "", mention.why, may_have_source=mention.why == FOREIGN)
    figures = known.equal_to(mention, text.plain)
    if not figures:
        return _unknown_sum(mention, text, known)
    is_average = _AVERAGE.search(text.plain, max(mention.start - 40, 0), mention.start)
    if is_average and not any(figure.is_average for figure in figures):
        message = f"is described as an average, but is the figure “{figures[0].name}”"
        return Match(mention, Kind.MONEY, Standing.UNMATCHED, "", message)
    underspend = known.figures.get("underspend")
    over = _OVER.search(text.plain, max(mention.start - 40, 0), mention.start) or _OVER_BUDGET.match(
        text.plain, mention.end
    )
    if over and underspend and underspend.amount is not None and underspend.amount >= 0:
        message = f"is described as overspent, but {underspend.exact} is left"
        return Match(mention, Kind.MONEY, Standing.UNMATCHED, "", message)
    label, named = _sentence_name(mention, text, known)
    # Of several figures with the same sum, the one that the sentence names comes first.
    figures.sort(key=lambda figure: figure not in named)
    if label and not any(equals(mention, figure) for figure in named) and not _owned(figures, label):
        return Match(mention, Kind.MONEY, Standing.UNMATCHED, figures[0].name, _another(figures[0], label, named))
    exact = _rounded(mention, figures)
    return Match(mention, Kind.MONEY, Standing.MATCHED, figures[0].name, exact, may_have_source=not label)


def _owned(figures: Sequence[Figure], name: str) -> bool:
    """Whether one of the figures belongs to what goes by a name."""
    return any(figure.identity is not None and figure.identity.subject.goes_by(name) for figure in figures)


def _unknown_sum(mention: Mention, text: _Text, known: Known) -> Match:
    """Return the check of a sum that no figure has; the sentence may name whose sum it would be."""
    label, named = _sentence_name(mention, text, known)
    message = nearest.unknown(mention, label, named, (*known.payees, *known.figures.values()))
    return Match(mention, Kind.MONEY, Standing.UNMATCHED, "", message, may_have_source=not named)


_OVER = re.compile(r"\b(?:overspent|overspend\sof|exceeds?\sthe\s(?:allocation|budget))\s(?:by\s)?$", re.IGNORECASE)
_OVER_BUDGET = re.compile(r"\sover\s(?:the\s)?(?:budget|allocation)\b", re.IGNORECASE)
_NOTHING_LEFT = re.compile(
    r"\b(?:no\sunderspend\b|underspend\s(?:is|of)\s(?:nil|nought|zero)\b|nothing\sis\sleft(?=\s?[.,;)]|$|\sof\s(?:it|the))"
    r"|(?:allocation|budget|fund|round)(?:\sof\s\S{1,20})?\s(?:is|was|has\sbeen|will\sbe)\s(?:fully\s(?:spent|committed|allocated)|spent\sin\sfull)\b"
    r"|spent\sthe\s(?:allocation|budget)\sin\sfull\b)",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"\b(?:average|mean|typical(?:ly)?)\b[^.;:£]*$", re.IGNORECASE)


def _sentence_name(mention: Mention, text: _Text, known: Known) -> tuple[str, Sequence[Figure]]:
    """Return the words by which a sentence names a sum, and the figures that those words can mean.

    They name a figure, a recipient, or the level that decides the grants. Both are empty where the sentence has none.
    """
    label, named = labels.named(text.plain, mention, known.named)
    if label.casefold() not in ("", "grants"):
        return label, named
    owned = sides.side(text.words, mention, known.figures, text.counted)
    return owned if owned[0] else (label, named)


def _another(figure: Figure, label: str, named: Sequence[Figure]) -> str:
    """Return why a sum is wrong where the sentence names another figure than the one that it matches."""
    which = f"which is {named[0].exact}" if named else "and there is none"
    return f"is the figure “{figure.name}”, but the sentence names “{label}”, {which}"


def _nothing_left(text: _Text, known: Known) -> list[Match]:
    """Return the statements that the allocation is spent, where some of it is left."""
    underspend = known.figures.get("underspend")
    if underspend is None or not underspend.amount:
        return []
    message = f"is wrong: the underspend is {underspend.exact}"
    return [
        Match(Mention(match[0], *match.span(), None), Kind.MONEY, Standing.UNMATCHED, underspend.name, message)
        for match in _NOTHING_LEFT.finditer(text.plain)
    ]


def _referred(text: _Text, known: Known) -> list[Match]:
    """Return the references that follow the name of another figure, as in “the underspend is {expenditure}”."""
    matches = []
    for name, start, end in references(text.prose):
        figure = known.by_name.get(name)
        if figure is None or figure.amount is None:
            continue
        mention = Mention(text.prose[start:end], start, end, figure.amount, money.PENNY)
        label, named = _sentence_name(mention, text, known)
        if label and not any(figure.amount == other.amount for other in named):
            message = _another(figure, label, named)
            matches.append(Match(mention, Kind.MONEY, Standing.UNMATCHED, figure.name, message))
    return matches


def _rounded(mention: Mention, figures: Sequence[Figure]) -> str:
    first, *others = figures
    exactly = first.amount == mention.value
    how = "exactly" if exactly else f"rounded to {money.pounds(max(mention.step, money.PENNY))}"
    also = f" It could also be {_listed([each.name for each in others[:3]], 'or')}." if others else ""
    return f"is {first.name}, {first.exact}, {how}.{also}"


# Counts


def _count(mention: Mention, prose: str, known: Known) -> Match:
    same = known.counting(mention, prose)
    # Where the sentence says what happened to them, a figure of the same size for another outcome does not match.
    name = _COUNT_NAMES.get(mention.outcome, f"bids {mention.outcome}")
    if mention.outcome and name in known.figures:
        right = known.figures[name].count
        same = [figure for figure in same if figure.count == right]
    figures = [figure for figure in same if mention.can_count(figure.thing)]
    if figures:
        also = f" It could also be {_listed([each.name for each in figures[1:4]], 'or')}." if figures[1:] else ""
        what = figures[0].name
        return Match(mention, Kind.COUNT, Standing.MATCHED, what, f"is {what}.{also}", not mention.outcome)
    if mention.outcome and name in known.figures:
        phrase = _COUNT_PHRASES.get(mention.outcome, f"bids were {mention.outcome}")
        message = f"does not match how many {phrase} ({known.figures[name].exact})"
        return Match(mention, Kind.COUNT, Standing.UNMATCHED, "", message)
    of = f" of {' or '.join(mention.thing.split())}" if mention.thing else ""
    hint = f"; {mention.value} is the figure “{same[0].name}”" if same else ""
    message = f"matches no count{of} in this paper{hint}"
    return Match(mention, Kind.COUNT, Standing.UNMATCHED, "", message, may_have_source=True)


# The figure that counts the grants of each level, and how a message describes those grants.
_COUNT_NAMES = {
    "above": "number of grants above the threshold",
    "below": "number of grants below the threshold",
    "early": "number of retrospective payments",
}
_COUNT_PHRASES = {
    "above": "grants are above the threshold",
    "below": "grants are below it",
    "early": "grants were paid early",
}
_BETWEEN = re.compile(r",?\s(?:each\s)?(?:of|at|for|worth)\s|\s[x×]\s", re.IGNORECASE)
_EACH = re.compile(r"\s(?:each|apiece)\b", re.IGNORECASE)
_NUMBER_OF = re.compile(rf"(?<![\w.,/£])(\d{{1,9}}|\b(?:{IN_LETTERS}))\s(?:of|at|x|×)\s$", re.IGNORECASE)


def _alike(
    prose: str, counted: Sequence[Mention], summed: Sequence[Mention], known: Known
) -> tuple[list[Match], set[int]]:
    """Return the checks of counts of equal grants, such as “3 grants of £49,200 each”, and where each count starts."""
    plain, matches, explained = masked(prose), [], set()
    typed_counts = [count for count in counted if plain[count.start] != MASK]
    for amount in summed:
        if amount.value is None:
            continue
        after = bool(_EACH.match(plain, amount.end))
        count = next((each for each in typed_counts if _BETWEEN.fullmatch(plain, each.end, amount.start)), None)
        if count and not after and " each " not in plain[count.end : amount.start]:
            continue
        if count is None and after and (bare := _NUMBER_OF.search(plain, max(amount.start - 40, 0), amount.start)):
            value = int(bare[1]) if bare[1].isdigit() else in_letters(bare[1])
            count = Mention(bare[1], *bare.span(1), Decimal(value), thing="grants")
        if count and count.can_count("grants"):
            explained.add(count.start)
            matches.append(_of_one_amount(count, amount, known.groups))
    return matches, explained


def _of_one_amount(count: Mention, amount: Mention, groups: Sequence[Group]) -> Match:
    sizes = {}
    for group in groups:
        if group.thing == "grants":
            sizes[group.name] = sum(equals(amount, Figure(member.name, "", member.amount)) for member in group.members)
    name = next((name for name, size in sizes.items() if size == count.value), "")
    if name:
        message = f"is the number of {name} of {amount.text} each."
        return Match(count, Kind.COUNT, Standing.MATCHED, name, message)
    most = max(sizes.values(), default=0)
    message = f"does not match the number of grants of {amount.text} each ({most})"
    return Match(count, Kind.COUNT, Standing.UNMATCHED, "", message)


# Shares


def _share(share: shares.Share, plain: str, known: Known) -> Match:
    if share.figure:
        return Match(share.mention, Kind.SHARE, Standing.MATCHED, share.figure.name, share.message)
    if owned := known.sharing(share.mention, share.whole, plain):
        message = f"is {owned[0].name}, {owned[0].exact}."
        return Match(share.mention, Kind.SHARE, Standing.MATCHED, owned[0].name, message)
    message, may_have_source = share.message, not share.contradicted
    return Match(share.mention, Kind.SHARE, Standing.UNMATCHED, "", message, may_have_source=may_have_source)


# Claims

MOST_NAMED = 12


def _claim(stated: StatedClaim, known: Known) -> Match:
    group, size = stated.group, len(stated.group.members)
    extent = stated.claim.extent
    if stated.holds:
        whom = {
            Extent.EACH: f"each of the {size}",
            Extent.SMALLEST: f"the smallest of the {size}",
            Extent.LARGEST: f"the largest of the {size}",
        }.get(extent, f"{stated.true_count} of the {size}")
        return Match(stated.mention, Kind.CLAIM, Standing.MATCHED, group.name, f"holds for {whom} {group.name}.")
    if extent in (Extent.SO_MANY, Extent.NOT_ALL, Extent.MOST):
        message = (
            f"holds for {stated.true_count} of the {size} {group.name}, and not for {stated.claim.number or extent}"
        )
        return Match(stated.mention, Kind.CLAIM, Standing.UNMATCHED, group.name, message)
    named = "; ".join(f"{member.name} ({money.pounds(member.amount)})" for member in stated.breaks[:MOST_NAMED])
    more = f"; and {len(stated.breaks) - MOST_NAMED} more" if len(stated.breaks) > MOST_NAMED else ""
    how = {
        Bound.AT_LEAST: "below",
        Bound.BELOW: "not below",
        Bound.AT_MOST: "above",
        Bound.EXACTLY: "not of",
    }[stated.claim.bound]
    message = (
        f"does not hold for {len(stated.breaks)} of the {len(group.members)} {group.name}, "
        f"which {'is' if len(stated.breaks) == 1 else 'are'} {how} {money.pounds(stated.claim.limit)}: {named}{more}"
    )
    return Match(stated.mention, Kind.CLAIM, Standing.UNMATCHED, group.name, message)


def _listed(words: Sequence[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1] if words else "")))
