"""The supplier of a contract where somebody names it: an organisation that is known already, or a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, Value

from approvals.contracts import contracts
from approvals.models import SingleTenderAction
from bids.intake import recipients
from grants import audit, search
from grants.models import Alias, Organisation, RegisterNumber, Round, User
from grants.names import plain_name
from grants.refusal import Refused
from grants.rounds import rounds

# From here on names of one body were like each other in the fixtures, where unlike ones stay below a half.
LIKE_ENOUGH = 0.6
MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Meaning:
    """The organisations that a name and a number may mean. Where it `is_certain`, no other can have them."""

    candidates: tuple[Organisation, ...] = ()
    is_certain: bool = False


@dataclass(frozen=True, slots=True)
class NamedSupplier:
    """A supplier as somebody named it, and which known organisation they say that it is, or that it `is_new`."""

    name: str
    register: str = Organisation.Register.NOT_STATED
    number: str = ""
    same_as: Organisation | None = None
    is_new: bool = False


def organisation_of(name: str, register: str, number: str) -> Meaning:
    """Return which organisations a name with a register number may mean. It changes nothing; a person answers.

    The number has its one spelling. A namesake with another number of the same register may be another organisation.
    """
    certain = Q(aliases__plain=plain_name(name))
    if number:
        certain |= Q(numbers__register=register, numbers__number=number)
    same = list(Organisation.objects.filter(certain).distinct().order_by("pk")[:MOST_CANDIDATES])
    another = [body for body in same if number and body.numbers.filter(register=register).exclude(number=number)]
    folded = search.Fold(Value(name))
    alike = (
        Alias.objects.annotate(folded=search.Fold("name"), likeness=search.Similarity(search.Fold("name"), folded))
        .filter(folded__trigram_similar=folded, likeness__gte=LIKE_ENOUGH)
        .select_related("organisation")
        .order_by("-likeness", "pk")[:MOST_CANDIDATES]
    )
    # An organisation with two names that are alike is one candidate.
    candidates = dict.fromkeys([*same, *(alias.organisation for alias in alike)])
    return Meaning(tuple(candidates)[:MOST_CANDIDATES], len(same) > len(another))


@transaction.atomic
def keep_contract(
    *, named: NamedSupplier | None, terms: dict[str, Any], round: Round, by: User, at: datetime, **change: Any
) -> SingleTenderAction:
    """Record or change a contract, and with it the supplier where somebody named one: both, or neither.

    `terms` are those of ContractTerms, and `change` is what `keep_single_tender_action` takes beside them.
    """
    if named:
        terms = terms | {"supplier": _keep_organisation(named, rounds.lock(round), by, at)}
    terms_with_supplier = contracts.ContractTerms(**terms)
    return contracts.keep_single_tender_action(round=round, terms=terms_with_supplier, by=by, at=at, **change)


def _keep_organisation(named: NamedSupplier, round: Round, by: User, at: datetime) -> Organisation:
    """Return the organisation that a person named, adding it or its number where that is not known.

    Raises Refused where it may be one that the person has not been asked about.
    """
    recipients.lock()
    meaning = organisation_of(named.name, named.register, named.number)
    if named.same_as:
        if named.same_as not in meaning.candidates:
            raise Refused("This organisation has changed. Send the form again", field="supplier_name")
        return _with_number(named, round, by, at)
    if meaning.is_certain or (meaning.candidates and not named.is_new):
        raise Refused("This supplier has just been added. Send the form again to select it", field="supplier_name")
    added = Organisation.objects.add(named.name, named.register, named.number)
    facts = {"name": named.name} | _number(named)
    audit.record("keep organisation", added, round=round, by=by, at=at, facts=facts)
    return added


def _with_number(named: NamedSupplier, round: Round, by: User, at: datetime) -> Organisation:
    """Return the known organisation, with its register number added where it has none and the person gave one."""
    assert named.same_as is not None
    known = Organisation.objects.select_for_update().get(pk=named.same_as.pk)
    if not named.number:
        return known
    held = known.numbers.filter(register=named.register).first()
    if held and held.number == named.number:
        return known
    if held:
        raise Refused(
            f"{known.name} has the {known.numbered}. Correct the number or select another answer",
            field="supplier_number",
        )
    RegisterNumber.objects.create(organisation=known, register=named.register, number=named.number)
    if not known.number:
        known.register, known.number = named.register, named.number
        known.save(update_fields=["register", "number"])
    audit.record("keep organisation", known, round=round, by=by, at=at, facts={"name": known.name} | _number(named))
    return known


def _number(named: NamedSupplier) -> dict[str, str]:
    return {"register": named.register, "register number": named.number} if named.number else {}
