"""The direct awards of an exported round, and their recipients, read from what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from approvals.loading.export_bids import areas_of
from approvals.loading.trail import Trail, when_and_who
from approvals.models import NamedRecipient
from bids.models import Bid, Tag
from grants import money
from grants.models import Round

_KINDS = {"themes": Tag.Kind.THEME, "priorities": Tag.Kind.PRIORITY, "objectives": Tag.Kind.OBJECTIVE}


def direct_awards(round: Round) -> Iterator[dict[str, Any]]:
    """Yield the direct awards of a round, withdrawn ones left out."""
    rows = Bid.rows.filter(round=round, led_by=Bid.Led.DIRECT).exclude(state=Bid.State.WITHDRAWN)
    for row in rows.prefetch_related("tags").order_by("pk"):
        tags = sorted(row.tags.all(), key=lambda tag: tag.pk)
        content = {
            "reference": row.source_reference,
            "title": row.title,
            "reason": row.direct_reason,
            "purpose": row.summary,
            "amount": money.text(row.amount),
            "recipient": row.recipient_as_written,
            "register": row.register_as_written if row.number_as_written else "",
            "number": row.number_as_written,
            "recipients": row.described_as,
            "most": row.most_recipients,
            "named_by": row.named_by,
            "unit": row.sponsoring_unit,
            "areas": areas_of(round, row.boroughs),
            **{name: [tag.code for tag in tags if tag.kind == kind] for name, kind in _KINDS.items()},
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "employs_staff": row.employs_staff,
            "living_wage": row.london_living_wage,
            "personal_data": row.personal_data,
            "illustrative": row.illustrative,
        }
        yield {name: value for name, value in content.items() if value}


def named(round: Round, events: Trail) -> dict[str, Any]:
    """Return the stage that names their recipients, as they are named now."""
    own = NamedRecipient.objects.filter(award__round=round, state=NamedRecipient.State.NAMED)
    recipients = []
    for each in own.select_related("award__bid", "organisation").order_by("pk"):
        body = each.organisation
        number = {"register": body.register, "number": body.number} if body.number else {}
        recipients.append(
            {
                "bid": each.award.bid.source_reference,
                "recipient": body.name,
                **number,
                "amount": money.text(each.amount),
                "reason": each.reason,
            }
        )
    return when_and_who(events.of("identify recipient")[0]) | {"recipients": recipients} if recipients else {}
