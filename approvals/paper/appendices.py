"""The appendices of a paper: each grant as it is published, and each single tender action."""

from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any

from approvals.models import Award, SingleTenderAction
from approvals.reconciliation.position import fetched
from grants import money


def paid_early(award: Award) -> Decimal:
    """What was paid under a grant before its approval, in pounds."""
    return money.total([payment.amount for payment in fetched(award, "paid") if payment.retrospective])


def was(award: Award) -> Decimal | None:
    """What a grant was before the paper at hand changes it, in pounds; None where it does not: see `amending`."""
    found: Decimal | None = getattr(award, "was", None)
    return found


def was_how(award: Award) -> str:
    """What the earlier decision did with that amount: decided on it, refused it, deferred it."""
    return str(getattr(award, "was_how", ""))


def appendix(awards: Sequence[Award]) -> list[dict[str, Any]]:
    """Each grant as it is published: recipient, amount, purpose, conditions and reason (SI 2011/3050 para 3(f))."""
    return [_entry(award) for award in awards]


def _entry(award: Award) -> dict[str, Any]:
    bid = award.bid
    valid = next(iter(fetched(award, "valid")), None)
    outcome = getattr(bid, "outcome", None)
    early, earlier = paid_early(award), was(award)
    return {
        "reference": award.reference,
        "bid": bid.source_reference,
        "title": bid.title,
        "family": bid.family.name if bid.family else "",
        "recipient": bid.recipient.name if bid.recipient else "",
        "register": _register(award),
        "sponsoring_unit": bid.sponsoring_unit,
        "amount": money.text(award.amount),
        "was": money.text(earlier) if earlier is not None else "",
        "was_how": was_how(award) if earlier is not None else "",
        "purpose": bid.summary,
        "beneficiaries": bid.beneficiaries,
        "boroughs": bid.borough_names,
        "borough_codes": bid.boroughs,
        "starts_on": bid.starts_on,
        "ends_on": bid.ends_on,
        "aims": ", ".join(tag.label for tag in bid.tags.all()),
        "tags": [{"kind": tag.get_kind_display(), "code": tag.code, "label": tag.label} for tag in bid.tags.all()],
        "outputs": bid.outputs,
        "outcomes": bid.outcomes,
        "evaluation": bid.evaluation_plan,
        "reason": outcome.reason if outcome else "",
        "conditions": valid.conditions if valid else "",
        "approved_at": valid.approved_at.astimezone(UTC) if valid else "",
        "legal_power": award.legal_power,
        "route": award.sentence,
        "cleared": award.warning_cleared,
        "paid_early": money.text(early) if early else "",
        "early_reason": " ".join(payment.reason for payment in fetched(award, "paid") if payment.retrospective),
        "illustrative": bid.illustrative,
    }


def _register(award: Award) -> str:
    body = award.bid.recipient
    return f"{body.get_register_display()} {body.number}" if body and body.number else ""


def contract_entries(contracts: Sequence[SingleTenderAction]) -> list[dict[str, Any]]:
    """Each single tender action as appendices 3 and 4 show it."""
    return [
        {
            "reference": contract.reference,
            "supplier": contract.supplier.name,
            "title": contract.title,
            "amount": money.text(contract.amount),
            "profile": contract.profile,
            "charged_to": contract.charged_to,
            "ground": contract.get_ground_display(),
            "evidence": contract.evidence,
            "other_grounds": contract.other_grounds,
            "route": contract.sentence,
            "proposal": contract.proposal,
            "performance": contract.performance,
        }
        for contract in contracts
    ]
