"""The parts of a round's money and bids: each number with the rows that make it. Pure rules.

A split divides a whole into parts. Where each row belongs to one part, the parts sum to the whole to the penny. Where a
grant may belong to several (themes, priorities, areas), the split overlaps: each part counts whole grants, since a
bid does not say how its money divides between them, and the parts are never summed.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache

from approvals.enums import Level
from approvals.reconciliation.facts import BidEntry, Contract, Grant, Item, Label, Line, Outcome, Payment, Position
from grants import money
from grants.years import year_of

SHOWN = 12
OWN_BUDGET = "own-budget"


class Kind(StrEnum):
    """What a row is, which decides the page that it links to. A row that is a part links to the page of its key."""

    ROUND = "round"
    INCOME = "income"
    CARRY_OVER = "carry-over"
    LINE = "line"
    CONTRACT = "contract"
    GRANT = "grant"
    ITEM = "item"
    BID = "bid"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a number: what it is, its reference (of an item, that of its paper), and what it adds in pounds.

    An entry that is taken off is `less`, and its amount is below £0.
    """

    kind: Kind
    reference: str
    label: str
    amount: Decimal
    note: str = ""
    less: bool = False


@dataclass(frozen=True)
class Part:
    """A number with its rows. `key` is its address, `unit` the noun for one row, `note` a remark for the reader."""

    key: str
    label: str
    rows: Sequence[Row]
    unit: str = "grant"
    note: str = ""

    @property
    def count(self) -> int:
        return len(self.rows)

    @cached_property
    def total(self) -> Decimal:
        return money.total([row.amount for row in self.rows])


@dataclass(frozen=True)
class Split:
    """A whole and its parts. Where it `overlaps`, a row may be in several parts, and the parts are not summed."""

    name: str
    heading: str
    whole: Part
    parts: Sequence[Part]
    overlaps: bool = False

    @property
    def unit(self) -> str:
        """The noun for one row; `row` where the parts hold different things."""
        return self.whole.unit if all(part.unit == self.whole.unit for part in self.parts) else "row"

    @cached_property
    def shown(self) -> Sequence[Part]:
        """The parts that a page lists; of more than `SHOWN`, the first and one part with all the others."""
        if self.overlaps or len(self.parts) <= SHOWN + 1:
            return self.parts
        folded = self.parts[SHOWN:]
        rows = [replace(row, note=part.label) for part in folded for row in part.rows]
        return [*self.parts[:SHOWN], Part(f"{self.name}-more", f"{len(folded)} more", rows, folded[0].unit)]


def slug(text: str) -> str:
    """Return a text in small letters, digits and hyphens, for use in an address."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


# The dimensions by which the grants are split


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to split the grants: the start of its keys, its heading, and the parts that a grant belongs to."""

    name: str
    heading: str
    places: Callable[[Grant], Sequence[Label]]
    overlaps: bool = False
    note: str = ""


_ROUTES = {
    Level.DMPC: ("dmpc", "Grants needing a decision"),
    Level.DELEGATED: ("delegated", "Grants approved under delegation"),
    None: ("none", "Grants not routed"),
}


def _standing(grant: Grant) -> Label:
    if grant.approved is not None:
        return "approved", "Approved"
    return ("asked", "Awaiting decision") if grant.asked else ("open", "Not approved yet")


def _recipient(grant: Grant) -> Label:
    return _body(grant.recipient or "No recipient")


@lru_cache(maxsize=20_000)
def _body(name: str) -> Label:
    # Two names may look alike without their punctuation; the digest keeps their addresses apart.
    mark = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{slug(name)[:40].strip('-')}-{mark}", name


def _period(grant: Grant) -> Label:
    return _between(grant.starts_on, grant.ends_on)


@lru_cache(maxsize=2_000)
def _between(starts_on: date | None, ends_on: date | None) -> Label:
    if starts_on is None or ends_on is None:
        return "not-stated", "Not stated"
    first, last = year_of(starts_on), year_of(ends_on)
    label = first if first == last else f"{first} to {last}"
    return slug(label), label


def _paying(grant: Grant) -> Label:
    if not grant.paid:
        return "none", "Nothing paid yet"
    return ("part", "Paid in part") if grant.paid < grant.amount else ("full", "Paid in full")


def _stated(labels: Sequence[Label]) -> Sequence[Label]:
    return labels or [("none", "None stated")]


DIMENSIONS: Sequence[Dimension] = (
    Dimension("route", "By route", lambda grant: [_ROUTES[grant.route]]),
    Dimension("standing", "By status", lambda grant: [_standing(grant)]),
    Dimension("payment", "By payment", lambda grant: [_paying(grant)]),
    Dimension(
        "period",
        "By period",
        lambda grant: [_period(grant)],
        note="The financial years in which the work of a grant runs. All of its money is charged to the round.",
    ),
    Dimension("recipient", "By recipient", lambda grant: [_recipient(grant)]),
    Dimension("theme", "By theme", lambda grant: _stated(grant.themes), overlaps=True),
    Dimension("priority", "By plan priority", lambda grant: _stated(grant.priorities), overlaps=True),
    Dimension("borough", "By area", lambda grant: _stated(grant.boroughs), overlaps=True),
)


def places(grant: Grant) -> list[tuple[Dimension, Label]]:
    """Return every part that a grant belongs to, as the dimension with the key and the label of the part."""
    return [
        (dimension, (f"{dimension.name}-{place}", label))
        for dimension in DIMENSIONS
        for place, label in dimension.places(grant)
    ]


def _by(dimension: Dimension, grants: Sequence[Grant], whole: Part) -> Split:
    """Return the grants split by a dimension. `whole` has the row of each grant, in the same order."""
    by_place: dict[str, tuple[str, list[Row]]] = {}
    for grant, row in zip(grants, whole.rows, strict=True):
        for place, label in dimension.places(grant):
            by_place.setdefault(place, (label, []))[1].append(row)
    parts = [
        Part(f"{dimension.name}-{place}", label, rows, note=dimension.note) for place, (label, rows) in by_place.items()
    ]
    # The largest part comes first; periods are in the order of time.
    parts.sort(key=lambda part: (money.ZERO if dimension.name == "period" else -part.total, part.label))
    return Split(dimension.name, dimension.heading, whole, parts, dimension.overlaps)


# The rows


def _grant(grant: Grant, amount: Decimal | None = None, note: str = "") -> Row:
    return Row(Kind.GRANT, grant.reference, grant.label, grant.amount if amount is None else amount, note)


def _line(line: Line) -> Row:
    return Row(Kind.LINE, line.reference, line.label, line.amount)


def _contract(contract: Contract, amount: Decimal | None = None) -> Row:
    label = f"{contract.supplier}: {contract.label}" if contract.supplier else contract.label
    return Row(Kind.CONTRACT, contract.reference, label, contract.amount if amount is None else amount)


def item_row(item: Item) -> Row:
    """Return the row of an item that a paper asks for in words; it links to that paper."""
    return Row(Kind.ITEM, item.decision, item.label, item.amount, item.kind)


def _bid(bid: BidEntry, amount: Decimal | None = None) -> Row:
    return Row(Kind.BID, bid.address, bid.label, bid.amount if amount is None else amount, bid.reference)


def _payment(grant: Grant, payment: Payment) -> Row:
    note = f"{payment.reference}, paid on {payment.paid_on:%-d %B %Y}"
    return _grant(grant, payment.amount, f"{note}, before approval" if payment.early else note)


def _less(rows: Iterable[Row]) -> list[Row]:
    return [replace(row, amount=-row.amount, less=True) for row in rows]


# The splits of a round


def splits(position: Position) -> dict[str, Split]:
    """Return every split of a round by its name: the money, then bids, grants, contracts and payments."""
    grants = Part("grants", "Grants to third parties", [_grant(grant) for grant in position.grants])
    by_dimension = [_by(dimension, position.grants, grants) for dimension in DIMENSIONS]
    in_order = [*_of_money(position, grants, by_dimension[0]), *_of_bids(position), *by_dimension]
    in_order += [*_of_contracts(position), *_of_payments(position, grants), *_of_match(position)]
    return {split.name: split for split in in_order}


def everything(splits_by_name: dict[str, Split]) -> dict[str, Part]:
    """Return every part that has a page, by its key."""
    return {part.key: part for split in splits_by_name.values() for part in (split.whole, *split.parts, *split.shown)}


def table_3(splits_by_name: dict[str, Split]) -> list[tuple[str, Part]]:
    """Return the rows of Table 3 of a paper, from the allocation to the underspend.

    Each row is its part with `total`, `line` or `part` (of the line above).
    """
    parts, of_money = everything(splits_by_name), splits_by_name["allocation"]
    return [
        ("total", parts["allocation"]),
        *(("part", part) for split in _named(splits_by_name, "sources") for part in split.parts),
        *(("line", part) for part in of_money.parts if part.unit in ("line", "contract", "item")),
        ("line", parts["grants"]),
        *(("part", part) for part in splits_by_name["route"].parts),
        ("total", parts["expenditure"]),
        ("total", parts["underspend"]),
    ]


def _named(splits_by_name: dict[str, Split], name: str) -> list[Split]:
    return [splits_by_name[name]] if name in splits_by_name else []


def _of_sources(position: Position, allocated: Row) -> list[Split]:
    """Return where the allocation comes from; nothing where all of it is the body's own and none is carried over."""
    if not position.income and not position.carried:
        return []
    income_rows = [
        Row(Kind.INCOME, each.reference, each.label, each.amount, each.agreement) for each in position.income
    ]
    # In all, what leaves one year is in another.
    moved = [Row(Kind.CARRY_OVER, each.reference, str(each), money.ZERO) for each in position.carried]
    note = "The allocation, less what grantors give of it."
    own = Part(OWN_BUDGET, "Own budget", [allocated, *_less(income_rows), *_less(moved)], "row", note)
    parts = [
        Part(f"income-{row.reference.lower()}", f"Income: {row.label}", [row], "source", row.note)
        for row in income_rows
    ]
    parts += [own, *([Part("carried", "Carried over", moved, "carry-over")] if moved else [])]
    whole = [*income_rows, Row(Kind.PART, own.key, own.label, own.total), *moved]
    return [Split("sources", "Where the allocation comes from", Part("sources", "Sources", whole, "row"), parts)]


def _of_money(position: Position, grants: Part, routes: Split) -> list[Split]:
    lines = [
        Part(
            f"line-{line.reference.lower()}",
            line.label,
            [_line(line)],
            "line",
            "This line carries the bids led inside the force, and may hold more than them."
            if line.holds_internal
            else "",
        )
        for line in position.lines
    ]
    contracts = [
        Part(f"contract-{contract.reference.lower()}", _contract(contract).label, [_contract(contract)], "contract")
        for contract in position.contracts
    ]
    items = [Part(f"item-{item.reference.lower()}", item.label, [item_row(item)], "item") for item in position.items]
    spent = [_line(line) for line in position.lines] + [_contract(each) for each in position.contracts]
    spent += [item_row(item) for item in position.items]
    expenditure = Part("expenditure", "Total expenditure", [*spent, *grants.rows], "row")
    allocated = Row(Kind.ROUND, position.reference, "Total allocated", position.allocation)
    underspend = Part(
        "underspend",
        "Underspend",
        [allocated, *_less(expenditure.rows)],
        "row",
        f"The allocation, less each line, contract{', item' if items else ''} and grant.",
    )
    left = Row(Kind.PART, underspend.key, underspend.label, underspend.total)
    allocation = Part("allocation", "Total allocated", [*expenditure.rows, left], "row")
    spending = Split("expenditure", "What is used", expenditure, [*lines, *contracts, *items, *routes.parts])
    return [
        Split("allocation", "From the allocation to the underspend", allocation, [*spending.parts, underspend]),
        spending,
        *_of_sources(position, allocated),
    ]


def _of_bids(position: Position) -> list[Split]:
    received = Part("bids", "Received", [_bid(bid) for bid in position.bids], "bid")
    parts = [
        Part(f"outcome-{outcome}", outcome.label, [_bid(bid) for bid in position.bids if _only(bid, outcome)], "bid")
        for outcome in Outcome
    ]
    several = [_bid(bid) for bid in position.bids if len(bid.outcomes) != 1]
    parts.append(Part("outcome-several", "Without exactly one outcome", several, "bid"))
    rejected, *others = [part for part in parts if part.rows or part.key == "outcome-rejected"]
    kept = Part("bids-kept", "Not rejected", [row for part in others for row in part.rows], "bid")
    funnel = Split(
        "outcome", "What happened to the bids", received, [part for part in (rejected, *others) if part.rows]
    )
    internal = [bid for bid in position.bids if Outcome.INTERNAL in bid.outcomes]
    agreed = Part(
        "internal-agreed",
        "Agreed for bids led inside the force",
        [_bid(bid, bid.agreed or money.ZERO) for bid in internal],
        "bid",
    )
    return [
        funnel,
        Split("kept", "What was not rejected", kept, [part for part in others if part.rows]),
        Split("internal", "Bids led inside the force", agreed, [agreed]),
    ]


def _only(bid: BidEntry, outcome: Outcome) -> bool:
    return tuple(bid.outcomes) == (outcome,)


def _of_contracts(position: Position) -> list[Split]:
    whole = Part("contracts", "Contracts", [_contract(contract) for contract in position.contracts], "contract")
    charged: dict[str, list[Row]] = {}
    profiled: dict[str, list[Row]] = {}
    for contract in position.contracts:
        charged.setdefault(contract.charged_to or "Not stated", []).append(_contract(contract))
        for year, amount in contract.profile:
            profiled.setdefault(year, []).append(_contract(contract, amount))
    spent = [row for rows in profiled.values() for row in rows]
    profile = Part("contract-years", "Contracts by the years in which they run", spent, "contract year")

    def by_year(name: str, label: str, rows: dict[str, list[Row]], unit: str) -> list[Part]:
        return [Part(f"{name}-{slug(year)}", f"{label} {year}", rows[year], unit) for year in sorted(rows)]

    return [
        Split(
            "charged",
            "Contracts by the year that they are charged to",
            whole,
            by_year("charged", "Charged to", charged, "contract"),
        ),
        Split(
            "profile",
            "Contracts by the years in which they run",
            profile,
            by_year("profile", "Run in", profiled, "contract year"),
        ),
    ]


def _of_match(position: Position) -> list[Split]:
    """Return the other money of the projects, which is no part of any sum of the round; nothing where there is none."""
    rows = [_grant(grant, each.amount, f"from {each.source}") for grant in position.grants for each in grant.match]
    whole = Part(
        "match", "Other money of the projects", rows, "sum", "It is beside the grants and takes nothing of them."
    )
    return [Split("match", "Other money, beside the allocation", whole, [whole])] if rows else []


def _of_payments(position: Position, grants: Part) -> list[Split]:
    made = [(grant, payment) for grant in position.grants for payment in grant.payments]
    paid = Part("paid", "Paid", [_payment(*each) for each in made], "payment")
    early = Part(
        "retrospective", "Paid before approval", [_payment(*each) for each in made if each[1].early], "payment"
    )
    later = Part(
        "paid-after", "Paid after approval", [_payment(*each) for each in made if not each[1].early], "payment"
    )
    left = [(grant, grant.amount - money.total([each.amount for each in grant.payments])) for grant in position.grants]
    unpaid = Part("unpaid", "Left to pay", [_grant(grant, amount) for grant, amount in left if amount])
    return [
        Split("paid", "Payments against grants", grants, [paid, unpaid]),
        Split("retrospective", "Payments before and after approval", paid, [early, later]),
    ]
