"""Tables 2 and 3 of a paper, from the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from approvals.models import Award, DelegationRule
from approvals.paper.appendices import paid_early
from approvals.paper.sources import Sources
from approvals.reconciliation import sums
from approvals.reconciliation.facts import Income
from grants import money, years
from grants.years import Profile


def table_2(asked: Sequence[Award]) -> list[dict[str, Any]]:
    """Return the grants for decision as rows: one a family with its count, one for any other grant."""
    rows: dict[str, dict[str, Any]] = {}
    for award in asked:
        label = award.bid.family.name if award.bid.family else award.bid.title
        key = f"family {award.bid.family_id}" if award.bid.family_id else award.reference
        row = rows.setdefault(
            key, {"label": label, "recipients": [], "count": 0, "each": [], "amount": money.ZERO, "paid": money.ZERO}
        )
        row["count"] += 1
        row["amount"] += award.amount
        row["each"].append(award.amount)
        row["paid"] += paid_early(award)
        recipient = award.bid.recipient_name
        if recipient not in row["recipients"]:
            row["recipients"].append(recipient)
    printed_rows = []
    for row in rows.values():
        same = len(set(row["each"])) == 1 and row["count"] > 1
        printed_rows.append(
            {
                "label": row["label"],
                "recipients": ", ".join(row["recipients"]),
                "count": row["count"],
                "each": money.text(row["each"][0]) if same else "",
                "amount": money.text(row["amount"]),
                "paid": _already(row["paid"], row["amount"]),
            }
        )
    return printed_rows


def table_2_total(rows: Sequence[Mapping[str, Any]], asked: Sequence[Award]) -> dict[str, Any]:
    """Return the number and the sum of the grants of Table 2, and `single` where they make a single row."""
    # Left out elsewhere, as in every paper from before it was told apart.
    single = {"single": True} if len(rows) == 1 else {}
    return {"count": len(asked), "amount": money.total([award.amount for award in asked]), **single}


def _already(paid: Decimal, amount: Decimal) -> str:
    if not paid:
        return ""
    return "already paid" if paid == amount else f"{money.pounds(paid)} already paid"


def table_3(basis: Sources) -> list[dict[str, Any]]:
    """Return the allocation from top to bottom: lines, contracts, grants by route, expenditure, underspend."""
    reco, slots = basis.reconciliation, basis.reconciliation.years
    asked, noted = basis.asked(), basis.noted()
    notes = {line.reference: line.note for line in basis.decision.round.lines.all()}
    order = [each.slot for each in slots]

    def of_year(name: str) -> Profile:
        return [(each.slot, getattr(each, name)) for each in slots]

    rows = [_row("Total allocated", reco.allocation, "total")]
    rows += [
        _row(f"Income: {each.label}", each.amount, "part", f"{each.agreement}, {_accepted(each)}")
        for each in reco.income
    ]
    if reco.income or reco.carried:
        rows.append(_row("Own budget", reco.own_budget, "part"))
    if reco.carried:
        rows.append(_row("Carried over", money.ZERO, "part", "; ".join(map(str, reco.carried))))
    rows += [_row(line.label, line.amount, "line", notes.get(line.reference, "")) for line in reco.lines]
    rows += [
        _row(f"{contract.supplier.name}: contract", contract.amount, "line", f"Charged to {contract.charged}")
        for contract in basis.contracts
    ]
    rows += [_row(item.label, item.amount, "line", item.kind) for item in reco.items]
    decided, under = reco.dmpc, reco.delegated
    decider = basis.decision.round.body.offices.decider_short
    rule = basis.limits[DelegationRule.Kind.GRANT]
    elsewhere = _before(decided, asked, levels=bool(rule and rule.further))
    rows += [
        _row(f"Grants to third parties ({reco.grants.count})", reco.grants.total, "line"),
        _row(
            f"Grants decided by the {decider} ({decided.count})",
            decided.total,
            "part",
            elsewhere,
        ),
        _row(f"Grants approved under delegation ({under.count})", under.total, "part", _before(under, noted)),
        _row("Total expenditure", reco.expenditure, "total"),
        _row("Underspend", reco.underspend, "total", "; ".join(map(str, reco.over_agreed))),
    ]
    if slots:
        divided = [of_year("allocation"), *(each.years for each in reco.income)]
        divided += [of_year("own_budget")] if reco.income or reco.carried else []
        divided += [of_year("carried")] if reco.carried else []
        divided += [*(line.years for line in reco.lines)]
        divided += [contract.charged_years(basis.decision.round.slots) for contract in basis.contracts]
        divided += [item.years for item in reco.items]
        divided += [of_year(name) for name in ("grants", "dmpc", "delegated", "expenditure", "underspend")]
        for row, profile in zip(rows, divided, strict=True):
            amounts = years.added([profile])
            row["years"] = [money.text(amounts.get(slot, money.ZERO)) for slot in order]
    return rows


def _accepted(income: Income) -> str:
    return f"accepted in {income.accepted_in}" if income.accepted_in else "to be accepted"


def _before(whole: sums.Sum, here: Sequence[Award], levels: bool = False) -> str:
    """Return how many of a row's grants are in this paper, if other papers hold the rest.

    With several `levels` those can be later ones.
    """
    if whole.count == len(here):
        return ""
    return f"{len(here)} in this paper, {whole.count - len(here)} in {'others' if levels else 'earlier ones'}"


def _row(label: str, amount: Decimal, kind: str, note: str = "") -> dict[str, Any]:
    return {"label": label, "amount": money.text(amount), "kind": kind, "note": note}
