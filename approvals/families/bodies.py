"""Transitions of organisations, the only writers of who they are: merge records, take one apart, correct a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from approvals.contracts.contracts import route_again as route_contracts_again
from approvals.families.grouping import locked_bids
from approvals.models import DecisionItem, SingleTenderAction
from approvals.recipients import naming
from approvals.routing import awards, commitments
from bids.intake import recipients
from bids.models import Bid, Knowledge
from grants import audit, registers
from grants.models import Alias, Organisation, RegisterNumber, Round, User
from grants.refusal import Refused
from grants.rounds import rounds


@transaction.atomic
def merge_bodies(
    *, round: Round, kept: Organisation, others: Sequence[Organisation], reason: str, by: User, at: datetime
) -> None:
    """Merge organisations into `kept`, which takes over the names of the others and their part in this round.

    Their bids, undecided contracts and the knowledge that members declared of them move to `kept`, and grants are
    routed again. The records of the others stay for past rounds. Raises Refused while a paper is submitted, where a
    register holds two of them under different numbers, where another has a register number and `kept` has none, and
    for a grant that was decided.
    """
    round = rounds.lock(round)
    commitments.must_not_be_in_flight(round)
    # Before any organisation, as in intake: two that take them in another order wait for each other for good.
    recipients.lock()
    wanted = {kept.pk, *(other.pk for other in others)}
    locked = {body.pk: body for body in Organisation.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    kept, others = locked[kept.pk], [locked[pk] for pk in sorted(wanted - {kept.pk})]
    if not others:
        raise Refused("Select at least one other organisation to merge", field="bodies")
    _must_be_one(kept, others)
    _repoint(round, kept, others, by, at, reason)
    names = Alias.objects.filter(organisation__in=others)
    facts = {"names": sorted(names.values_list("name", flat=True)), "others": [_label(other) for other in others]}
    _move(names, kept)
    RegisterNumber.objects.filter(organisation__in=others).update(organisation=kept)
    audit.record("merge bodies", kept, round=round, by=by, at=at, because=reason, facts=facts)
    awards.route_again(round, by, at, because=f"{kept.name} goes by other names", action="merge bodies")


def _must_be_one(kept: Organisation, others: Sequence[Organisation]) -> None:
    for other in others:
        if other.number and not kept.number:
            raise Refused(f"Keep {other.name}, because its register number is known", field="kept")
        if other.number and other.register == kept.register and not same_number(other, kept):
            raise Refused(
                f"You cannot merge organisations with different register numbers: {kept.number} and {other.number}",
                field="bodies",
            )


def same_number(one: Organisation, other: Organisation) -> bool:
    """Whether two numbers of one register are one, in whatever spelling older records hold them."""
    try:
        return registers.normal(one.register, one.number) == registers.normal(other.register, other.number)
    except registers.NotANumber:
        return one.number == other.number


def _move(names: QuerySet[Alias], to: Organisation) -> None:
    """Give names to another organisation; a spelling that it has already goes."""
    names.filter(plain__in=to.aliases.values("plain")).delete()
    for plain in dict.fromkeys(names.values_list("plain", flat=True)):
        first, *same = names.filter(plain=plain).order_by("pk")
        Alias.objects.filter(pk__in=[each.pk for each in same]).delete()
        first.organisation = to
        first.save()


def _label(body: Organisation) -> str:
    return f"{body.name} ({body.numbered})" if body.number else body.name


def _repoint(
    round: Round, kept: Organisation, others: Sequence[Organisation], by: User, at: datetime, reason: str
) -> None:
    theirs = Bid.rows.filter(round=round, recipient__in=others)
    for bid in locked_bids("merge bodies", round, list(theirs), by, at).select_related("family", "recipient"):
        before = {"recipient": bid.recipient.name if bid.recipient else ""}
        bid.recipient = kept
        bid.version += 1
        bid.save(update_fields=["recipient", "version"])
        facts = {"recipient": kept.name}
        audit.record("merge bodies", bid, round=round, by=by, at=at, because=reason, before=before, facts=facts)
    naming.merge(round, kept, others)
    contracts = SingleTenderAction.objects.select_for_update(of=("self",)).select_related("supplier")
    settled = DecisionItem.objects.signed().exclude(contract=None)
    for contract in contracts.filter(round=round, supplier__in=others).exclude(pk__in=settled.values("contract")):
        before = {"supplier": contract.supplier.name}
        contract.supplier = kept
        contract.version += 1
        try:
            with transaction.atomic():
                contract.save(update_fields=["supplier", "version"])
        except IntegrityError:
            raise Refused(
                f"{kept.name} already has a contract called {contract.title}. Rename one of them first", field="kept"
            ) from None
        facts = {"supplier": kept.name}
        audit.record("merge bodies", contract, round=round, by=by, at=at, because=reason, before=before, facts=facts)
    route_contracts_again(round, kept, f"{kept.name} and another supplier are one: {reason}", by, at)
    for known in Knowledge.objects.filter(round=round, organisations__in=others).distinct():
        known.organisations.add(kept)


@dataclass(frozen=True, slots=True)
class Part:
    """What leaves an organisation, and where it goes: to `into` or, where that is empty, to a new one of this name."""

    bids: Sequence[Bid]
    names: Sequence[Alias]
    numbers: Sequence[RegisterNumber]
    into: Organisation | None
    name: str = ""
    register: str = ""
    number: str = ""


@transaction.atomic
def separate_body(*, round: Round, body: Organisation, part: Part, reason: str, by: User, at: datetime) -> Organisation:
    """Undo a wrong match: give bids of a round, names and numbers of `body` to another organisation, and return that.

    Grants are routed again. Raises Refused while a paper is submitted, for a grant that was decided, where nothing
    would move, where the main name would leave, and where the new number belongs to another organisation.
    """
    round = rounds.lock(round)
    commitments.must_not_be_in_flight(round)
    recipients.lock()
    if not part.bids and not part.names and not part.numbers:
        raise Refused("Select the bids, names or numbers that belong to another organisation", field="bids")
    if any(alias.name == body.name for alias in part.names):
        raise Refused(f"{body.name} is the name of this record, so it stays", field="names")
    into = part.into or _new(part)
    bids = locked_bids("separate bodies", round, list(part.bids), by, at).select_related("family", "recipient")
    for bid in bids.filter(recipient=body):
        bid.recipient = into
        bid.version += 1
        bid.save(update_fields=["recipient", "version"])
        moved = {"before": {"recipient": _label(body)}, "facts": {"recipient": _label(into)}}
        audit.record("separate bodies", bid, round=round, by=by, at=at, because=reason, **moved)
    facts = {
        "names": sorted(alias.name for alias in part.names),
        "numbers": [str(number) for number in part.numbers],
        "to": _label(into),
    }
    _move(body.aliases.filter(pk__in=[alias.pk for alias in part.names]), into)
    _move_numbers(body, into, part.numbers)
    # Whoever knows one of them may know the other: they declare it again where they do not.
    for known in Knowledge.objects.filter(round=round, organisations=body):
        known.organisations.add(into)
    audit.record("separate bodies", body, round=round, by=by, at=at, because=reason, facts=facts)
    awards.route_again(round, by, at, because=f"{body.name} and {into.name} are two", action="separate bodies")
    return into


def _new(part: Part) -> Organisation:
    if not part.name:
        raise Refused("Select an organisation, or enter the name of a new one", field="name")
    if part.number:
        own = registers.normal(part.register, part.number)
        known = RegisterNumber.objects.filter(register=own[0], number=own[1]).select_related("organisation").first()
        if known and known not in part.numbers:
            raise Refused(f"{known.organisation.name} has this number. Select it instead", field="number")
        RegisterNumber.objects.filter(pk__in=[each.pk for each in part.numbers if each == known]).delete()
    return Organisation.objects.add(part.name, part.register, part.number)


def _move_numbers(body: Organisation, into: Organisation, numbers: Sequence[RegisterNumber]) -> None:
    RegisterNumber.objects.filter(pk__in=[number.pk for number in numbers], organisation=body).update(organisation=into)
    # Both keep a main number as long as they have one; none is the main number of two.
    for own in (body, into):
        left = list(own.numbers.all())
        if not any((each.register, each.number) == (own.register, own.number) for each in left):
            first = left[0] if left else None
            own.register = first.register if first else Organisation.Register.NOT_STATED
            own.number = first.number if first else ""
            own.save(update_fields=["register", "number"])


@transaction.atomic
def correct_number(
    *, round: Round, body: Organisation, register: str, number: str, reason: str, by: User, at: datetime
) -> None:
    """Put another number in the place of an organisation's published one, and route its grants again.

    Raises Refused while a paper is submitted, and where another organisation has the number.
    """
    round = rounds.lock(round)
    commitments.must_not_be_in_flight(round)
    recipients.lock()
    body = Organisation.objects.select_for_update().get(pk=body.pk)
    own = registers.normal(register, number)
    others = RegisterNumber.objects.filter(register=own[0], number=own[1]).exclude(organisation=body)
    if other := others.select_related("organisation").first():
        raise Refused(f"{other.organisation.name} has this number. Merge the two if they are one", field="number")
    before = {"number": _label(body)}
    body.numbers.filter(register__in=(body.register, own[0])).delete()
    body.register, body.number = own
    body.save(update_fields=["register", "number"])
    RegisterNumber.objects.create(organisation=body, register=own[0], number=own[1])
    facts = {"number": _label(body)}
    audit.record("correct number", body, round=round, by=by, at=at, because=reason, before=before, facts=facts)
    awards.route_again(round, by, at, because=f"{body.name} has another number", action="correct number")
