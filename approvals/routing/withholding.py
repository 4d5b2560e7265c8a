"""Transitions that withhold the recipient of a grant from publication, and that name it again.

`withheld.py` works out what is printed in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from approvals.models import Award, DecisionRecord
from approvals.routing import awards, withheld
from approvals.routing.commitments import must_not_be_in_flight
from grants import states
from grants.models import User
from grants.refusal import Incomplete, Refused


@dataclass(frozen=True)
class Withholding:
    """Why a recipient is not published, and the title and purpose that are published in place of the bid's own."""

    ground: str
    title: str
    purpose: str


@transaction.atomic
def withhold_recipient(*, award: Award, terms: Withholding, by: User, at: datetime, seen: int | None = None) -> None:
    """Withhold the recipient of a grant from all that is published of it, or change what is published instead.

    Raises Incomplete where a term is empty, and Refused while a paper of the round is with the office, or where a
    signed paper has named the recipient already.
    """
    award = awards.locked(award, seen)
    must_not_be_in_flight(award.round)
    states.must_allow(award, "withhold recipient", f"This grant is {award.get_state_display().lower()}")
    missing = [
        (field, f"Enter {words}")
        for field, words, text in (
            ("ground", "the exemption or other ground", terms.ground),
            ("title", "the title to publish", terms.title),
            ("purpose", "the purpose to publish", terms.purpose),
        )
        if not text.strip()
    ]
    if missing:
        raise Incomplete(missing)
    if not award.withheld:
        _must_not_be_named(award)
    before = {"ground": award.withheld} if award.withheld else {}
    award.withheld, award.public_title = terms.ground.strip(), terms.title.strip()
    award.public_purpose = terms.purpose.strip()
    _save(award)
    names = withheld.names_of(award.round)
    if telling := [name for name, text in vars(terms).items() if names.in_text(text)]:
        raise Incomplete([(field, "Leave out the names, numbers and title that are withheld") for field in telling])
    # The trail is not published, but what it keeps outlasts the need to withhold: it holds nothing of the recipient.
    awards.record("withhold recipient", award, by, at, award.withheld, {"ground": award.withheld}, before)


@transaction.atomic
def name_recipient(*, award: Award, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Publish the recipient of a grant from the next paper on. Papers that are signed stay as they are."""
    award = awards.locked(award, seen)
    must_not_be_in_flight(award.round)
    states.must_allow(award, "name recipient", f"This grant is {award.get_state_display().lower()}")
    if not award.withheld:
        raise Refused("The recipient of this grant is not withheld")
    before = {"ground": award.withheld}
    award.withheld = award.public_title = award.public_purpose = ""
    _save(award)
    awards.record("name recipient", award, by, at, reason, {}, before)


def _save(award: Award) -> None:
    award.version += 1
    award.save(update_fields=["withheld", "public_title", "public_purpose", "version"])


def _must_not_be_named(award: Award) -> None:
    records = DecisionRecord.objects.filter(
        decision__round=award.round, pack__canonical__contains=f'"{award.reference}"'
    )
    if named := records.select_related("decision").first():
        raise Refused(f"{named.decision.reference} names the recipient, and what is signed does not change.")
