"""The stages of the grants and contracts: agreed by the leadership, routed, paid and approved."""

from __future__ import annotations

from datetime import date
from typing import Any

from approvals.carrying import carrying
from approvals.contracts import contracts
from approvals.families import grouping
from approvals.loading import direct
from approvals.loading.folder import BadFolder, Folder, pounds, profile, profile_of_cell
from approvals.models import Award, Condition, SingleTenderAction
from approvals.review import reviewing
from approvals.routing import approving, awards, conditions, matching, withholding
from bids.models import Bid
from grants import years
from grants.models import BudgetLine
from grants.rounds import over_allocation


def review(folder: Folder) -> int:
    """Group the families, agree the amounts and record the single tender actions. Returns how many bids are agreed."""
    by, _, stage = folder.stage("reviewed")
    bids = folder.grantable()
    families: dict[str, list[Bid]] = {}
    for row in folder.rows("families"):
        families.setdefault(row["family"], []).append(bids[row["bid"]])
    for name, lots in families.items():
        grouping.group_bids(
            round=folder.round, name=name, bids=lots, reason="Lots of one project", by=by, at=folder.at(stage["on"])
        )
    rows = folder.rows("review")
    for row in folder.each(rows):
        reviewing.review(
            bid=bids[row["bid"]],
            amount=pounds(row["amount"]),
            profile=profile_of_cell(row.get("years") or ""),
            power=row.get("legal_power") or "",
            reason=row["reason"],
            by=by,
            at=folder.at(stage["on"]),
        )
        if row.get("withheld"):
            withholding.withhold_recipient(
                award=Award.objects.get(bid=bids[row["bid"]]),
                terms=withholding.Withholding(row["withheld"], row["public_title"], row["public_purpose"]),
                by=by,
                at=folder.at(stage["on"]),
            )
    for action in folder.toml.get("single_tender_actions", []):
        _contract(folder, action)
    for match in folder.toml.get("match_funding", []):
        matching.keep_match_funding(
            award=Award.objects.get(round=folder.round, bid__source_reference=match["bid"]),
            source=match["source"],
            amount=pounds(match["amount"]),
            by=folder.person(match["by"]),
            at=folder.at(match["on"]),
        )
    return len(rows)


def over_allocate(folder: Folder) -> int:
    """Agree to use more than the allocation, as two people do, and return how many times."""
    by, _, stage = folder.stage("over_allocated")
    for entry in stage["over_allocations"]:
        made = over_allocation.propose_over_allocation(
            round=folder.round,
            amount=pounds(entry["amount"]),
            reason=entry["reason"],
            profile=profile(entry.get("years", {})),
            by=by,
            at=folder.at(stage["on"]),
        )
        over_allocation.agree_over_allocation(
            over_allocation=made, by=folder.person(stage["agreed_by"]), at=folder.at(stage["on"])
        )
    return len(stage["over_allocations"])


def _contract(folder: Folder, entry: dict[str, Any]) -> None:
    """Record a contract, and approve it where the folder names an approver."""
    terms = contracts.ContractTerms(
        supplier=folder.organisation(entry["supplier"]),
        title=entry["title"],
        amount=pounds(entry["amount"]),
        profile=[(year, pounds(amount)) for year, amount in entry["profile"].items()],
        charged_to=entry.get("charged_to", ""),
        ground=entry["ground"],
        evidence=entry["evidence"],
        other_grounds=entry.get("other_grounds", ""),
        proposal=entry["proposal"],
        performance=entry["performance"],
    )
    contract = contracts.keep_single_tender_action(
        round=folder.round, terms=terms, by=folder.person(entry["by"]), at=folder.at(entry["on"])
    )
    if "approved_by" in entry:
        contracts.approve_single_tender_action(
            contract=contract,
            reason=entry["approved_because"],
            by=folder.person(entry["approved_by"]),
            at=folder.at(entry["on"]),
        )


def route(folder: Folder) -> int:
    """Route the grants, then clear the warnings and escalate the grants that the folder names.

    Returns how many grants there are.
    """
    by, at, stage = folder.stage("routed")
    awards.route_awards(round=folder.round, by=by, at=at)
    for warning in stage.get("warnings", []):
        award = Award.objects.get(round=folder.round, bid__source_reference=warning["bid"])
        awards.clear_warning(award=award, reason=warning["reason"], by=by, at=folder.at(stage["on"]))
    for escalation in stage.get("escalations", []):
        award = Award.objects.get(round=folder.round, bid__source_reference=escalation["bid"])
        awards.escalate_award(award=award, reason=escalation["reason"], by=by, at=folder.at(stage["on"]))
    return Award.objects.filter(round=folder.round).live().count()


def meet_conditions(folder: Folder) -> int:
    """Record which conditions of grants are met, with what shows it, and return how many there are.

    Raises BadFolder for a condition that the grant does not have, or that is met already.
    """
    stage = folder.stages["conditions_met"]
    for entry in stage["conditions"]:
        standing = Condition.objects.filter(award__round=folder.round, award__bid__source_reference=entry["bid"])
        text = entry["condition"].strip()
        open_one = standing.filter(state=Condition.State.OPEN, text=text).select_related("award__bid").first()
        if open_one is None:
            raise BadFolder(f"the grant of {entry['bid']} has no condition “{text}” that is still to be met")
        conditions.meet_condition(
            condition=open_one,
            evidence=entry["evidence"],
            met_on=date.fromisoformat(str(entry["met_on"])),
            by=folder.person(entry.get("by", stage["by"])),
            at=folder.at(entry.get("on", stage["on"])),
        )
    return len(stage["conditions"])


def pay(folder: Folder) -> int:
    """Record the payments of `payments.csv`, and return how many there are."""
    by, _, stage = folder.stage("payments")
    rows = folder.rows("payments")
    for row in folder.each(rows):
        award = Award.objects.get(round=folder.round, bid__source_reference=row["bid"])
        approving.record_payment(
            award=award,
            details=approving.PaymentDetails(
                amount=pounds(row["amount"]),
                paid_on=date.fromisoformat(row["paid_on"]),
                reason=row["reason"],
                illustrative=row["illustrative"],
                named=direct.recipient_called(award, row.get("recipient") or ""),
            ),
            by=by,
            at=folder.at(stage["on"]),
        )
    return len(rows)


def carry_over(folder: Folder) -> int:
    """Carry money over to the next financial year, as two people do, and return how many acts there are."""
    by, _, stage = folder.stage("carried")
    for entry in stage["carry_overs"]:
        made = carrying.propose_carry_over(
            round=folder.round,
            of=_carried_of(folder, entry),
            source=years.slot_of(entry["from"]),
            amount=pounds(entry["amount"]),
            reason=entry["reason"],
            by=by,
            at=folder.at(stage["on"]),
        )
        carrying.confirm_carry_over(carry_over=made, by=folder.person(stage["confirmed_by"]), at=folder.at(stage["on"]))
    return len(stage["carry_overs"])


def _carried_of(folder: Folder, entry: dict[str, Any]) -> Award | BudgetLine | SingleTenderAction | None:
    """Return the grant, the line or the contract whose money is carried over, or None where nothing holds it."""
    if "bid" in entry:
        return Award.objects.get(round=folder.round, bid__source_reference=entry["bid"])
    if "contract" in entry:
        return folder.round.single_tender_actions.get(title=entry["contract"])
    return folder.round.lines.get(label=entry["line"]) if "line" in entry else None


def approve(folder: Folder) -> int:
    """Approve every grant that waits for delegated approval, and return how many there are."""
    by, at, stage = folder.stage("approved")
    waiting = list(Award.objects.filter(round=folder.round, route=Award.Route.DELEGATED, state=Award.State.ROUTED))
    approving.approve_awards(
        awards=waiting,
        reason=stage["reason"],
        conditions=stage.get("conditions", ""),
        before_payment=stage.get("before_payment", ""),
        by=by,
        at=at,
    )
    return len(waiting)
