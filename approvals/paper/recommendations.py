"""What whoever decides is asked, each recommendation with its verb, amount and items."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from approvals.models import Award, DelegationRule, PaperItem, SingleTenderAction
from approvals.paper import items
from approvals.paper.appendices import paid_early, was, was_how, was_state
from approvals.paper.sources import Sources
from approvals.prose.claims import Bound, Claim, Member, who_breaks
from approvals.prose.known import Known
from approvals.routing.awards import compared_sum
from approvals.routing.facts import RouteFacts
from grants import money
from grants.counting import counted


def recommendations(basis: Sources, known: Known, also: Collection[PaperItem] = ()) -> list[dict[str, Any]]:
    """Return the recommendations of a paper, each with its number, verb, amount and items.

    What a writer asks for in words stands in the order of `ItemRule.leads`, before the grants or after the contracts;
    `also` are items that are listed although they are settled.

    A claim on a set is checked against each member: “individually or in aggregate” where a grant above the limit by
    its group is below it alone.
    """
    rule = basis.limits[DelegationRule.Kind.GRANT]
    limit = rule.limit if rule else money.ZERO
    asked, noted, early = basis.asked(), basis.noted(), basis.early()
    changed, asked = [award for award in asked if was(award)], [award for award in asked if not was(award)]
    old = basis.decision.amends.reference if basis.decision.amends else ""
    leading, following = items.recommended([*also, *basis.items_asked()], known, basis.reconciliation.income)
    in_order = [
        *leading,
        *([_approve_grants(asked, limit)] if asked else []),
        *([_approve_changes(changed, old)] if changed else []),
        *([_note_delegated(noted, limit)] if noted else []),
        *map(_contract, basis.contracts_asked()),
        *([_note_paid_early(early)] if early else []),
        *following,
    ]
    return [{"number": number, **each} for number, each in enumerate(in_order, 1)]


def _recommendation(verb: str, text: str, amount: Decimal, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a recommendation without its number; `amount` is in pounds."""
    return {"verb": verb, "text": text, "amount": money.text(amount), "items": items}


def _approve_grants(asked: Sequence[Award], limit: Decimal) -> dict[str, Any]:
    total = money.total([award.amount for award in asked])
    text = (
        f"{_grants(asked)} to third parties, {_how_above(asked, limit)}, as set out in Appendix 1, "
        f"{money.pounds(total)} in all"
    )
    return _recommendation("approve", text, total, [_item(award) for award in asked])


def _approve_changes(changed: Sequence[Award], old: str) -> dict[str, Any]:
    """Return the recommendation to change grants that the decision with the reference `old` decided."""
    changes = "; ".join(
        f"“{award.bid.title}” from {money.pounds(was(award) or money.ZERO)}{_unless_approved(award)} to "
        f"{money.pounds(award.amount)}"
        for award in changed
    )
    text = f"a change of {_grants(changed)} that {old} decided: {changes}"
    total = money.total([award.amount for award in changed])
    return _recommendation("approve", text, total, [_item(award) for award in changed])


def _note_delegated(noted: Sequence[Award], limit: Decimal) -> dict[str, Any]:
    total = money.total([award.amount for award in noted])
    text = (
        f"{_grants(noted)} to third parties, each below {money.pounds(limit)}, approved by the force under "
        f"delegation as set out in Appendix 2, {money.pounds(total)} in all"
    )
    return _recommendation("note", text, total, [_item(award) for award in noted])


def _contract(contract: SingleTenderAction) -> dict[str, Any]:
    """Return the recommendation on a contract: to approve it, or to note one that is below its limit."""
    verb = "approve" if contract.route == Award.Route.DMPC else "note"
    text = (
        f"the single tender action with {contract.supplier.name}: {contract.title}, "
        f"{money.pounds(contract.amount)} over {_years(contract)}, as set out in Appendices 3 and 4"
    )
    item = {"label": contract.title, "reference": contract.reference, "amount": money.text(contract.amount)}
    return _recommendation(verb, text, contract.amount, [item])


def _note_paid_early(early: Sequence[Award]) -> dict[str, Any]:
    total = money.total([paid_early(award) for award in early])
    names = " and ".join(f"{award.bid.title} ({money.pounds(paid_early(award))})" for award in early)
    were = "was" if len(early) == 1 else "were"
    text = f"that {_grants(early)}, {names}, {were} paid before approval, {money.pounds(total)} in all"
    return _recommendation("note", text, total, [])


def _years(contract: SingleTenderAction) -> str:
    return counted(len(contract.profile), "financial year")


def _unless_approved(award: Award) -> str:
    denied = (Award.State.REFUSED, Award.State.DEFERRED)
    return f" ({was_how(award)} there)" if was_state(award) in denied else ""


def _how_above(asked: Sequence[Award], limit: Decimal) -> str:
    """Return how the grants reach the limit, alone or with their group, or why they go up below it."""
    if not limit:
        return "none of them delegated" if asked[1:] else "which is not delegated"
    claim = Claim(Bound.AT_LEAST, limit)
    alone = [Member(award.reference, award.amount) for award in asked]
    grouped = [Member(award.reference, compared_sum(award)) for award in asked]
    not_below = f"not below {money.pounds(limit)}"
    sent_up = {member.name for member in who_breaks(claim, grouped)}
    reasons = " or ".join(sorted({_why_up(award) for award in asked if award.reference in sent_up}))
    if len(sent_up) == len(asked):
        return f"below {money.pounds(limit)} and {reasons}"
    below = {member.name for member in who_breaks(claim, alone)}
    how = "individually or in aggregate" if below - sent_up else "each"
    return f"{how} {not_below} or {reasons}" if sent_up else f"{how} {not_below}"


def _was_deferred(award: Award) -> bool:
    facts = RouteFacts.read(award.routed_as)
    return facts is not None and bool(facts.deferred)


def _why_up(award: Award) -> str:
    if award.escalated:
        return "sent up by a lead"
    return "deferred before" if _was_deferred(award) else "routed by an earlier limit"


def _grants(awards: Sequence[Award]) -> str:
    return counted(len(awards), "grant")


def _item(award: Award) -> dict[str, Any]:
    return {"label": award.bid.title, "reference": award.reference, "amount": money.text(award.amount)}
