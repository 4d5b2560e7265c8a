"""The grants of a round as a workbook: each with its route, approval and payments, recorded in the trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from approvals.models import Approval, Award, Payment
from approvals.routing import listing
from grants import audit, money
from grants.days import day_of
from grants.models import Round, User
from grants.tables import Sheet, as_workbook

_GRANT = (
    "Grant",
    "Bid",
    "Title",
    "Recipient",
    "Register",
    "Register number",
    "Sponsoring unit",
    "Amount (£)",
    "Route",
    "Why",
    "Open warning",
    "State",
    "Approved on",
    "Approved by",
    "Conditions",
    "Legal power",
    "Paid (£)",
    "Left to pay (£)",
)
_PAYMENT = (
    "Payment",
    "Grant",
    "Bid",
    "Title",
    "Recipient",
    "Amount (£)",
    "Paid on",
    "Paid before approval",
    "Reason",
    "Recorded by",
    "Recorded on",
)


@transaction.atomic
def workbook(*, round: Round, by: User, at: datetime) -> bytes:
    """Return the live grants of a round and their payments as an xlsx file of two sheets.

    Recipients that are withheld from publication are named, because the file is for those who may open the grants.
    """
    grants = list(_grants(round))
    audit.record("export grants", round, round=round, by=by, at=at, facts={"rows": len(grants)})
    years = [slot.label for slot in round.slots] if round.years else []
    return as_workbook([Sheet("Grants", _rows(grants, years)), Sheet("Payments", _payments(grants))])


def _grants(round: Round) -> Any:
    valid = Approval.objects.filter(invalid_at=None).select_related("approved_by")
    payments = Payment.objects.select_related("recorded_by", "named__organisation").order_by("paid_on", "pk")
    wanted = (
        Prefetch("approvals", valid, to_attr="valid_approvals"),
        Prefetch("payments", payments, to_attr="own_payments"),
    )
    return listing.listed(round).prefetch_related(*wanted)


def _rows(grants: list[Any], years: list[str]) -> Iterator[list[Any]]:
    yield [*_GRANT, *(f"In {year} (£)" for year in years)]
    for award in grants:
        paid = money.total([payment.amount for payment in award.own_payments])
        approval = award.valid_approvals[0] if award.valid_approvals else None
        yield [
            *_named(award),
            award.bid.sponsoring_unit,
            award.amount,
            award.get_route_display() if award.route else None,
            award.sentence or None,
            award.warning if award.warning_open else None,
            award.get_state_display(),
            day_of(approval.approved_at) if approval else None,
            approval.approved_by.name if approval else None,
            approval.conditions or None if approval else None,
            award.legal_power or None,
            paid,
            max(award.amount - paid, money.ZERO) if award.is_payable else money.ZERO,
            *_by_year(award, years),
        ]


def _by_year(award: Award, years: list[str]) -> list[Decimal]:
    own = {slot.label: amount for slot, amount in award.years} if years else {}
    return [own.get(year, money.ZERO) for year in years]


def _named(award: Award) -> list[Any]:
    bid = award.bid
    recipient = bid.recipient
    register = [recipient.get_register_display(), recipient.number] if recipient and recipient.number else [None, None]
    return [award.reference, bid.source_reference, bid.title, bid.bidder, *register]


def _payments(grants: list[Any]) -> Iterator[list[Any]]:
    yield list(_PAYMENT)
    for award in grants:
        for payment in award.own_payments:
            yield [
                payment.reference,
                award.reference,
                award.bid.source_reference,
                award.bid.title,
                payment.named.organisation.name if payment.named else award.bid.bidder,
                payment.amount,
                payment.paid_on,
                "yes" if payment.retrospective else "no",
                payment.reason or None,
                payment.recorded_by.name,
                day_of(payment.recorded_at),
            ]
