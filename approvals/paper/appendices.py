"""The appendices of a paper: each grant as it is published, and each single tender action.

A choice is frozen twice: as the label that a reader sees, and under a name that ends in `_value` (or `_state`) as its
value. What is decided later is decided by the value, so that a label can be changed.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any

from approvals.models import Award, SingleTenderAction
from approvals.reconciliation.position import fetched
from approvals.routing import conditions
from grants import money
from grants.models import Organisation

_HOW = {Award.State.REFUSED.value: "refused", Award.State.DEFERRED.value: "deferred"}


def paid_early(award: Award) -> Decimal:
    """Return what was paid under a grant before its approval, in pounds."""
    return money.total([payment.amount for payment in fetched(award, "paid") if payment.is_early])


def was(award: Award) -> Decimal | None:
    """Return the amount of a grant before this paper changes it, in pounds, or None if it does not: see `amending`."""
    earlier: Decimal | None = getattr(award, "was", None)
    return earlier


def was_state(award: Award) -> str:
    """Return the state of a grant before this paper changes it, or an empty text if it does not."""
    return str(getattr(award, "was_state", ""))


def was_how(award: Award) -> str:
    """Return the verb for what the earlier decision did with that amount, as the paper prints it."""
    return _HOW.get(was_state(award), "decided on")


def appendix(awards: Iterable[Award]) -> list[dict[str, Any]]:
    """Return each grant as it is published: recipient, amount, purpose, conditions, reason (SI 2011/3050 para 3(f))."""
    return [_entry(award) for award in awards]


def _entry(award: Award) -> dict[str, Any]:
    bid, body = award.bid, award.round.body
    valid = next(iter(fetched(award, "valid")), None)
    outcome = getattr(bid, "outcome", None)
    early, earlier, matched = paid_early(award), was(award), fetched(award, "matched")
    return {
        "reference": award.reference,
        "bid": bid.source_reference,
        "title": bid.title,
        "family": bid.family.name if bid.family else "",
        "recipient": bid.recipient_name,
        **({"described": True} if bid.described_as else {}),
        **register_of(bid.recipient),
        "sponsoring_unit": bid.sponsoring_unit,
        "amount": money.text(award.amount),
        "was": money.text(earlier) if earlier is not None else "",
        "was_how": was_how(award) if earlier is not None else "",
        "was_state": was_state(award) if earlier is not None else "",
        **({"years": [[slot.label, money.text(part)] for slot, part in award.years]} if award.round.profile else {}),
        **({"match": [[each.source, money.text(each.amount)] for each in matched]} if matched else {}),
        "purpose": bid.summary,
        "beneficiaries": bid.beneficiaries,
        "boroughs": body.areas.names(bid.boroughs),
        "borough_codes": bid.boroughs,
        "locations": body.locations(bid.boroughs),
        "starts_on": bid.starts_on,
        "ends_on": bid.ends_on,
        "aims": ", ".join(tag.label for tag in fetched(bid, "labels")),
        "tags": [
            {"kind": tag.get_kind_display(), "kind_value": tag.kind, "code": tag.code, "label": tag.label}
            for tag in fetched(bid, "labels")
        ],
        "outputs": bid.outputs,
        "outcomes": bid.outcomes,
        "evaluation": bid.evaluation_plan,
        "reason": outcome.reason if outcome else bid.direct_reason,
        "conditions": conditions.joined(map(conditions.printed, fetched(award, "standing"))),
        "approved_at": valid.approved_at.astimezone(UTC) if valid else "",
        "legal_power": award.legal_power,
        **({"withheld": award.withheld} if award.withheld else {}),
        "route": award.sentence,
        "cleared": award.warning_cleared,
        "paid_early": money.text(early) if early else "",
        "early_reason": " ".join(payment.reason for payment in fetched(award, "paid") if payment.is_early),
        "illustrative": bid.illustrative,
        # What earlier decisions gave as reasons stands. Only a paper that changes the grant holds it.
        **({"earlier": vars(award)["earlier"]} if earlier is not None else {}),
    }


def register_of(body: Organisation | None) -> dict[str, str]:
    """Return a recipient's number in a public register as printed, and the register and the number apart."""
    if body is None or not body.number:
        return {"register": "", "register_value": "", "register_number": ""}
    seen = f"{body.get_register_display()} {body.number}"
    return {"register": seen, "register_value": body.register, "register_number": body.number}


def contract_entries(contracts: Sequence[SingleTenderAction]) -> list[dict[str, Any]]:
    """Return each single tender action as appendices 3 and 4 show it."""
    return [
        {
            "reference": contract.reference,
            "supplier": contract.supplier.name,
            "title": contract.title,
            "amount": money.text(contract.amount),
            "profile": contract.profile,
            "charged_to": contract.charged,
            "ground": contract.get_ground_display(),
            "ground_value": contract.ground,
            "evidence": contract.evidence,
            "other_grounds": contract.other_grounds,
            "route": contract.sentence,
            "proposal": contract.proposal,
            "performance": contract.performance,
        }
        for contract in contracts
    ]
