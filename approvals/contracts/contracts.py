"""Transitions of single tender actions: contracts without competition, with limits of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from approvals.enums import Level
from approvals.models import Award, DecisionItem, DelegationRule, SingleTenderAction
from approvals.routing import limits
from approvals.routing.awards import limit_on
from approvals.routing.commitments import must_fit, must_not_be_in_flight
from approvals.routing.routes import compared
from grants import audit, money, states, years
from grants.days import day_of
from grants.models import Organisation, Round, User, new_references
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds
from grants.totals import total_of
from grants.years import Profile


@dataclass(frozen=True)
class ContractTerms:
    """What is agreed in a contract. `amount` is its whole-life value in pounds.

    `profile` holds each financial year with its part of the value in pounds; `ground` is a value of
    SingleTenderAction.Ground. An empty `charged_to`, in a round of several years, charges each year with its part.
    """

    supplier: Organisation
    title: str
    amount: Decimal
    profile: Sequence[tuple[str, Decimal]]
    charged_to: str
    ground: str
    evidence: str
    proposal: str
    performance: str
    other_grounds: str = ""


@transaction.atomic
def keep_single_tender_action(
    *,
    round: Round,
    terms: ContractTerms,
    by: User,
    at: datetime,
    reason: str = "",
    contract: SingleTenderAction | None = None,
    seen: int | None = None,
) -> SingleTenderAction:
    """Record a contract on these terms, or change the terms of a `contract` that is not decided.

    It is routed by the limit for contract exemptions (scheme 4.13), and its sentence says how it compares with the
    procurement threshold. Raises Refused where the years do not add up to the value, the charged year is not among
    them, the primary ground has no evidence, or it does not fit the allocation.
    """
    round = rounds.lock(round)
    must_not_be_in_flight(round)
    if contract:
        contract = _locked_to_change(contract, round, seen)
    _must_be_sound(terms, round)
    must_fit(round, terms.amount, instead_of=contract.amount if contract else money.ZERO)
    _must_have_its_own_name(terms, round, contract)
    deferred = _deferred_in(contract) if contract else ""
    others = _other_contracts(round, terms.supplier, contract.pk if contract else 0)
    routed = _route(round, terms.amount, others, at, deferred)
    before = {"amount": contract.amount, "supplier": contract.supplier.name} if contract else {}
    suppliers = {terms.supplier, contract.supplier} if contract else {terms.supplier}
    if contract is None:
        taken = SingleTenderAction.objects.values_list("reference", flat=True)
        contract = SingleTenderAction(round=round, reference=new_references("STA", 1, taken)[0], version=0)
    profile = [[year, money.text(part)] for year, part in terms.profile]
    for name, value in (vars(terms) | {"profile": profile}).items():
        setattr(contract, name, value)
    contract.route, contract.sentence, contract.decider = routed.route, routed.sentence, routed.decider
    contract.recorded_by = by
    contract.version += 1
    contract.save()
    facts = {"supplier": terms.supplier.name, "amount": terms.amount, "ground": terms.ground, "route": routed.sentence}
    because = reason.strip() or terms.evidence
    audit.record(
        "keep single tender action", contract, round=round, by=by, at=at, because=because, before=before, facts=facts
    )
    for each in suppliers:
        route_again(round, each, f"{contract.reference} of the same supplier changed", by, at, but=contract.pk)
    return contract


def _locked_to_change(contract: SingleTenderAction, round: Round, seen: int | None) -> SingleTenderAction:
    """Lock a contract of the round and return it. Raises Refused once it is decided, and Stale if it changed."""
    contract = SingleTenderAction.objects.select_for_update().get(pk=contract.pk, round=round)
    must_be_current(contract, seen)
    decided = f"This contract is {contract.get_state_display().lower()}. What was decided does not change."
    states.must_allow(contract, "keep single tender action: change", decided)
    return contract


def _must_be_sound(terms: ContractTerms, round: Round) -> None:
    """Raise Refused where the years do not fit the value or the charged year, or the ground has no evidence."""
    total = money.total([part for _, part in terms.profile])
    if total != terms.amount:
        raise Refused(
            f"Enter years that add up to {money.pounds(terms.amount)}. They add up to {money.pounds(total)}",
            field="profile",
        )
    if round.profile and not terms.charged_to:
        own = years.read([(label, money.text(part)) for label, part in terms.profile])
        if why_not := years.why_not_within(round.slots, terms.amount, own):
            raise Refused(why_not, field="profile")
    elif terms.charged_to not in {year for year, _ in terms.profile}:
        raise Refused("Enter one of the years of the contract", field="charged_to")
    if not terms.evidence.strip():
        raise Refused("Enter the evidence for the primary ground", field="evidence")


def _must_have_its_own_name(terms: ContractTerms, round: Round, contract: SingleTenderAction | None) -> None:
    """Raise Refused where the supplier has another contract of this name in the round."""
    twins = SingleTenderAction.objects.filter(round=round, supplier=terms.supplier, title=terms.title)
    if twins.exclude(pk=contract.pk if contract else 0).exists():
        raise Refused("Enter another name. The supplier already has a contract of this name", field="title")


def _other_contracts(round: Round, supplier: Organisation, pk: int) -> Decimal:
    """Return the sum of the supplier's other live contracts in the round, in pounds."""
    others = SingleTenderAction.objects.live().filter(round=round, supplier=supplier).exclude(pk=pk)
    return total_of(others)


def route_again(round: Round, supplier: Organisation, because: str, by: User, at: datetime, *, but: int = 0) -> None:
    """Route the open contracts of a supplier again after another contract of theirs changed.

    `but` is the primary key of the one that was routed just now. For transitions that hold the lock of the round.
    """
    rows = SingleTenderAction.objects.select_for_update(of=("self",)).filter(round=round, supplier=supplier)
    for each in rows.exclude(pk=but):
        routed = _route(round, each.amount, _other_contracts(round, supplier, each.pk), at, _deferred_in(each))
        if not each.is_open or routed == _Routed(each.route, each.sentence, each.decider):
            continue
        before = {"route": each.sentence}
        each.route, each.sentence, each.decider = routed.route, routed.sentence, routed.decider
        each.version += 1
        each.save(update_fields=["route", "sentence", "decider", "version"])
        audit.record(
            "keep single tender action",
            each,
            round=round,
            by=by,
            at=at,
            because=because,
            before=before,
            facts={"route": routed.sentence},
        )


@transaction.atomic
def approve_single_tender_action(
    *, contract: SingleTenderAction, reason: str, by: User, at: datetime, seen: int | None = None
) -> SingleTenderAction:
    """Approve a contract below its limit. Raises Refused where it is for decision, or the approver recorded it."""
    round = rounds.lock(contract.round)
    contract = SingleTenderAction.objects.select_for_update().get(pk=contract.pk)
    must_be_current(contract, seen)
    if contract.route != Award.Route.DELEGATED:
        raise Refused(f"This contract is for the {round.body.offices.decider_short} to decide")
    states.must_allow(contract, "approve contract", f"This contract is {contract.get_state_display().lower()} already")
    now = _route(round, contract.amount, _other_contracts(round, contract.supplier, contract.pk), at, "")
    if now.route != contract.route:
        raise Refused(f"Its route changed: {now.sentence} Change the contract and give the reason to route it again.")
    if contract.recorded_by_id == by.pk:
        raise Refused("You recorded this contract, so somebody else approves it.")
    people = audit.acting_as("approve contract", by, round, at)
    if audit.had_a_hand("keep single tender action", contract, round, people):
        raise Refused(
            "You, your deputy or the person you act for recorded this contract, so somebody else approves it."
        )
    states.move(contract, "approve contract")
    contract.approved_by, contract.approved_at = by, at
    contract.version += 1
    contract.save()
    facts = {"amount": contract.amount, "route": contract.sentence}
    audit.record("approve contract", contract, round=round, by=by, at=at, because=reason, facts=facts)
    return contract


def locked_to_carry_over(contract: SingleTenderAction, round: Round, amount: Decimal) -> SingleTenderAction:
    """Lock a contract of a locked round, of which an amount is carried over, and return it.

    Raises Refused for one that is refused, and for a part of one that is charged to a single year as a whole.
    """
    rows = SingleTenderAction.objects.live().select_for_update(of=("self",))
    locked = rows.filter(pk=contract.pk, round=round).first()
    if locked is None:
        raise Refused("Choose a contract of this round that is not refused", field="of")
    if locked.charged_to and amount != locked.amount:
        whole = f"{locked.title} is charged to {locked.charged_to} as a whole"
        raise Refused(f"{whole}. Carry over all of its {money.pounds(locked.amount)}, or nothing", field="amount")
    locked.round = round
    return locked


def carry_over(contract: SingleTenderAction, moved: Profile) -> None:
    """Charge money of a locked contract to another slot of its round. Its value, route and approval stay.

    `moved` adds to one slot what it takes from another, in pounds. The caller records it.
    """
    slots = contract.round.slots
    if contract.charged_to:
        contract.charged_to = next(slot.year for slot, part in moved if part > 0)
    else:
        charged = years.moved(contract.charged_years(slots), moved, slots)
        contract.profile = years.written([(slot, part) for slot, part in charged if part])
    contract.version += 1
    contract.save(update_fields=["profile", "charged_to", "version"])


def _deferred_in(contract: SingleTenderAction) -> str:
    """Return the reference of the signed decision that last deferred a contract; empty where none did."""
    items = DecisionItem.objects.signed().filter(contract=contract, answer=DecisionItem.Answer.DEFERRED)
    last = items.select_related("decision").order_by("pk").last()
    return last.decision.reference if last else ""


@dataclass(frozen=True, slots=True)
class _Routed:
    """The route of a contract with its sentence, and who decides it where the scheme has more than two levels."""

    route: str
    sentence: str
    decider: str


def _route(round: Round, amount: Decimal, others: Decimal, at: datetime, deferred: str) -> _Routed:
    """Return the route of a contract, by the sum with the supplier's other contracts of the round.

    Splitting a contract therefore never lowers its route.

    `deferred` is the decision that deferred it; it then stays for decision.
    """
    today = day_of(at)
    _, limit = limit_on(round, DelegationRule.Kind.EXEMPTION, today)
    total = amount + others
    level, place = limit.level(total), limit.step(total)
    joined = f"With {money.pounds(others)} of other contracts of this supplier " if others else ""
    sentence = f"{joined}{compared(total, limit)}."
    if deferred and level is Level.DELEGATED:
        level, place = Level.DMPC, limit.lowest_decided()
        who = limit.steps[place].who if limit.further else round.body.offices.decider_short
        sentence += f" The {who} deferred it in {deferred}, and so decides it."
    threshold = limits.rule_on(round, DelegationRule.Kind.PROCUREMENT, today)
    if threshold:
        side = "not below" if amount >= threshold.limit else "below"
        sentence += f" Whole-life value {side} the procurement threshold of {money.pounds(threshold.limit)}"
        sentence += f" ({threshold.citation})."
    decider = limit.steps[place].who if limit.further and level is Level.DMPC else ""
    return _Routed(Award.Route(level.value), sentence, decider)
