"""What a bid says, field by field, and the hash by which the same bid is recognised in a second file."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from grants import audit

LISTS = ("themes", "priorities", "objectives")
TEXTS = (
    "title",
    "led_by",
    "sponsoring_unit",
    "amount",
    "summary",
    "beneficiaries",
    "boroughs",
    "starts_on",
    "ends_on",
    "outputs",
    "outcomes",
    "evaluation_plan",
    "track_record",
    "employs_staff",
    "london_living_wage",
    "personal_data",
    "future_cost",
    "future_cost_note",
    "illustrative",
)
# Personal data stay with the bid and out of the trail, because the trail is never emptied.
PEOPLE = ("contact", "contact_email")


@dataclass(frozen=True, slots=True)
class Late:
    """Why bids are entered after the closing day, and the day on which they came in."""

    received_on: date
    reason: str


def digest(draft: dict[str, Any]) -> str:
    """Return a hash of a bid's content, which recognises the same row in a second file."""
    content = {name: draft.get(name) for name in TEXTS}
    content |= {"costs": [[label, amount] for label, amount in draft["costs"]]}
    content |= {name: sorted(tag.code for tag in draft[name]) for name in LISTS}
    content |= {name: draft[name] for name in ("recipient", "register", "register_number")}
    # Bids without a contact keep the hash that they had before bids had contacts.
    content |= {name: draft[name] for name in PEOPLE if draft.get(name)}
    return hashlib.sha256(audit.canonical(content).encode()).hexdigest()


def is_same(draft: dict[str, Any], known: str) -> bool:
    """Whether a draft is the bid of this hash. Older bids were hashed with the number as it was typed."""
    register, number = draft["as_written"]
    return known in (digest(draft), digest(draft | {"register": register, "register_number": number}))


def plain_reference(reference: str) -> str:
    """A bidder's reference as it is compared: CW-01, cw-01 and CW 01 are one."""
    letters = unicodedata.normalize("NFKC", reference).casefold()
    parts = re.findall(r"[^\W\d_]+|\d+", letters)
    return "-".join(parts) or letters.strip()
