"""Taking in bids, from the form or from the rows of a spreadsheet, with each error at its cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from bids.intake import checking, recipients
from bids.intake.content import LISTS, PEOPLE, TEXTS, Late, digest, plain_reference
from bids.intake.recipients import Recipients, keeps_recipient, named
from bids.models import Bid, CostLine, Upload
from bids.panel import members
from bids.ranking import standings
from grants import audit, states
from grants.counting import counted
from grants.days import day_of
from grants.models import Round, User, new_references
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds

# Transitions


def take_in_upload(*, upload: Upload, by: User, at: datetime, late: Late | None = None) -> list[Bid]:
    """Take in all new bids of a spreadsheet and return them. A second confirmation adds nothing.

    Raises Refused, and takes in none, if a row has an error or a question by now, or if bids may not be entered today.
    """
    # The rows are read before the round is locked, because that takes seconds for a large file.
    rows = checking.read(upload.round, upload.read())
    with transaction.atomic():
        round = lock(upload.round)
        preview = checking.settle(round, rows, upload.recipients)
        if preview.wrong:
            raise Refused(
                f"{counted(len(preview.wrong), 'row has', 'rows have')} errors. Correct the file and import it again"
            )
        if preview.questions:
            raise Refused("Say which organisation is meant. The questions are below")
        preview.recipients.save()
        taken = _take_in(round, [(row.draft, row.place) for row in preview.new], by, at, late)
        Upload.objects.filter(pk=upload.pk).update(taken_in_at=at)
    return taken


@transaction.atomic
def take_in(*, round: Round, draft: dict[str, Any], by: User, at: datetime, late: Late | None = None) -> Bid:
    """Take in one bid and return it. `draft` is the cleaned data of BidForm.

    Raises Refused if its reference is taken, if the round does not take bids today, or if it is open which organisation
    is meant.
    """
    round = lock(round)
    must_be_new(round, draft["your_reference"])
    known = Recipients()
    place = placed(known, draft)
    known.save()
    return _take_in(round, [(draft, place)], by, at, late)[0]


def must_be_new(round: Round, reference: str) -> None:
    """Raise Refused where a row of a round, bid for or not, has this reference or one that differs in spelling."""
    plain = plain_reference(reference)
    for known in Bid.rows.filter(round=round).values_list("source_reference", flat=True):
        if known == reference:
            raise Refused("A bid with this reference was already imported", field="your_reference")
        if plain_reference(known) == plain:
            raise Refused(f"{known} has the same reference but for its spelling", field="your_reference")


def lock(round: Round) -> Round:
    """Lock the round and the names of organisations until the transaction ends."""
    locked = rounds.lock(round)
    recipients.lock()
    return locked


def placed(known: Recipients, draft: dict[str, Any]) -> recipients.Place:
    """Return where the recipient of a draft belongs, which is nowhere where it names none.

    Raises Refused with the question where it is open which organisation is meant.
    """
    if not draft["recipient"]:
        return recipients.Place()
    place = known.place(named(draft), draft.get("recipient_answer", ""))
    if place.question:
        raise Refused(place.question.sentence, field="recipient")
    return place


def placed_again(bid: Bid, draft: dict[str, Any]) -> recipients.Place:
    """Return where the recipient of a changed row belongs: where it was, as long as it is named as before.

    An organisation that the change brings is stored. Raises Refused as `placed` does.
    """
    if keeps_recipient(bid, draft):
        return recipients.Place(recipients.Body("", "", stored=bid.recipient))
    known = Recipients()
    place = placed(known, draft)
    known.save()
    return place


def _late(round: Round, at: datetime, late: Late | None) -> Late | None:
    """Return what is kept of bids that are entered late, nothing for those that are entered in time.

    Whether a bid came in on time is the bidder's doing, and when it is entered is not. Raises Refused unless bids may
    be entered today: until the closing day or, if they came in by then, within the days of grace.
    """
    today = day_of(at)
    if round.opens_on <= today <= round.closes_on:
        return None
    days = f"from {round.opens_on:%-d %B %Y} to {round.closes_on:%-d %B %Y}"
    if not round.closes_on < today <= round.last_entry_on:
        raise Refused(f"{round} takes bids only {days}.")
    if late is None:
        raise Refused("Enter the day on which it came in", field="received_on")
    if not round.opens_on <= late.received_on <= round.closes_on:
        raise Refused(f"{round} takes bids that came in {days}. Extend the time for bids first", field="received_on")
    return late


def _take_in(
    round: Round, drafts: Sequence[tuple[dict[str, Any], recipients.Place]], by: User, at: datetime, late: Late | None
) -> list[Bid]:
    late = _late(round, at, late)
    taken = Bid.rows.values_list("reference", flat=True) if drafts else []
    bids = []
    for (draft, place), reference in zip(drafts, new_references("BID", len(drafts), taken), strict=True):
        bid = Bid(round=round, reference=reference, received_at=at, source_reference=draft["your_reference"])
        if late:
            bid.received_on, bid.late_reason = late.received_on, late.reason
        fill(bid, draft, place)
        bids.append(bid)
    Bid.objects.bulk_create(bids)
    Bid.tags.through.objects.bulk_create(
        Bid.tags.through(bid=bid, tag=tag)
        for bid, (draft, _) in zip(bids, drafts, strict=True)
        for name in LISTS
        for tag in draft[name]
    )
    _keep_costs([(bid, draft) for bid, (draft, _) in zip(bids, drafts, strict=True)])
    because = late.reason if late else ""
    entries = [audit.Entry("take in bid", bid, _facts(bid), because=because) for bid in bids]
    audit.record_all(entries, round=round, by=by, at=at)
    return bids


def _facts(bid: Bid) -> dict[str, Any]:
    facts: dict[str, Any] = {"amount": bid.amount, "bidder": bid.bidder, "title": bid.title}
    # Said where the two differ, so that the trail shows whose name led to which organisation.
    if bid.recipient_as_written not in ("", bid.bidder):
        facts["as_written"] = bid.recipient_as_written
    if bid.received_on:
        facts["received_on"] = bid.received_on
    return facts


def fill(bid: Bid, draft: dict[str, Any], place: recipients.Place) -> None:
    """Give a row the content of cleaned data, with the recipient that these name."""
    for name in TEXTS + PEOPLE:
        setattr(bid, name, draft[name])
    bid.recipient = place.body.stored if place.body else None
    bid.recipient_as_written = draft["recipient"]
    bid.register_as_written, bid.number_as_written = draft["register"], draft["register_number"]
    # The rows of a spreadsheet bring it, so that it is not worked out while the round is locked.
    bid.intake_digest = draft.get("intake_digest") or digest(draft)


def _keep_costs(drafts: Sequence[tuple[Bid, dict[str, Any]]]) -> None:
    CostLine.objects.bulk_create(
        CostLine(bid=bid, label=label, amount=amount) for bid, draft in drafts for label, amount in draft["costs"]
    )


@transaction.atomic
def change_bid(*, bid: Bid, draft: dict[str, Any], seen: int, reason: str, by: User, at: datetime) -> Bid:
    """Correct a bid before the panel scores it. The trail records every changed field.

    Raises Stale if it changed meanwhile. Raises Refused once the panel has an outcome on it or a member was asked to
    score it, whether or not they have begun: only they and the chair may know that.
    """
    lock(bid.round)
    bid = Bid.objects.select_for_update(of=("self",)).select_related("recipient", "round").get(pk=bid.pk)
    must_be_current(bid, seen)
    states.must_allow(bid, "change bid", "The panel has judged this bid. Its content can no longer change.")
    if bid.assignments.exists():
        raise Refused("Members are asked to score this bid. Its content can no longer change.")
    if draft["your_reference"] != bid.source_reference:
        raise Refused("Enter the reference that the bid came in with", field="your_reference")
    before, people = content_of(bid), [getattr(bid, name) for name in PEOPLE]
    bid.version += 1
    fill(bid, draft, placed_again(bid, draft))
    bid.save()
    bid.tags.set([tag for name in LISTS for tag in draft[name]])
    bid.costs.all().delete()
    _keep_costs([(bid, draft)])
    if members.marks_open(bid.round):
        standings.refresh(bid.round, bids=[bid])
    after = content_of(bid)
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
        | ({"contact": "changed"} if people != [getattr(bid, name) for name in PEOPLE] else {}),
    )
    return bid


def content_of(bid: Bid) -> dict[str, Any]:
    """Return what the trail keeps of a row's content, with the organisation that is to be paid."""
    named_as = {"recipient": bid.recipient_as_written, "register_number": bid.number_as_written}
    return (
        {name: getattr(bid, name) for name in TEXTS}
        | named_as
        | {"paid_to": bid.recipient.name if bid.recipient else ""}
    )


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
        if members.marks_open(round):
            standings.refresh(round, bids=[bid for bid in locked if bid.round_id == round.pk])
    return len(locked)
