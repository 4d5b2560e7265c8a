"""Taking in bids, from the form or from the rows of a spreadsheet, with each error at its cell."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime
from openpyxl.utils import get_column_letter

from bids.intake.rows import LISTS, row_form
from bids.models import Bid, CostLine, Upload
from bids.panel import members
from bids.ranking import standings
from grants import audit, money, states
from grants.counting import counted
from grants.models import Alias, Organisation, Round, User, new_references
from grants.names import plain_name
from grants.refusal import Refused, must_be_current

_TEXTS = (
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
_PEOPLE = ("contact", "contact_email")


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row of a spreadsheet after checking. Each error is a cell (`C14`), a column and a message.

    `known` is true for a bid that was taken in before with the same content.
    """

    number: int
    reference: str
    title: str
    bidder: str
    amount: Decimal | None
    errors: Sequence[tuple[str, str, str]] = ()
    known: bool = False
    draft: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """All rows of a spreadsheet after checking. It can be taken in if no row has an error."""

    rows: Sequence[CheckedRow]

    @property
    def wrong(self) -> list[CheckedRow]:
        return [row for row in self.rows if row.errors]

    @property
    def new(self) -> list[CheckedRow]:
        return [row for row in self.rows if not row.known and not row.errors]

    @property
    def known(self) -> list[CheckedRow]:
        return [row for row in self.rows if row.known]

    @property
    def asked(self) -> Decimal:
        return money.total([row.amount for row in self.new if row.amount])


def check(round: Round, rows: Sequence[dict[str, str]]) -> Preview:
    """Check each row by the rules of the form, against the other rows and against the bids already taken in."""
    there = dict(Bid.objects.filter(round=round).values_list("source_reference", "intake_digest"))
    organisations = Organisations()
    seen: dict[str, int] = {}
    checked = []
    for row in rows:
        number = int(row["row"])
        form, errors = row_form(round, row)
        reference = row["your_reference"].strip()
        if reference in seen:
            errors.append(("your_reference", f"Row {seen[reference]} has the same reference. Give each bid its own"))
        seen.setdefault(reference, number)
        draft = form.cleaned_data if not errors else {}
        if draft and draft["led_by"] == Bid.Led.EXTERNAL:
            clash = organisations.clash(draft)
            if clash:
                errors.append(("register_number", clash))
        known = bool(draft) and reference in there
        if known and there[reference] != digest(draft):
            errors.append(("your_reference", "A bid with this reference but other content was already imported"))
        header = list(row)
        checked.append(
            CheckedRow(
                number=number,
                reference=reference,
                title=row["title"],
                bidder=row["recipient"] or row["sponsoring_unit"],
                amount=draft.get("amount"),
                errors=[
                    (f"{get_column_letter(header.index(name) + 1)}{number}", round.body.column(name), message)
                    for name, message in errors
                ],
                known=known and not errors,
                draft=draft,
            )
        )
    return Preview(checked)


def digest(draft: dict[str, Any]) -> str:
    """Return a hash of a bid's content, which recognises the same row in a second file."""
    content = {name: draft.get(name) for name in _TEXTS}
    content |= {"costs": [[label, amount] for label, amount in draft["costs"]]}
    content |= {name: sorted(tag.code for tag in draft[name]) for name in LISTS}
    content |= {name: draft[name] for name in ("recipient", "register", "register_number")}
    # Bids without a contact keep the hash that they had before bids had contacts.
    content |= {name: draft[name] for name in _PEOPLE if draft.get(name)}
    return hashlib.sha256(audit.canonical(content).encode()).hexdigest()


class Organisations:
    """The organisations by register number and by name, read once for a whole spreadsheet."""

    def __init__(self) -> None:
        self.by_number = {(row.register, row.number): row for row in Organisation.objects.exclude(number="")}
        self.by_name = {alias.plain: alias.organisation for alias in Alias.objects.select_related("organisation")}

    def find(self, draft: dict[str, Any]) -> Organisation | None:
        number = draft["register_number"]
        if number and (organisation := self.by_number.get((draft["register"], number))):
            return organisation
        return self.by_name.get(plain_name(draft["recipient"]))

    def clash(self, draft: dict[str, Any]) -> str:
        """Return why the name and the number contradict each other, empty if they do not."""
        organisation, number = self.by_name.get(plain_name(draft["recipient"])), draft["register_number"]
        if (
            organisation
            and number
            and organisation.number
            and (organisation.register, organisation.number) != (draft["register"], number)
        ):
            return f"{organisation.name} already has the number {organisation.number}"
        return ""

    def find_or_add(self, draft: dict[str, Any]) -> Organisation:
        """Return the organisation of a bid, adding a new one. A new spelling of the name becomes an alias."""
        name = draft["recipient"]
        organisation = self.find(draft)
        if organisation is None:
            organisation = Organisation.objects.create(
                name=name,
                register=draft["register"],
                number=draft["register_number"],
                illustrative="invented" in draft["illustrative"].lower() and bool(draft["register_number"]),
            )
        elif draft["register_number"] and not organisation.number:
            organisation.register, organisation.number = draft["register"], draft["register_number"]
            organisation.save(update_fields=["register", "number"])
        if organisation.number:
            self.by_number[organisation.register, organisation.number] = organisation
        if plain_name(name) not in self.by_name:
            Alias.objects.create(organisation=organisation, name=name)
            self.by_name[plain_name(name)] = organisation
        return organisation


# Transitions


def keep_upload(*, round: Round, file_name: str, rows: list[dict[str, str]], by: User, at: datetime) -> Upload:
    """Save a spreadsheet as it was read, until somebody confirms it. It adds no bid yet."""
    taken = Upload.objects.values_list("reference", flat=True)
    return Upload.objects.create(
        round=round,
        reference=new_references("UP", 1, taken)[0],
        file_name=file_name[:150],
        rows=[list(row.items()) for row in rows],
        uploaded_by=by,
        uploaded_at=at,
    )


@transaction.atomic
def take_in_upload(*, upload: Upload, by: User, at: datetime) -> list[Bid]:
    """Take in all new bids of a spreadsheet and return them. A second confirmation adds nothing.

    Raises Refused, and takes in none, if any row has an error by now.
    """
    round = Round.objects.select_for_update(no_key=True).get(pk=upload.round_id)
    preview = check(round, upload.read())
    if preview.wrong:
        raise Refused(
            f"{counted(len(preview.wrong), 'row has', 'rows have')} errors. Correct the file and import it again"
        )
    taken = _take_in(round, [row.draft for row in preview.new], by, at)
    Upload.objects.filter(pk=upload.pk).update(taken_in_at=at)
    return taken


@transaction.atomic
def take_in(*, round: Round, draft: dict[str, Any], by: User, at: datetime) -> Bid:
    """Take in one bid and return it. `draft` is the cleaned data of BidForm.

    Raises Refused if its reference is taken, or if the round does not take bids today.
    """
    round = Round.objects.select_for_update(no_key=True).get(pk=round.pk)
    if Bid.objects.filter(round=round, source_reference=draft["your_reference"]).exists():
        raise Refused("A bid with this reference was already imported", field="your_reference")
    return _take_in(round, [draft], by, at)[0]


def _take_in(round: Round, drafts: Sequence[dict[str, Any]], by: User, at: datetime) -> list[Bid]:
    today = localtime(at).date()
    if not round.opens_on <= today <= round.closes_on:
        raise Refused(f"{round} takes bids only from {round.opens_on:%-d %B %Y} to {round.closes_on:%-d %B %Y}.")
    organisations = Organisations()
    taken = Bid.objects.values_list("reference", flat=True) if drafts else []
    bids = []
    for draft, reference in zip(drafts, new_references("BID", len(drafts), taken), strict=True):
        bid = Bid(round=round, reference=reference, received_at=at, source_reference=draft["your_reference"])
        _fill(bid, draft, organisations)
        bids.append(bid)
        facts = {"amount": bid.amount, "bidder": bid.bidder, "title": bid.title}
        audit.record("take in bid", bid, round=round, by=by, at=at, facts=facts)
    return bids


def _fill(bid: Bid, draft: dict[str, Any], organisations: Organisations) -> None:
    for name in _TEXTS + _PEOPLE:
        setattr(bid, name, draft[name])
    bid.recipient = organisations.find_or_add(draft) if bid.led_by == Bid.Led.EXTERNAL else None
    bid.recipient_as_written = draft["recipient"]
    bid.intake_digest = digest(draft)
    bid.save()
    bid.tags.set([tag for name in LISTS for tag in draft[name]])
    bid.costs.all().delete()
    CostLine.objects.bulk_create(CostLine(bid=bid, label=label, amount=amount) for label, amount in draft["costs"])


@transaction.atomic
def change_bid(*, bid: Bid, draft: dict[str, Any], seen: int, reason: str, by: User, at: datetime) -> Bid:
    """Correct a bid before the panel scores it. The trail records every changed field.

    Raises Stale if it changed meanwhile. Raises Refused once the panel has an outcome on it or a member was asked to
    score it, whether or not they have begun: only they and the chair may know that.
    """
    Round.objects.select_for_update(no_key=True).get(pk=bid.round_id)
    bid = Bid.objects.select_for_update().get(pk=bid.pk)
    must_be_current(bid, seen)
    states.must_allow(bid, "change bid", "The panel has judged this bid. Its content can no longer change.")
    if bid.assignments.exists():
        raise Refused("Members are asked to score this bid. Its content can no longer change.")
    if draft["your_reference"] != bid.source_reference:
        raise Refused("Enter the reference that the bid came in with", field="your_reference")
    before = {name: getattr(bid, name) for name in _TEXTS} | {"recipient": bid.recipient_as_written}
    people = [getattr(bid, name) for name in _PEOPLE]
    bid.version += 1
    _fill(bid, draft, Organisations())
    if members.scoring_closed(bid.round):
        standings.refresh(bid.round, bids=[bid])
    after = {name: getattr(bid, name) for name in _TEXTS} | {"recipient": bid.recipient_as_written}
    changed = [name for name in after if after[name] != before[name]]
    audit.record(
        "change bid",
        bid,
        round=bid.round,
        by=by,
        at=at,
        because=reason,
        before={name: before[name] for name in changed},
        facts={name: after[name] for name in changed}
        | ({"contact": "changed"} if people != [getattr(bid, name) for name in _PEOPLE] else {}),
    )
    return bid


@transaction.atomic
def check_eligibility(*, bids: Sequence[Bid], eligible: bool, reason: str, by: User, at: datetime) -> int:
    """Pass received bids on to the panel, or reject them as not eligible, and return how many there were.

    Raises Refused if one of them has already been checked.
    """
    locked = list(
        Bid.objects.select_for_update().select_related("round").filter(pk__in=[bid.pk for bid in bids]).order_by("pk")
    )
    verb = "check eligibility: eligible" if eligible else "check eligibility: not eligible"
    for bid in locked:
        states.must_allow(bid, verb, f"{bid.source_reference} has already been checked", field="bids")
        states.move(bid, verb)
        bid.version += 1
        bid.save(update_fields=["state", "version"])
        facts = {"eligible": eligible}
        audit.record("check eligibility", bid, round=bid.round, by=by, at=at, because=reason, facts=facts)
    # Where scoring is closed, or there is none, the bids enter the ranking at once.
    for round in {bid.round for bid in locked}:
        if members.scoring_closed(round):
            standings.refresh(round, bids=[bid for bid in locked if bid.round_id == round.pk])
    return len(locked)
