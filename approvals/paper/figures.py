"""Every figure that the prose of a paper may name, and all that it is checked against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import chain, count

from approvals.figures import listing
from approvals.models import Award, DelegationRule
from approvals.paper import sets
from approvals.paper.facts import facts_of
from approvals.paper.sources import Sources
from approvals.paper.spellings import spelled
from approvals.paper.tables import table_2
from approvals.prose.elsewhere import by_place
from approvals.prose.figures import Figure, Figures
from approvals.prose.known import Known
from approvals.reconciliation import facts
from approvals.reconciliation.facts import BidEntry, Grant, Position
from approvals.reconciliation.position import fetched
from approvals.reconciliation.sums import Reconciliation
from approvals.routing.withheld import recipient_of
from grants import money, years
from grants.counting import counted
from grants.models import BudgetLine

# How prose names the sum of all lines of a kind. Papers are written with these names, so no label changes them.
_LINES = {
    BudgetLine.Kind.STAFFING: "staffing",
    BudgetLine.Kind.INTERNAL: "internal projects",
    BudgetLine.Kind.OTHER: "other",
}


def figures_of(basis: Sources) -> Figures:
    """Return every figure that the prose may name, by its name."""
    reco = basis.reconciliation
    by_name: dict[str, Figure] = {}

    def amount(name: str, value: Decimal, source: str, group: str = "Sums") -> None:
        by_name[name.casefold()] = Figure(name.casefold(), source, amount=value, group=group)

    def labelled(kind: str, label: str, value: Decimal, source: str, group: str) -> None:
        # A name that a person chose must not replace a figure of the same name.
        names = chain((label, f"{kind} {label}"), (f"{kind} {label} {number}" for number in count(2)))
        amount(next(name for name in names if name.casefold() not in by_name), value, source, group)

    amount("allocation", reco.allocation, "The allocation of the round")
    for name, value, source in chain(_of_income(reco), _of_match(basis), _of_suppliers(basis)):
        amount(name, value, source)
    all_lines = list(basis.decision.round.lines.all())
    for line_kind in BudgetLine.Kind:
        lines = [line.amount for line in all_lines if line.kind == line_kind]
        if lines:
            name = _LINES[line_kind]
            amount(f"all {name}", money.total(lines), f"Sum of the budget lines for {name}", "Budget lines")
    amount("contracts", reco.contracts.total, "Single tender actions")
    for name, part in (
        ("grants", reco.grants),
        ("grants above the threshold", reco.dmpc),
        ("grants below the threshold", reco.delegated),
        ("retrospective payments", reco.retrospective),
    ):
        amount(name, part.total, f"Sum of {part.count} {name}")
    asked = basis.asked()
    amount("grants asked for", money.total([award.amount for award in asked]), f"Sum of {counted(len(asked), 'grant')}")
    amount(
        "grants and contracts together", reco.grants.total + reco.contracts.total, "Grants, and contracts beside them"
    )
    amount("expenditure", reco.expenditure, "Lines, contracts and grants")
    amount("underspend", reco.underspend, "Allocation less expenditure")
    amount("internal bids", reco.internal_bids.total, "Agreed for bids led by units of the force")
    for name, kind in (
        ("grant limit", DelegationRule.Kind.GRANT),
        ("contract exemption limit", DelegationRule.Kind.EXEMPTION),
        ("procurement threshold", DelegationRule.Kind.PROCUREMENT),
    ):
        rule = basis.limits[kind]
        if rule:
            amount(name, rule.limit, f"{rule.citation}, from {rule.valid_from:%-d %B %Y}", "Limits")
    by_name |= {figure.name: figure for figure in sets.counts(basis)}
    for line in reco.lines:
        labelled("line", line.label, line.amount, "Budget line", "Budget lines")
    for item in basis.items:
        if item.amount is not None:
            source = f"{item.item_kind.rule.noun}: {item.source}"
            labelled("item", item.title, item.amount, source, "Other items")
    for award in basis.awards:
        amount(f"grant {award.bid.source_reference}", award.amount, f"The grant for {award.bid.title}", "Each grant")
    decider = basis.decision.round.body.offices.decider_short
    for row in table_2(basis.routed(Award.Route.DMPC)):
        source = f"Sum of {counted(row['count'], 'grant')} to the {decider}"
        labelled("project", row["label"], Decimal(row["amount"]), source, "Projects")
    return by_name


def _of_income(reco: Reconciliation) -> Iterator[tuple[str, Decimal, str]]:
    """Yield the name, the sum in pounds and the source of what grantors give, and of the own budget beside it."""
    if not reco.income:
        return
    yield "income", reco.allocation - reco.own_budget, f"Sum of {counted(len(reco.income), 'sum')} from grantors"
    yield "own budget", reco.own_budget, "The allocation, less what grantors give of it"
    for grantor in dict.fromkeys(each.grantor for each in reco.income):
        own = [each for each in reco.income if each.grantor == grantor]
        yield f"income {grantor}", money.total([each.amount for each in own]), f"What {grantor} gives"
        parts = years.added(each.years for each in own)
        by_year = years.by_year(list(parts.items()))
        by_label = by_year | {slot.label: part for slot, part in parts.items()}
        for label, part in by_label.items():
            yield f"income {grantor} in {label}", part, f"What {grantor} gives in that year"
    for each in reco.income:
        if each.uplifts:
            yield f"uplift {each.agreement}", each.amount, f"The uplift of {each.grantor}"
            yield f"uplift {each.agreement} to", facts.raised_to(reco.income, each), "With the uplift"


def _of_match(basis: Sources) -> Iterator[tuple[str, Decimal, str]]:
    """Yield the name, the sum in pounds and the source of the other money of the projects, of each and in all."""
    matched = {award: money.total([each.amount for each in fetched(award, "matched")]) for award in basis.awards}
    if not any(matched.values()):
        return
    yield "match funding", money.total(list(matched.values())), "Other money of the projects, beside the grants"
    for award, total in matched.items():
        if total:
            name = award.bid.source_reference
            yield f"match funding {name}", total, f"Other money for {award.bid.title}"


def _of_suppliers(basis: Sources) -> Iterator[tuple[str, Decimal, str]]:
    """Yield the name, the sum in pounds and the source of what each supplier gets, in all and by year."""
    for supplier in sorted({contract.supplier.name for contract in basis.contracts}):
        own = [contract for contract in basis.contracts if contract.supplier.name == supplier]
        whole = money.total([contract.amount for contract in own])
        yield f"contract {supplier}", whole, f"Contracts with {supplier}"
        for year in sorted({year for contract in own for year, _ in contract.profile}):
            parts = [money.exact(part) for contract in own for each, part in contract.profile if each == year]
            yield f"contract {supplier} in {year}", money.total(parts), f"Contracts with {supplier}, that year"


def known_of(basis: Sources) -> Known:
    """Return everything that the prose of this paper is checked against."""
    external = by_place(basis.figure_sources)
    # A writer names whom a sum is for as the paper prints the name.
    payees = [replace(each, name=spelled(each.name, basis.decision.spellings)) for each in sets.payees(basis)]
    others = listing.of_position(_as_printed(basis))
    return Known(figures_of(basis), external, sets.groups(basis), payees, links_of(basis), facts_of(basis), others)


def _as_printed(basis: Sources) -> Position:
    """Return the position with the grants and bids of withheld recipients as the paper prints them."""
    position, withheld = basis.position, {award.reference: award for award in basis.awards if award.withheld}
    if not withheld:
        return position
    references = {grant.bid: grant.reference for grant in position.grants if grant.reference in withheld}
    printed = {bid: (withheld[own].bid.title, recipient_of(withheld[own])) for bid, own in references.items()}

    def grant(each: Grant) -> Grant:
        if each.bid not in references:
            return each
        label, recipient = printed[each.bid]
        printed_grant = replace(each, bid=each.reference, label=label, recipient=recipient, boroughs=(), family="")
        return replace(printed_grant, most_recipients=0)

    def bid(each: BidEntry) -> BidEntry:
        if each.reference not in references:
            return each
        label, recipient = printed[each.reference]
        return replace(each, reference=references[each.reference], label=label, recipient=recipient)

    return replace(position, grants=list(map(grant, position.grants)), bids=list(map(bid, position.bids)))


def links_of(basis: Sources) -> dict[str, str]:
    """Return the anchors of the parts of this paper that prose can point to, by name."""
    there = {
        "appendix 1": bool(basis.asked()),
        "appendix 2": bool(basis.noted()),
        "appendix 3": bool(basis.contracts_asked()),
        "appendix 4": bool(basis.contracts_asked()),
        "table 2": bool(basis.asked()),
        "table 3": True,
    }
    return {name: name.replace(" ", "-") for name, exists in there.items() if exists}
