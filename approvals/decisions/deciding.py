"""Transitions of the decider: answer every item of a pack, and sign. No other module writes these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from approvals.amendments import amending
from approvals.decisions import deciders, deferral, standing, writing
from approvals.decisions.deciders import Minutes
from approvals.decisions.deferral import OnDeferral
from approvals.decisions.standing import Kind, Term
from approvals.items import asking
from approvals.models import Award, Decision, DecisionItem, DecisionRecord, Pack, PaperItem, SingleTenderAction
from approvals.paper import pack
from approvals.reconciliation import position
from approvals.routing import approving, awards, commitments, withheld
from grants import audit, money, states
from grants.bodies import How
from grants.days import day_of
from grants.models import User
from grants.people import signing_in
from grants.people.signing_in import SIGNATURE, Origin
from grants.refusal import Incomplete, Refused, must_be_current

# The answers that approve nothing, with their rows in the tables of grants and contracts.
_DENIED = {
    DecisionItem.Answer.REFUSED: "sign decision: refuse",
    DecisionItem.Answer.DEFERRED: "sign decision: defer",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one item, with its reason, and with its new conditions, one on each line."""

    answer: str
    conditions: str = ""
    reason: str = ""
    before_payment: str = ""
    # What happens to what stands of earlier decisions, by its reference: see `standing`.
    choices: Mapping[str, standing.Choice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a decision says beside its answers: the minutes of a committee, and what happens to an earlier deferral."""

    minutes: Minutes | None = None
    on_deferral: OnDeferral | None = None


@transaction.atomic
def decide_items(
    *,
    decision: Decision,
    answers: Mapping[int, Answer],
    interests: str,
    by: User,
    at: datetime,
    seen: int | None = None,
    replaces: bool = False,
    particulars: Particulars = Particulars(),
) -> None:
    """Answer every item of the pack, by its number, and declare interests or that there are none.

    Raises Refused if an item has no answer, if conditions or a reason are missing or belong to another answer, if the
    decider prepared the paper, if a committee's minutes are missing or cannot be true, if nothing is chosen for what
    stands of earlier decisions, or if somebody else has already answered and `replaces` is not set. The answers can be
    changed until the decision is signed; signatures that others gave under earlier answers are then void.
    """
    decision = writing.locked(decision)
    must_be_current(decision, seen)
    states.must_allow(decision, "decide items", "This pack is not waiting for a decision")
    current = writing.current_pack(decision)
    pack.read(current)
    deciders.must_be_free_to_decide(decision, "decide items", by, at)
    _must_have_no_interest("decide items", decision, list(current.items.select_related("award__bid")), by, at)
    items = list(current.items.select_for_update())
    standing_by_item = standing.of_items(items)
    missing = [*_missing_answers(items, answers, standing_by_item)]
    if not interests.strip():
        missing.append(("interests", "Enter your interests, or “None” if you have none"))
    missing += _missing_particulars(decision, current, particulars, at)
    previous = previous_decider(decision, by)
    if previous and not replaces:
        missing.append(("replaces", f"Confirm that your answers replace those of {previous.name}"))
    if missing:
        raise Incomplete(missing)
    answered_items = {}
    for item in items:
        answer = answers[item.number]
        item.answer, item.conditions, item.reason = answer.answer, answer.conditions.strip(), answer.reason.strip()
        item.before_payment = answer.before_payment.strip()
        item.choices_on_terms = standing.kept(answer.answer, answer.choices, standing_by_item[item.number])
        item.save(update_fields=["answer", "before_payment", "conditions", "reason", "choices_on_terms"])
        answered_items[str(item.number)] = {"label": item.label, "answer": answer.answer, "amount": item.amount}
    deciders.void(decision, at)
    decision.interests, decision.decided_by, decision.decided_at = interests.strip(), by, at
    decision.minutes = _minutes_kept(decision, particulars)
    decision.deferral_choice = deferral.chosen(decision, particulars.on_deferral)
    writing.move(decision, "decide items", "interests", "decided_by", "decided_at", "minutes", "deferral_choice")
    facts = {"items": answered_items, "interests": interests.strip()} | (
        {"in_place_of": previous.username} if previous else {}
    )
    facts |= {"minutes": decision.minutes} if decision.minutes else {}
    facts |= {"deferral": decision.deferral_choice} if decision.deferral_choice else {}
    writing.record("decide items", decision, by, at, facts=facts)


def _missing_answers(
    items: Sequence[DecisionItem], answers: Mapping[int, Answer], standing_by_item: Mapping[int, Sequence[Term]]
) -> Iterator[tuple[str, str]]:
    """Yield what is missing or wrong in the answer to each item, with its field."""
    for item in items:
        answer = answers.get(item.number, Answer(""))
        yield from _faults(item, answer)
        yield from standing.faults(item.number, answer.answer, answer.choices, standing_by_item[item.number])


def _missing_particulars(
    decision: Decision, current: Pack, particulars: Particulars, at: datetime
) -> Iterator[tuple[str, str]]:
    """Yield what is missing or wrong in the minutes and in the choice on a deferral, with its field."""
    submitted, how = day_of(current.submitted_at), deciders.deciding_of(decision)
    yield from deciders.faults_of_minutes(particulars.minutes, how, submitted=submitted, today=day_of(at))
    yield from deferral.faults(decision, particulars.on_deferral, day_of(at))


def _minutes_kept(decision: Decision, particulars: Particulars) -> dict[str, Any]:
    """Return the minutes as they are stored; none where no committee decides."""
    minutes, how = particulars.minutes, deciders.deciding_of(decision)
    return minutes.stored() if minutes and how.how is How.COMMITTEE else {}


def previous_decider(decision: Decision, by: User) -> User | None:
    """Return the other person who answered the items of a pack that is not yet signed, or None."""
    answered = decision.decided_by if decision.state == Decision.State.DECIDED else None
    return answered if answered and answered.pk != by.pk else None


def _faults(item: DecisionItem, answer: Answer) -> list[tuple[str, str]]:
    kinds = DecisionItem.Answer
    allowed = {kinds.NOTED} if item.verb == DecisionItem.Verb.NOTE else set(kinds) - {kinds.NOTED}
    if answer.answer not in allowed:
        return [(f"answer_{item.number}", f"Item {item.number}: choose an answer")]
    has_conditions = bool(answer.conditions.strip() or answer.before_payment.strip())
    if answer.answer == kinds.CONDITIONS and not has_conditions:
        return [(f"conditions_{item.number}", f"Item {item.number}: enter the conditions")]
    if answer.answer in (kinds.REFUSED, kinds.DEFERRED) and not answer.reason.strip():
        return [(f"reason_{item.number}", f"Item {item.number}: enter the reason")]
    chosen = kinds(answer.answer).label
    if answer.answer != kinds.CONDITIONS and has_conditions:
        return [
            (
                f"conditions_{item.number}" if answer.conditions.strip() else f"before_payment_{item.number}",
                f"Item {item.number}: conditions belong to “{kinds.CONDITIONS.label}”, and “{chosen}” is chosen. "
                "Choose the other answer, or delete the conditions",
            )
        ]
    reverses_refusal = item.answer in (kinds.REFUSED, kinds.DEFERRED) and answer.answer in (
        kinds.APPROVED,
        kinds.CONDITIONS,
    )
    if reverses_refusal and answer.reason.strip() and answer.reason.strip() == item.reason:
        was = kinds(item.answer).label
        return [
            (
                f"reason_{item.number}",
                f"Item {item.number}: this reason was given for “{was}”, and “{chosen}” is chosen now. "
                "Enter a new reason, or delete it",
            )
        ]
    return []


def sums(items: Sequence[DecisionItem]) -> list[tuple[str, list[tuple[int, str, Decimal | None]]]]:
    """Return, for each answer, its label and the number and value in pounds of the grants and contracts with it.

    Grants and contracts are never added together, and other items, some of which are income, are only counted. Items to
    note are left out, because their sums also appear elsewhere.
    """
    rows = []
    for answer in DecisionItem.Answer:
        if answer == DecisionItem.Answer.NOTED:
            continue
        answered = [item for item in items if item.answer == answer]
        others = [item for item in answered if item.paper_item_id is not None]
        contracts = [item for item in answered if item.contract_id is not None]
        grants = [item for item in answered if item not in others and item not in contracts]
        kinds: list[tuple[int, str, Decimal | None]] = [
            (len(each), thing, money.total([item.amount or money.ZERO for item in each]))
            for thing, each in (("grant", grants), ("contract", contracts))
        ]
        kinds.append((len(others), "other item", None))
        if answered:
            rows.append((str(answer.label), [kind for kind in kinds if kind[0]]))
    return rows


def sign_decision(
    *,
    decision: Decision,
    password: str,
    by: User,
    at: datetime,
    seen: int | None = None,
    interests: str = "",
    origin: Origin = SIGNATURE,
) -> list[User]:
    """Sign the answers, and return the joint signers who still have to sign.

    With the last signature grants and contracts take their new states, and the record is frozen with the pack. Raises
    Refused unless `password` is that of `by`, who answered the items or is a joint signer who declares `interests`.
    """
    # Before the transaction of the signature, so that a wrong password is kept although nothing is signed.
    signing_in.confirm(person=by, password=password, origin=origin, at=at)
    return _sign(decision, by, at, seen, interests)


@transaction.atomic
def _sign(decision: Decision, by: User, at: datetime, seen: int | None, interests: str) -> list[User]:
    decision = writing.locked(decision)
    must_be_current(decision, seen)
    writing.must_allow(decision, "sign decision", "Decide the items before you sign")
    is_joint = deciders.deciding_of(decision).how is How.JOINT
    if decision.decided_by_id != by.pk and not is_joint:
        raise Refused(f"{decision.decided_by} decided the items, so only they can sign")
    current = writing.current_pack(decision)
    items = list(current.items.select_related("award__bid", "award__round", "contract", "paper_item"))
    _must_have_no_interest("sign decision", decision, items, by, at)
    if is_joint and (left := deciders.sign(decision, current, interests, by, at)):
        writing.move(decision, "add signature")
        facts = {"pack": current.sha256, "still to sign": [signer.username for signer in left]}
        writing.record("add signature", decision, by, at, facts=facts)
        return left
    _settle_all(decision, items, by, at)
    # Of joint signers, whoever answered the items stands for them; the record names each.
    decision.signed_by, decision.signed_at = decision.decided_by, at
    deferral.settle(decision, by, at)
    writing.move(decision, "sign decision", "signed_by", "signed_at", "deferred_until", "deferral_reason")
    made = pack.freeze_record(_record_of(decision, current, items), current)
    DecisionRecord.objects.create(decision=decision, pack=current, made_at=at, **made.fields())
    writing.record("sign decision", decision, by, at, facts={"sha256": made.sha256, "pack": current.sha256})
    return []


def _settle_all(decision: Decision, items: list[DecisionItem], by: User, at: datetime) -> None:
    # The round is locked, so nothing but these items changes what stands.
    standing_by_item = standing.of_items(items)
    for item in items:
        if item.award:
            _settle(item, item.award, standing_by_item[item.number], decision, by, at)
        if item.contract and item.verb == DecisionItem.Verb.APPROVE:
            _settle_contract(item, item.contract, decision, by, at)
        if item.paper_item:
            _settle_item(item, item.paper_item, decision, by, at)
    if over := commitments.excess(decision.round):
        # One change was meant to pay for another, but was not approved.
        raise Refused(
            f"These answers would exceed the allocation by {money.pounds(over)}. Change an answer, or return the pack."
        )


def _must_have_no_interest(action: str, decision: Decision, items: list[DecisionItem], by: User, at: datetime) -> None:
    bids = [item.award.bid for item in items if item.award]
    awards.must_have_no_interest(action, bids, decision.round, by, at, others="decides")


def _verb(item: DecisionItem) -> str:
    """Return the row of the tables of `Award` and `SingleTenderAction` by which the answer to an item settles it."""
    return _DENIED.get(DecisionItem.Answer(item.answer), "sign decision: approve")


def _settle(
    item: DecisionItem, award: Award, stands: Sequence[Term], decision: Decision, by: User, at: datetime
) -> None:
    award = Award.objects.select_for_update(of=("self",)).select_related("bid", "round").get(pk=award.pk)
    verb = _verb(item)
    denied = DecisionItem.Answer(item.answer) in _DENIED
    before = {"amount": award.amount, "state": award.get_state_display()}
    if decision.changes.filter(award=award).exists():
        verb = f"{verb} amendment"
        if denied and not states.allows(award, verb):
            # The earlier decision still applies to the grant.
            facts = {"decision": decision.reference, "change": item.get_answer_display(), "amount": item.amount}
            awards.record("sign decision", award, by, at, item.reason, facts, before)
            return
        if not denied:
            amending.apply(decision, award, by, at)
    if not denied and not standing.is_as_answered(item, stands):
        raise Refused(f"What stands of earlier decisions about {award.bid.title} has changed. Decide its item again.")
    if award.approvals.filter(invalid_at=None).exists():
        raise Refused(f"{award.bid.title} is already approved. The pack must be returned.")
    if not denied and award.amount != item.amount:
        asked = money.pounds(item.amount or money.ZERO)
        raise Refused(f"{award.bid.title} is no longer {asked}. The pack must be returned.")
    states.move(award, verb)
    award.version += 1
    award.save(update_fields=["state", "version", "amount", "profile", "route", "sentence", "routed_as"])
    facts = {"decision": decision.reference, "amount": award.amount, "state": award.get_state_display()}
    facts |= {"earlier": item.choices_on_terms} if item.choices_on_terms and not denied else {}
    awards.record("sign decision", award, by, at, item.reason, facts, before)
    if not denied:
        reason = item.reason or f"Item {item.number} of {decision.reference}"
        principal = audit.acting_for("sign decision", by, decision.round, at)
        conditions = standing.printed([item], [Kind.CONDITION])[item.number]
        (approval,) = approving.new_approvals([award], Award.Route.DMPC, conditions, reason, by, at, principal)
        standing.settle(item, approval, decision, at)


def _settle_contract(
    item: DecisionItem, contract: SingleTenderAction, decision: Decision, by: User, at: datetime
) -> None:
    states.move(contract, _verb(item))
    if contract.state == SingleTenderAction.State.APPROVED:
        contract.approved_by, contract.approved_at = by, at
    contract.version += 1
    contract.save(update_fields=["state", "approved_by", "approved_at", "version"])
    facts = {"decision": decision.reference, "amount": contract.amount, "state": contract.get_state_display()}
    audit.record("sign decision", contract, round=decision.round, by=by, at=at, because=item.reason, facts=facts)


def _settle_item(item: DecisionItem, asked: PaperItem, decision: Decision, by: User, at: datetime) -> None:
    asked = PaperItem.objects.select_for_update(of=("self",)).select_related("income").get(pk=asked.pk)
    if asked.amount != item.amount:
        raise Refused(f"{asked.title} has another amount than the pack. The pack must be returned.")
    asking.settle(asked, _verb(item), decision=decision, reason=item.reason, by=by, at=at)
    facts = {"decision": decision.reference, "amount": asked.amount, "state": asked.get_state_display()}
    audit.record("sign decision", asked, round=decision.round, by=by, at=at, because=item.reason, facts=facts)


def _record_of(decision: Decision, current: Pack, items: list[DecisionItem]) -> dict[str, Any]:
    assert decision.signed_at and decision.signed_by and decision.decided_at
    principal = audit.acting_for("sign decision", decision.signed_by, decision.round, decision.signed_at)
    fallen = set(Award.objects.filter(items__in=items, state=Award.State.REFUSED).values_list("pk", flat=True))
    changed = set(decision.changes.values_list("award_id", flat=True))
    after, conditions_by_item = standing.of_items(items), standing.printed(items)
    contents: dict[str, Any] = audit.plain(
        {
            "reference": decision.reference,
            "pack_version": current.version,
            "pack_sha256": current.sha256,
            "printing": pack.printing(),
            "decided_at": decision.decided_at.astimezone(UTC),
            "signed_at": decision.signed_at.astimezone(UTC),
            "signed_by": decision.signed_by.name,
            "role": decision.decision_by,
            "deputy_for": principal.name if principal else "",
            "interests": decision.interests,
            **deciders.in_record(decision),
            **deferral.in_record(decision),
            "allocation_left": decision.round.allocation - commitments.committed(decision.round),
            "to_recover": position.to_recover(decision.round, [item.award_id for item in items if item.award_id]),
            "items_decided": [
                {
                    "number": item.number,
                    "recommendation": item.recommendation,
                    "verb": item.verb,
                    "label": item.label,
                    "amount": "" if item.amount is None else item.amount,
                    **_of_paper_item(item),
                    "changes": decision.amends.reference if decision.amends and item.award_id in changed else "",
                    # Whether the grant keeps its earlier decision if this one refuses or defers the change.
                    "stands": item.award_id not in fallen,
                    "answer": item.get_answer_display(),
                    "answer_value": item.answer,
                    "conditions": conditions_by_item[item.number],
                    **standing.in_record(item, after[item.number]),
                    "reason": item.reason,
                }
                for item in items
            ],
        }
    )
    return withheld.names_of(decision.round).out_of(contents)


def _of_paper_item(item: DecisionItem) -> dict[str, Any]:
    """Return what the record adds for an item in a writer's words, which other items have had no field for."""
    asked = item.paper_item
    return {"reference": asked.reference, "takes": asked.item_kind.rule.takes} if asked else {}
