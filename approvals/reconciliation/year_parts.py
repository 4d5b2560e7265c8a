"""The numbers of Table 3 by financial year, each with the rows that make it. Pure rules.

A part of the whole round has a sibling in each slot, made of the same rows with what each of them takes in that slot.
So the siblings of a part sum to it, and the parts of a slot sum to its part of the allocation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from approvals.reconciliation import parts
from approvals.reconciliation.facts import Position
from approvals.reconciliation.parts import Kind, Part, Row, Split
from approvals.reconciliation.sums import slots_of
from grants import money, years
from grants.years import Slot

# What each row of a round takes in each slot, in pounds, by its kind and reference.
_Amounts = Mapping[tuple[Kind, str], Mapping[Slot, Decimal]]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of Table 3: `total`, `line` or `part`, the number of the whole round, and that of each slot."""

    kind: str
    part: Part
    by_slot: Sequence[Part] = ()


def splits(position: Position) -> dict[str, Split]:
    """Return every split of a round by its name; of a round of several years also those of each slot."""
    of_round = parts.splits(position)
    amounts = _amounts(position)
    in_slots = [
        Split(
            f"{split.name}-in-{each.slot.key}",
            f"{split.heading}, {each.slot}",
            _in(split.whole, each.slot, amounts),
            [_in(part, each.slot, amounts) for part in split.parts],
        )
        for each in slots_of(position)
        for split in (of_round[name] for name in ("allocation", "expenditure", "route", "sources") if name in of_round)
    ]
    return of_round | {split.name: split for split in in_slots}


def table_3(position: Position, splits_by_name: dict[str, Split]) -> list[TableRow]:
    """Return the rows of Table 3 with the number of each slot beside that of the whole round."""
    opened = parts.everything(splits_by_name)
    slots = [each.slot for each in slots_of(position)]
    return [
        TableRow(kind, part, [opened[_key(part.key, slot)] for slot in slots])
        for kind, part in parts.table_3(splits_by_name)
    ]


def _key(key: str, slot: Slot) -> str:
    return f"{key}-in-{slot.key}"


def _amounts(position: Position) -> _Amounts:
    amounts = {
        (kind, each.reference): years.added([each.years])
        for kind, rows in (
            (Kind.LINE, position.lines),
            (Kind.CONTRACT, position.contracts),
            (Kind.GRANT, position.grants),
            (Kind.INCOME, position.income),
            (Kind.CARRY_OVER, position.carried),
        )
        for each in rows
    }
    amounts |= {(Kind.ITEM, _of_item(parts.item_row(item))): years.added([item.years]) for item in position.items}
    slots = slots_of(position)
    amounts[Kind.ROUND, position.reference] = {each.slot: each.allocation for each in slots}
    amounts[Kind.PART, "underspend"] = {each.slot: each.underspend for each in slots}
    amounts[Kind.PART, parts.OWN_BUDGET] = {each.slot: each.own_budget for each in slots}
    return amounts


def _of_item(row: Row) -> str:
    # Several items of one paper lead to the page of that paper.
    return f"{row.reference} {row.label} {abs(row.amount)}"


def _in(part: Part, slot: Slot, amounts: _Amounts) -> Part:
    rows = [placed for row in part.rows if (placed := _row(row, slot, amounts)).amount]
    return Part(_key(part.key, slot), f"{part.label}, {slot}", rows, part.unit)


def _row(row: Row, slot: Slot, amounts: _Amounts) -> Row:
    taken = amounts[row.kind, row.reference if row.kind is not Kind.ITEM else _of_item(row)]
    amount = taken.get(slot, money.ZERO)
    amount = -amount if row.less else amount
    reference = _key(row.reference, slot) if row.kind is Kind.PART else row.reference
    return replace(row, reference=reference, amount=amount)
