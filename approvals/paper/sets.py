"""The counts of a paper, and the sets that its sentences are about: grants, projects, recipients, rows and bids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from approvals.models import Award, DelegationRule
from approvals.paper.appendices import paid_early
from approvals.prose.claims import Group, Member
from approvals.prose.figures import Figure
from approvals.prose.labels import EARLY
from approvals.reconciliation.facts import BidEntry, Outcome
from approvals.routing.awards import compared_sum
from grants import money

if TYPE_CHECKING:
    from approvals.paper.sources import Sources

# How a text speaks of the grants that the force approved itself.
_DELEGATED = (
    "below the threshold", "appendix 2", "delegated", "delegation", "approved by the force", "the force approved",
    "other grants", "remaining grants", "smaller grants", "the others are", "the others were", "others, all",
    "others, each", "others all",
)  # fmt: skip
ABOVE, BELOW = "grants above the threshold", "grants below the threshold"


def counts(basis: Sources) -> Iterator[Figure]:
    """Yield each count that the prose may name. Each counts one kind of thing: 39 grants are not 39 projects."""
    reco = basis.reconciliation
    above, below = basis.routed(Award.Route.DMPC), basis.routed(Award.Route.DELEGATED)
    body = basis.decision.round.body
    decider, areas = body.offices.decider_short, body.areas.many
    early = [award for award in basis.awards if paid_early(award)]
    yield _count("number of grants", "grants", len(basis.awards), "Awards of the round, refused ones left out")
    yield _count(f"number of {ABOVE}", "grants", len(above), f"Awards routed to the {decider}")
    yield _count(f"number of {BELOW}", "grants", len(below), "Awards routed to delegated approval")
    yield _count("number of grants asked for", "grants", len(basis.asked()), f"Awards that wait for the {decider}")
    yield _count("number of retrospective payments", "grants", reco.retrospective.count, "Grants paid before approval")
    singly = [award for award in above if award.amount >= _limit(basis)]
    yield _count(f"number of {ABOVE} singly", "grants", len(singly), "Each at or above the limit by itself")
    grouped = len(above) - len(singly)
    yield _count(f"number of {ABOVE} by their project", "grants", grouped, "Below the limit alone")
    private = [award for award in basis.awards if award.bid.personal_data]
    yield _count("number of grants with personal data", "grants", len(private), "Those that use data of the public")
    for family, lots in families(basis.awards).items():
        yield _count(f"number of grants of {family}", "grants", len(lots), f"Lots of {family}")
    for name, awards in (("", basis.awards), (" above the threshold", above), (" below the threshold", below)):
        yield _count(f"number of projects{name}", "projects", len(projects(awards)), "The lots of one are one")
        # How many there are of those who are not named yet is known only at the end.
        recipients = {award.bid.recipient_id for award in awards} - {None}
        yield _count(f"number of recipients{name}", "recipients", len(recipients), "Organisations, each once")
    yield _count("number of projects paid early", "projects", len(projects(early)), "Paid before approval")
    yield _count("rows of table 2", "rows", len(projects(above)), "A project with lots is one row")
    yield _count("number of contracts", "contracts", reco.contracts.count, "Single tender actions")
    reached = {code for award in basis.awards for code in award.bid.boroughs}
    yield _count(f"number of {areas}", areas, len(reached), f"{areas.capitalize()} that a grant reaches")
    yield _count("bids received", "bids", reco.received.count, "All bids of the round")
    for outcome in Outcome:
        yield _count(f"bids {outcome.value}", "bids", reco.funnel[outcome].count, "Bids with this outcome")
    rejected = reco.funnel[Outcome.REJECTED].count
    yield _count("bids not rejected", "bids", reco.received.count - rejected, "Received less rejected")
    with_bid = [award for award in basis.awards if not award.bid.is_direct]
    yield _count("bids given a grant", "bids", len(with_bid), "One for each award")


def _count(name: str, thing: str, value: int, source: str) -> Figure:
    return Figure(name.casefold(), source, count=value, thing=thing, group="Counts")


def _limit(basis: Sources) -> Decimal:
    rule = basis.limits[DelegationRule.Kind.GRANT]
    return rule.limit if rule else money.ZERO


def families(awards: Sequence[Award]) -> dict[str, list[Award]]:
    """Return the grants of each project that has lots, by its name."""
    by_family: dict[str, list[Award]] = {}
    for award in awards:
        if award.bid.family:
            by_family.setdefault(award.bid.family.name, []).append(award)
    return by_family


def projects(awards: Sequence[Award]) -> dict[str, list[Award]]:
    """Return the grants of each project: its lots together, any other grant by itself."""
    by_project: dict[str, list[Award]] = {}
    for award in awards:
        by_project.setdefault(f"family {award.bid.family_id}" if award.bid.family_id else award.reference, []).append(
            award
        )
    return by_project


def groups(basis: Sources) -> list[Group]:
    """Return the sets that a sentence can be about. A sentence that names none is about the first."""
    above, below = basis.routed(Award.Route.DMPC), basis.routed(Award.Route.DELEGATED)
    asked = basis.asked() or basis.noted()
    in_words = "grants asked for" if basis.asked() else "grants reported"
    rows = [_row(lots) for lots in projects(above).values()]
    # A grant is a member of several sets.
    by_grant = {award.pk: Member(award.bid.title, award.amount, compared_sum(award)) for award in basis.awards}

    def members(awards: Iterable[Award]) -> list[Member]:
        return [by_grant[award.pk] for award in awards]

    claimable = [
        Group(in_words, "grants", ("asked for",), members(asked)),
        Group(ABOVE, "grants", ("above the threshold", "appendix 1", "for decision"), members(above)),
        Group(BELOW, "grants", _DELEGATED, members(below)),
        Group(
            "grants of the round",
            "grants",
            ("all grants", "all the grants", "in the round", "of the round"),
            members(basis.awards),
        ),
        Group("rows of Table 2", "rows", ("rows", "table 2"), rows),
        Group("projects above the threshold", "projects", ("projects above the threshold",), rows),
        Group(
            "contracts",
            "contracts",
            ("contract", "contracts"),
            [Member(contract.title, contract.amount) for contract in basis.contracts],
        ),
        Group("recipients", "recipients", ("recipients", "recipient"), _recipients(basis.awards)),
        Group(
            "bids received",
            "bids",
            ("bids received", "all bids"),
            [Member(bid.reference, bid.amount) for bid in basis.bids],
        ),
        Group("internal bids", "bids", ("internal bids", "internal bid"), _bids(basis.bids, Outcome.INTERNAL)),
        Group("rejected bids", "bids", ("rejected bids", "bids rejected"), _bids(basis.bids, Outcome.REJECTED)),
    ]
    for family, lots in families(basis.awards).items():
        # Sharan's lots are those of the Sharan Project.
        names = (family, family.rpartition(" ")[0] or family)
        claimable.append(Group(f"grants of {family}", "grants", names, members(lots), named_only=True))
    return claimable


def payees(basis: Sources) -> list[Figure]:
    """Return each name of a grant, contract or budget line with each sum that the name can stand for.

    A grant goes by its title, its recipient and its project, and a name that several go by is also all of them.
    """
    parts: dict[str, list[Decimal]] = {}
    for award in basis.awards:
        bid = award.bid
        names = {
            bid.title,
            bid.recipient.name if bid.recipient else bid.title,
            bid.family.name if bid.family else bid.title,
        }
        for name in names:
            parts.setdefault(name, []).append(award.amount)
    for contract in basis.contracts:
        for name in {contract.supplier.name, contract.title}:
            parts.setdefault(name, []).append(contract.amount)
    for item in basis.items:
        for name in filter(None, {item.title, item.whom}):
            if item.amount is not None:
                parts.setdefault(name, []).append(item.amount)
    for line in basis.reconciliation.lines:
        parts.setdefault(line.label, []).append(line.amount)
    sums = {name: {money.total(amounts): None, **dict.fromkeys(amounts)} for name, amounts in parts.items()}
    for contract in basis.contracts:
        sums[contract.supplier.name] |= dict.fromkeys(money.exact(part) for _, part in contract.profile)
    by_payee = [Figure(name, f"What {name} gets", amount) for name, amounts in sums.items() for amount in amounts]
    early = [paid for award in basis.awards if (paid := paid_early(award))]
    return [
        *by_payee,
        *(Figure(EARLY, "Paid before approval", amount) for amount in {*early, money.total(early)} if early),
    ]


def _row(lots: Sequence[Award]) -> Member:
    first = lots[0].bid
    return Member(first.family.name if first.family else first.title, money.total([lot.amount for lot in lots]))


def _recipients(awards: Sequence[Award]) -> list[Member]:
    """Return each recipient with the sum of its grants."""
    sums: dict[int | str, tuple[str, Decimal]] = {}
    for award in awards:
        # Two withheld recipients can be printed alike.
        key = award.bid.recipient_id or award.bid.title
        name, amount = sums.get(key, (award.bid.bidder, money.ZERO))
        sums[key] = (name, amount + award.amount)
    return [Member(name, amount) for name, amount in sums.values()]


def _bids(bids: Sequence[BidEntry], outcome: Outcome) -> list[Member]:
    ended = [bid for bid in bids if tuple(bid.outcomes) == (outcome,)]
    return [Member(bid.reference, bid.amount if bid.agreed is None else bid.agreed) for bid in ended]
