"""A paper as it would be submitted now: its data, its sign-offs and the problems to correct first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.amendments import amending
from approvals.decisions import sign_offs
from approvals.decisions.sign_offs import Row
from approvals.models import Decision, DelegationRule, PaperItem
from approvals.paper import items, naming, pack, sources, spellings
from approvals.paper.contents import CheckedProse, checked_prose, text_of
from approvals.paper.sections import PARTS, Part
from approvals.paper.spellings import Unprinted
from approvals.prose import figures, marking, twice
from approvals.prose.matches import Kind, Match, Standing
from approvals.reconciliation.sums import Discrepancy
from approvals.routing.facts import RouteFacts
from grants import audit, money
from grants.days import day_of
from grants.printable import everywhere


@dataclass(frozen=True, slots=True)
class Draft:
    """The data of a paper that is not frozen, with its sign-offs and problems."""

    paper: dict[str, Any]
    problems: list[Discrepancy]
    sign_offs: Sequence[Row]


def of(decision: Decision, *, at: datetime, version: int | None = None, trail_head: str = "") -> Draft:
    """Return the draft of a decision with the facts and limits at `at`, in a fixed number of queries."""
    basis = sources.sources(decision, day_of(at))
    prose = checked_prose(basis)
    version = decision.packs.count() + 1 if version is None else version
    paper = pack.contents(decision, basis, version=version, at=at, trail_head=trail_head, prose=prose)
    rows = sign_offs.rows(decision, paper)
    paper["sign_offs"] = everywhere(
        lambda text: spellings.spelled(text, decision.spellings), audit.plain(sign_offs.entries(rows))
    )
    paper["sign_offs"] = basis.withheld.out_of(paper["sign_offs"])
    problems = [
        *faults(basis, prose),
        *spellings.problems(paper, decision.reference),
        *naming.problems(paper, decision.reference),
        *amending.problems(decision),
        *sign_offs.problems(decision, rows),
    ]
    return Draft(paper, problems, rows)


def unprinted(decision: Decision, *, at: datetime) -> list[Unprinted]:
    """Return everything that a paper cannot print as it was written, whatever is printed instead already."""
    as_written = copy(decision)
    as_written.spellings = []
    return spellings.unprinted(of(as_written, at=at).paper)


def faults(basis: sources.Sources, prose: CheckedProse) -> list[Discrepancy]:
    """Return the problems that block submission: those in the text first, then what does not reconcile."""
    reference = basis.decision.reference
    faults: list[Discrepancy] = []
    if basis.awards and basis.limits[DelegationRule.Kind.GRANT] is None:
        missing = "No confirmed limit for grants is in force today."
        faults.append(Discrepancy("limit", missing, money.ZERO, reference))
    faults += _faults_of_level(basis)
    for part in PARTS:
        if part.key != "commercial" or basis.contracts_asked():
            faults += _faults_of(part, text_of(basis, part), prose, reference)
    for item in basis.items_asked():
        faults += _faults_of_item(item, prose, reference)
    faults += _said_twice(basis, prose)
    asked = (basis.asked(), basis.noted(), basis.contracts_asked(), basis.early(), basis.items_asked())
    if not any(asked):
        nothing = "There is nothing to decide: no grant, no contract and no other item."
        faults.append(Discrepancy("items", nothing, money.ZERO, reference))
    # Problems that the writers can correct in the text come before those to correct in the register.
    return [*faults, *basis.reconciliation.discrepancies]


def _faults_of_level(basis: sources.Sources) -> Iterator[Discrepancy]:
    """Yield that the paper goes to a level that may not decide its largest grant or contract, if there are several."""
    grants = [
        (facts.decider, award.bid.title, award.amount)
        for award in basis.asked()
        if (facts := RouteFacts.read(award.routed_as))
    ]
    contracts = [(each.decider, each.title, each.amount) for each in basis.contracts_asked()]
    for kind, asked in ((DelegationRule.Kind.GRANT, grants), (DelegationRule.Kind.EXEMPTION, contracts)):
        rule = basis.limits[kind]
        deciders = rule.deciders if rule and rule.further else []
        high = [(deciders.index(who), title, amount) for who, title, amount in asked if who in deciders]
        if not high:
            continue
        place, title, amount = max(high, key=lambda each: each[0])
        # Only an amendment has grants of another level, and a higher one may decide them.
        if basis.decision.decision_by not in deciders[place:]:
            message = f"{title} is for the {deciders[place]}, but the paper is for the {basis.decision.decision_by}."
            yield Discrepancy("decider", message, amount, basis.decision.reference)


def _faults_of(part: Part, text: str, prose: CheckedProse, reference: str) -> Iterator[Discrepancy]:
    """Yield what is missing or wrong in one section."""
    place = f"{reference} {part.key}"
    if not text:
        yield Discrepancy("section", f"“{part.heading}” is empty.", money.ZERO, place)
    try:
        figures.fill(text, prose.known.by_name, prose.known.links)
    except figures.UnknownFigure as unknown:
        yield Discrepancy("figure", f"“{part.heading}”: {unknown}.", money.ZERO, place)
    for match in prose.matches[part.key]:
        if match.standing is Standing.UNMATCHED:
            yield _in_prose(part.heading, text, match, place)


def _said_twice(basis: sources.Sources, prose: CheckedProse) -> Iterator[Discrepancy]:
    """Yield each two sums from elsewhere that the paper gives of one thing, with both places."""
    texts = [(part.heading, text_of(basis, part), part.key) for part in PARTS]
    texts += [(item.title, item.wording, item.reference) for item in basis.items_asked()]
    placed = [
        twice.Placed(heading, text, match) for heading, text, key in texts for match in prose.matches.get(key, ())
    ]
    for one, other in twice.contradictions(placed):
        first, second = one.match.mention, other.match.mention
        message = (
            f"“{one.heading}” says {first.text}, and “{other.heading}” says {second.text} of the same thing. "
            f"See {marking.place(one.text, first)}, and {marking.place(other.text, second)}."
        )
        amount = abs((first.value or money.ZERO) - (second.value or money.ZERO))
        yield Discrepancy("prose", message, amount.quantize(money.PENNY), basis.decision.reference)


def _faults_of_item(item: PaperItem, prose: CheckedProse, reference: str) -> Iterator[Discrepancy]:
    """Yield what is wrong in the words of an item, as in a section."""
    place, matches = f"{reference} {item.reference}", prose.matches[item.reference]
    try:
        figures.fill(item.wording, prose.known.by_name, prose.known.links)
    except figures.UnknownFigure as unknown:
        yield Discrepancy("figure", f"“{item.title}”: {unknown}.", money.ZERO, place)
    for message in items.other_sums(item, matches):
        yield Discrepancy("prose", f"“{item.title}” {message}.", item.amount or money.ZERO, place)
    for match in matches:
        if match.standing is Standing.UNMATCHED:
            yield _in_prose(item.title, item.wording, match, place)


def _in_prose(heading: str, text: str, match: Match, reference: str) -> Discrepancy:
    """Return the problem with one figure or claim: the section, its words, why they are wrong and where they are."""
    mention = match.mention
    link = ", which " if match.kind is not Kind.CLAIM else ". That "
    place = marking.place(text, mention)
    message = f"“{heading}” says {mention.text}{link}{match.message}. See {place}."
    value = mention.value if match.kind is Kind.MONEY and mention.value is not None else money.ZERO
    return Discrepancy("prose", message, value.quantize(money.PENNY), reference)
