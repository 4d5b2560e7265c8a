"""The minutes of a meeting: who was present, who left for which bid, what was agreed and why. For page and PDF."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bids.meetings import reading
from bids.models import AgreedMark, Discussion, Meeting, Reopening
from grants import audit
from grants import pdf as pdfs
from grants.models import User


def of(meeting: Meeting, reader: User) -> dict[str, Any]:
    """Return the minutes as this person may read them. Results are texts with two decimals.

    Bids that the reader's interests hide are left out; `kept_back` counts them.
    """
    shown = list(reading.agenda(meeting, reader).prefetch_related("left", "agreed__criterion").order_by("number"))
    reopenings = Reopening.objects.texts_by_bid(item.bid.reference for item in shown)
    return {
        "reference": meeting.reference,
        "round": meeting.round.title,
        "held_on": meeting.held_on.isoformat(),
        "opened_at": _instant(meeting.opened_at),
        "closed_at": _instant(meeting.closed_at),
        "quorum": meeting.quorum,
        "present": [person.name for person in meeting.present.order_by("name")],
        "items": [_item(item, reopenings.get(item.bid.reference, [])) for item in shown],
        "kept_back": meeting.items.count() - len(shown),
        "head": audit.head(meeting.round),
    }


def pdf(minutes: dict[str, Any]) -> bytes:
    """Return the minutes as a tagged PDF."""
    stamp = minutes["closed_at"] or minutes["opened_at"] or f"{minutes['held_on']}T00:00:00+00:00"
    return pdfs.compiled("bids/meetings/minutes.typ", {"minutes": minutes}, stamp=datetime.fromisoformat(stamp))


def _item(item: Discussion, reopenings: list[str]) -> dict[str, Any]:
    return {
        "number": item.number,
        "bid": f"{item.bid.source_reference} {item.bid.title}",
        "bidder": item.bid.bidder,
        "why": item.why,
        "left": [person.name for person in item.left.all()],
        "agreed": [_agreed(mark) for mark in item.agreed.all()],
        "reason": item.reason,
        "discussed": item.recorded_at is not None,
        "panel_mean": _text(item.members_mean),
        "mean": _text(item.mean),
        "gate": item.gate,
        "cards": item.cards,
        "reopenings": reopenings,
    }


def _agreed(mark: AgreedMark) -> str:
    passes = {True: "the bid passes the gate", False: "the bid fails the gate", None: ""}[mark.passed]
    score = "" if mark.score is None else f"mark {mark.score}"
    return f"{mark.criterion}: {', '.join(filter(None, [passes, score]))}"


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _instant(value: datetime | None) -> str:
    return value.isoformat() if value else ""
