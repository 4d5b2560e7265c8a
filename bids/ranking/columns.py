"""The columns of the ranking that a person adds: a fixed number of queries for one page, whatever its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bids import scoring
from bids.criteria import Rule
from bids.models import Bid
from bids.ranking import standings
from grants.models import Round

CRITERIA, RECIPIENT, UNIT, AREAS, THEMES, ROUTE = "criteria", "recipient", "unit", "areas", "themes", "route"
_ANSWERS = {scoring.Gate.PASSED: "Yes", scoring.Gate.FAILED: "No", scoring.Gate.SPLIT: "Split"}


def more(
    round: Round, bids: Sequence[int], names: Sequence[str], routes: Callable[[Sequence[int]], Mapping[int, str]] | None
) -> dict[int, list[tuple[str, str]]]:
    """Return the added columns of some bids by primary key, each with its head and its text, all in the same order.

    `routes` gives the route of bids in words; without it the reader may not see it.
    """
    texts: dict[int, list[tuple[str, str]]] = {pk: [] for pk in bids}
    if CRITERIA in names:
        rules = standings.rules_of(round)
        for pk, result in standings.results(bids, rules).items():
            texts[pk] += [(head(rule), judged(result, rule)) for rule in rules]
    labels = routes(bids) if routes and ROUTE in names else None
    fetched = {*names} & {RECIPIENT, UNIT, AREAS, THEMES}
    listed = Bid.objects.for_list().in_bulk(bids) if fetched else {}
    for pk in bids:
        texts[pk] += _of_bid(listed[pk], round, names) if fetched else []
        texts[pk] += [("Route", labels.get(pk, "None yet"))] if labels is not None else []
    return texts


def _of_bid(bid: Bid, round: Round, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    if RECIPIENT in names:
        yield "Recipient", bid.recipient.name if bid.recipient else "None: led by the force"
    if UNIT in names:
        yield "Unit", bid.sponsoring_unit
    if AREAS in names:
        yield round.body.areas.many.capitalize(), round.body.areas.names(bid.boroughs)
    if THEMES in names:
        yield "Themes", ", ".join(tag.label for tag in bid.tags.all() if tag.kind == tag.Kind.THEME)


def head(rule: Rule) -> str:
    return f"{rule.number}. {rule.label}"


def judged(result: scoring.Result, rule: Rule) -> str:
    """Return the result on one criterion: whether its gate is passed, and the mean of its marks."""
    gate = _ANSWERS.get(result.gates.get(rule.number, scoring.Gate.OPEN), "–") if rule.gate else ""
    mean = result.means.get(rule.number) if rule.scored else None
    return " ".join(filter(None, [gate, str(mean) if mean is not None else ""])) or "–"
