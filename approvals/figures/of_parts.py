"""The figures that pages print, each under the key by which a page marks it. Pure rules.

A part that several pages print is here once: `reconciliation.parts` makes it, and the list says whose it is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from approvals.enums import Level
from approvals.figures import of_income
from approvals.figures.making import What, entry, places
from approvals.figures.owners import Owners
from approvals.prose.identity import Subject
from approvals.prose.index import Entry
from approvals.prose.vocabulary import Kind, Measure
from approvals.reconciliation import year_parts
from approvals.reconciliation.checks import CHECKS, FEE_CHECKS, INCOME_CHECKS, YEAR_CHECKS
from approvals.reconciliation.facts import Grant, Outcome, Position
from approvals.reconciliation.parts import Part, everything
from approvals.reconciliation.sums import slots_of
from grants import money

# The parts of the whole round, by their keys: whose they are, what they measure, and other names of theirs.
_WHOLE = {
    "allocation": What(Subject(Kind.ROUND, "", ("allocation", "total budget")), Measure.ALLOCATED),
    "expenditure": What(Subject(Kind.ROUND, "", ("expenditure", "total expenditure")), Measure.SPENT),
    "underspend": What(Subject(Kind.ROUND, "", ("underspend", "left", "unspent")), Measure.LEFT),
    "grants": What(Subject(Kind.GRANTS, "", ("grants",)), Measure.AGREED),
    "bids": What(Subject(Kind.BIDS, "", ("bids",)), Measure.ASKED),
    "bids-kept": What(Subject(Kind.STATE, "not rejected"), Measure.ASKED),
    "internal-agreed": What(Subject(Kind.STATE, "internal", ("internally", "inside the force")), Measure.AGREED),
    "contracts": What(Subject(Kind.CONTRACT, "contracts", ("contract", "the contract")), Measure.AGREED),
    "contract-years": What(Subject(Kind.CONTRACT, "contracts", ("contract", "the contract")), Measure.AGREED),
    "paid": What(Subject(Kind.GRANTS), Measure.PAID),
    "unpaid": What(Subject(Kind.GRANTS), Measure.UNPAID),
    "retrospective": What(Subject(Kind.STATE, "before approval", ("early", "retrospective")), Measure.PAID),
    "paid-after": What(Subject(Kind.STATE, "after approval"), Measure.PAID),
}
# What a sentence calls the grants of each route and status, and the bids of each outcome.
ROUTE: dict[str, tuple[str, ...]] = {
    "dmpc": ("above the threshold", "for decision", "decided", "reserved", "above the limit"),
    "delegated": ("below the threshold", "delegated", "under delegation", "delegation", "below the limit"),
    "none": ("not routed",),
}
_STANDING = {
    "approved": ("approved",),
    "asked": ("awaiting decision", "for decision"),
    "open": ("not approved yet", "not yet approved"),
}
_PAYMENT = {"none": ("nothing paid",), "part": ("paid in part",), "full": ("paid in full", "fully paid")}
OUTCOME: dict[Outcome, tuple[str, ...]] = {
    Outcome.REJECTED: ("rejected", "unsuccessful", "turned down"),
    Outcome.INTERNAL: ("internal", "internally", "inside the force"),
    Outcome.DMPC: ROUTE["dmpc"],
    Outcome.DELEGATED: ROUTE["delegated"],
    Outcome.REDIRECTED: ("redirected",),
    Outcome.REFUSED: ("refused", "declined"),
    Outcome.OPEN: ("open", "undecided", "no outcome"),
}
# The start of the keys of each split: the kind of owner, what its parts measure, and the words for each of them.
_SPLITS: dict[str, tuple[Kind, Measure, dict[str, tuple[str, ...]]]] = {
    "route": (Kind.ROUTE, Measure.AGREED, ROUTE),
    "standing": (Kind.STATE, Measure.AGREED, _STANDING),
    "payment": (Kind.STATE, Measure.AGREED, _PAYMENT),
    "outcome": (Kind.STATE, Measure.ASKED, {outcome.value: words for outcome, words in OUTCOME.items()}),
    "period": (Kind.STATE, Measure.AGREED, {}),
    "recipient": (Kind.RECIPIENT, Measure.AGREED, {}),
    "theme": (Kind.THEME, Measure.AGREED, {}),
    "priority": (Kind.PRIORITY, Measure.AGREED, {}),
    "borough": (Kind.AREA, Measure.AGREED, {}),
    "charged": (Kind.CONTRACT, Measure.AGREED, {}),
    "profile": (Kind.CONTRACT, Measure.AGREED, {}),
}


def of_parts(position: Position, owners: Owners, of_years: Sequence[str]) -> Iterator[Entry]:
    """Yield the sum and the count of each number that the reconciliation prints, in all and in each slot."""
    slots = {f"-in-{each.slot.key}": each.slot for each in slots_of(position)}
    own_names = dict(chain(spenders(position, owners), of_income.sources(position, owners)))
    for key, part in everything(year_parts.splits(position)).items():
        suffix = next((suffix for suffix in slots if key.endswith(suffix)), "")
        of_whole = key.removesuffix(suffix)
        name, what = own_names.get(of_whole) or _named(of_whole, part, owners)
        if suffix:
            slot = slots[suffix]
            year = slot.year if len(of_years) > 1 else ""
            what = replace(what, year=year, places=places(slot.year, of_years), aspect=slot.kind)
            name = f"{name} in {slot}"
        what = replace(what, key=key)
        yield entry(name, part.total, what, part.label)
        yield entry(f"number: {name}", part.count, replace(what, thing=f"{part.unit}s"), part.label)


def spenders(position: Position, owners: Owners) -> Iterator[tuple[str, tuple[str, What]]]:
    """Yield each budget line, contract and other item: the key of its part, its name, and what it is."""
    for line in position.lines:
        whose = partial(owners.subject, Kind.LINE, line.label)
        yield f"line-{line.reference.lower()}", (f"line {line.label}", What(whose, Measure.AGREED))
    only = ("the contract", "contract") if len(position.contracts) == 1 else ()
    for contract in position.contracts:
        whose = partial(owners.subject, Kind.CONTRACT, contract.label, contract.supplier, *only)
        yield f"contract-{contract.reference.lower()}", (f"contract {contract.label}", What(whose, Measure.AGREED))
    for item in position.items:
        whose = partial(owners.subject, Kind.ITEM, item.label)
        yield f"item-{item.reference.lower()}", (f"item {item.label}", What(whose, Measure.AGREED))


def of_pages(position: Position) -> Iterator[Entry]:
    """Yield the sums that other pages print and the reconciliation does not."""
    lines = money.total([line.amount for line in position.lines])
    items = money.total([item.amount for item in position.items])
    besides_grants = lines + items + money.total([contract.amount for contract in position.contracts])
    whole = Subject(Kind.ROUND, "", ("lines and contracts",))
    yield entry(
        "lines and contracts", besides_grants, What(whole, Measure.SPENT, key="lines-and-contracts"), "Beside grants"
    )
    left = What(Subject(Kind.ROUND, "", ("for grants",)), Measure.LEFT, key="for-grants")
    yield entry("for grants", position.allocation - besides_grants, left, "The allocation, less lines and contracts")
    of_lines = What(Subject(Kind.LINE, "lines", ("budget lines",)), Measure.AGREED, key="lines")
    yield entry("lines", lines, of_lines, "All budget lines")
    of_items = What(Subject(Kind.ITEM, "other items"), Measure.AGREED, key="items")
    yield entry("items", items, of_items, "All other items of papers")
    sets = [
        (name, key, [grant.amount for grant in position.grants if belongs(grant)]) for name, key, belongs in _OF_GRANTS
    ]
    refused = [bid.agreed or money.ZERO for bid in position.bids if Outcome.REFUSED in bid.outcomes]
    for name, key, amounts in (*sets, ("refused", "refused", refused)):
        what = What(Subject(Kind.STATE, name), Measure.AGREED, thing="grants", key=key)
        yield entry(f"grants {name}", money.total(amounts), what, f"Grants {name}")
        yield entry(f"number: grants {name}", len(amounts), what, f"Grants {name}")


def of_checks(position: Position) -> Iterator[Entry]:
    """Yield the sum of what each check of the reconciliation looks at."""
    for _, sentence, scope_of in (*CHECKS, *INCOME_CHECKS, *FEE_CHECKS, *YEAR_CHECKS):
        scope = scope_of(position)
        if scope.amounts:
            what = What(Subject(Kind.STATE, sentence), Measure.SPENT)
            yield entry(f"checked: {sentence}", money.total(scope.amounts), what, str(scope))


_OF_GRANTS: Sequence[tuple[str, str, Callable[[Grant], bool]]] = (
    (ROUTE["dmpc"][0], "route-dmpc", lambda grant: grant.route is Level.DMPC),
    (ROUTE["delegated"][0], "route-delegated", lambda grant: grant.route is Level.DELEGATED),
    (_STANDING["approved"][0], "standing-approved", lambda grant: grant.approved is not None),
    ("not approved", "unapproved", lambda grant: grant.approved is None),
    (
        "waiting under delegation",
        "delegated-waiting",
        lambda grant: grant.route is Level.DELEGATED and grant.approved is None,
    ),
    (
        "approved under delegation",
        "delegated-approved",
        lambda grant: grant.route is Level.DELEGATED and grant.approved is not None,
    ),
)


def _named(key: str, part: Part, owners: Owners) -> tuple[str, What]:
    """Return the name of a part of the whole round, and what it is."""
    if key in _WHOLE:
        return key.replace("-", " "), _WHOLE[key]
    split, _, place = key.partition("-")
    kind, measure, words = _SPLITS.get(split, (Kind.STATE, Measure.AGREED, {}))
    if split in ("charged", "profile"):
        *_, year = part.label.split()
        name, also = f"contracts {part.label}".casefold(), ("contract", *(row.label for row in part.rows))
        return name, What(Subject(kind, "contracts", also), measure, year=year)
    if place in words:
        name = f"bids {place}" if split == "outcome" else f"grants {words[place][0]}"
        return name, What(Subject(kind, words[place][0], words[place][1:]), measure)
    code = place if kind in (Kind.THEME, Kind.PRIORITY) else ""
    return f"{split} {part.label}", What(partial(owners.subject, kind, part.label, code), measure)
