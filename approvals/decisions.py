"""Transitions of a decision paper: write, submit, query, return, put forward, decide, sign, publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localtime

from approvals import amending, approving, draft, duties, pack, paper, places, registering, sign_offs
from approvals.awards import must_not_be_in_flight
from approvals.models import (
    Award,
    Decision,
    DecisionItem,
    DecisionRecord,
    DecisionSection,
    Pack,
    PartTwo,
    Query,
    SingleTenderAction,
)
from grants import audit, rounds
from grants.models import Round, User
from grants.refusal import Incomplete, Refused, must_be_current


class NotReconciled(Refused):
    """The paper does not add up or says something that is not so; `problems` names each thing."""

    def __init__(self, problems: list[paper.Discrepancy]) -> None:
        count = "One thing keeps" if len(problems) == 1 else f"{len(problems)} things keep"
        listed = " ".join(problem.message for problem in problems[:5])
        super().__init__(f"{count} this paper from being submitted. {listed}")
        self.problems = problems


# Writing


@transaction.atomic
def prepare_decision(
    *,
    round: Round,
    reference: str,
    title: str,
    decision_by: str,
    by: User,
    at: datetime,
    amends: Decision | None = None,
) -> Decision:
    """Open a paper for a round, with all its sections empty. `amends`: the signed decision that it changes, if any."""
    round = rounds.lock(round)
    if amends:
        amending.must_be_amendable(amends, round.pk)
    if Decision.objects.filter(reference=reference).exists():
        raise Refused(f"There is a decision {reference} already", field="reference")
    decision = Decision.objects.create(
        round=round, reference=reference, title=title, decision_by=decision_by, opened_at=at, amends=amends
    )
    DecisionSection.objects.bulk_create(DecisionSection(decision=decision, key=part.key) for part in paper.PARTS)
    facts = {"title": title, "decision by": decision_by} | ({"amends": amends.reference} if amends else {})
    audit.record("prepare decision", decision, round=round, by=by, at=at, facts=facts)
    return decision


@transaction.atomic
def write_section(*, decision: Decision, key: str, text: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Keep the text of one section. Raises Refused where the paper is submitted, Stale where it changed meanwhile."""
    decision = _locked(decision)
    _must_be_editable(decision)
    section = (
        DecisionSection.objects.select_for_update(of=("self",))
        .select_related("decision")
        .get(decision=decision, key=key)
    )
    must_be_current(section, seen)
    before = {"text": section.text}
    section.text, section.written_by, section.written_at = text, by, at
    section.version += 1
    section.save()
    section.drafts.filter(person=by).delete()
    audit.record("write section", section, round=decision.round, by=by, at=at, before=before, facts={"text": text})


@transaction.atomic
def name_sources(*, decision: Decision, lines: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Say where the pound figures come from that the register does not compute: one a line, figure, colon, source."""
    decision = _locked(decision)
    _must_be_editable(decision)
    must_be_current(decision, seen)
    before = {"external figures": decision.external_figures}
    decision.external_figures = lines
    decision.version += 1
    decision.save(update_fields=["external_figures", "version"])
    _record("write section", decision, by, at, before=before, facts={"external figures": lines})


@transaction.atomic
def write_part_two(
    *, decision: Decision, text: str, exemption: str, by: User, at: datetime, seen: int | None = None
) -> None:
    """Keep what is exempt from publication, apart from the paper. The trail says that it was written, never what."""
    decision = _locked(decision)
    _must_be_editable(decision)
    kept = PartTwo.objects.select_for_update().filter(decision=decision).first() or PartTwo(
        decision=decision, version=0
    )
    must_be_current(kept, seen)
    kept.text, kept.exemption, kept.written_by, kept.written_at = text, exemption, by, at
    kept.version += 1
    kept.save()
    _record("write part 2", decision, by, at, facts={"exemption": exemption})


# Submitting, asking, returning


@transaction.atomic
def submit_pack(*, decision: Decision, by: User, at: datetime, seen: int | None = None) -> Pack:
    """Freeze the paper as a new version and hand it to the DMPC's office.

    Raises NotReconciled, naming each thing, where it does not add up to the penny or says what is not so.
    """
    decision = _locked(decision)
    must_be_current(decision, seen)
    _must_be_editable(decision)
    must_not_be_in_flight(decision.round)
    version = (decision.packs.aggregate(last=Max("version"))["last"] or 0) + 1
    head = audit.head(decision.round)
    drafted = draft.of(decision, at=at, version=version, trail_head=head)
    if drafted.problems:
        raise NotReconciled(drafted.problems)
    if Query.objects.filter(pack__decision=decision, answered_at=None).exists():
        raise Refused("Answer the open queries first.")
    made = pack.freeze(drafted.paper)
    frozen = Pack.objects.create(
        decision=decision,
        version=version,
        trail_head=head,
        **made.fields(),
        submitted_by=by,
        submitted_at=at,
    )
    _make_items(frozen, pack.read(frozen))
    _move(decision, Decision.State.SUBMITTED)
    _record("submit pack", decision, by, at, facts={"version": version, "sha256": made.sha256, "trail head": head})
    return frozen


def _make_items(frozen: Pack, found: dict[str, Any]) -> None:
    by_reference = {award.reference: award for award in frozen.decision.round.awards.all()}
    contracts = {contract.reference: contract for contract in frozen.decision.round.single_tender_actions.all()}
    items: list[DecisionItem] = []
    for recommendation in found["recommendations"]:
        common = {"decision": frozen.decision, "pack": frozen, "recommendation": recommendation["number"]}
        if recommendation["verb"] == DecisionItem.Verb.NOTE:
            label = recommendation["text"][0].upper() + recommendation["text"][1:]
            items.append(
                DecisionItem(
                    **common,
                    number=len(items) + 1,
                    verb=DecisionItem.Verb.NOTE,
                    label=label,
                    amount=Decimal(recommendation["amount"]),
                )
            )
            continue
        for item in recommendation["items"]:
            items.append(
                DecisionItem(
                    **common,
                    number=len(items) + 1,
                    verb=DecisionItem.Verb.APPROVE,
                    label=item["label"],
                    amount=Decimal(item["amount"]),
                    award=by_reference.get(item["reference"]),
                    contract=contracts.get(item["reference"]),
                )
            )
    DecisionItem.objects.bulk_create(items)


@transaction.atomic
def query_pack(*, decision: Decision, about: str, question: str, by: User, at: datetime) -> Query:
    """Ask about one place of the pack at hand, by its key in `places`. The question is kept with that version.

    Raises Refused where the pack is not with the office, or has no such place.
    """
    decision = _locked(decision)
    _must_be(decision, Decision.State.SUBMITTED, "Only a pack that is with the office can be queried")
    current = current_pack(decision)
    place = next((each for each in places.places(pack.read(current)) if each.key == about), None)
    if place is None:
        raise Refused("Choose a place of this version of the paper", field="about")
    query = Query.objects.create(
        pack=current,
        number=current.queries.count() + 1,
        about=place.label[:200],
        anchor=place.anchor,
        question=question,
        asked_by=by,
        asked_at=at,
    )
    facts = {"about": query.about}
    audit.record("query pack", query, round=decision.round, by=by, at=at, because=question, facts=facts)
    return query


@transaction.atomic
def answer_query(*, query: Query, answer: str, by: User, at: datetime) -> None:
    """Answer a question of the office, once."""
    decision = _locked(query.pack.decision)
    query = Query.objects.select_for_update(of=("self",)).select_related("pack__decision").get(pk=query.pk)
    if query.answered_at:
        raise Refused("This query is answered already")
    query.answer, query.answered_by, query.answered_at = answer, by, at
    query.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record("answer query", query, round=decision.round, by=by, at=at, because=answer)


@transaction.atomic
def return_pack(*, decision: Decision, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Give the pack back to its writers. This version stays as it is; the next one has the next number."""
    decision = _locked(decision)
    must_be_current(decision, seen)
    if decision.state not in Decision.IN_FLIGHT:
        raise Refused("Only a pack that is submitted and not signed can be returned")
    _move(decision, Decision.State.RETURNED)
    _record("return pack", decision, by, at, because=reason)


@transaction.atomic
def put_forward(*, decision: Decision, by: User, at: datetime, seen: int | None = None) -> None:
    """Lay the pack before the Deputy Mayor, once every query has its answer."""
    decision = _locked(decision)
    must_be_current(decision, seen)
    _must_be(decision, Decision.State.SUBMITTED, "Only a pack that is with the office can be put forward")
    if current_pack(decision).queries.filter(answered_at=None).exists():
        raise Refused("A query is open. It needs its answer first.")
    _move(decision, Decision.State.READY)
    _record("put forward pack", decision, by, at, facts={"version": current_pack(decision).version})


# Deciding, signing, publishing


@dataclass(frozen=True, slots=True)
class Answer:
    """What is decided about one item."""

    answer: str
    conditions: str = ""
    reason: str = ""


@transaction.atomic
def decide_items(
    *,
    decision: Decision,
    answers: Mapping[int, Answer],
    interests: str,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Decide every item of the pack by its number, and declare interests (or that there are none).

    Raises Refused where an item has no answer, conditions or a reason are missing, or the decider wrote the paper.
    The answers can be given again until the decision is signed.
    """
    decision = _locked(decision)
    must_be_current(decision, seen)
    if decision.state not in (Decision.State.READY, Decision.State.DECIDED):
        raise Refused("This pack is not waiting for decision")
    current = current_pack(decision)
    pack.read(current)
    prepared = sign_offs.who_prepared(decision) | sign_offs.who_advised(decision)
    if why_not := duties.why_not_sign(by.username, prepared):
        raise Refused(why_not)
    principal = audit.acting_for("decide items", by, decision.round, at)
    if principal and duties.why_not_sign(principal.username, prepared):
        raise Refused(f"You act for {principal.name}, who prepared this paper, so somebody else decides it.")
    if not interests.strip():
        raise Refused("Declare your interests, or write that there are none", field="interests")
    said = {}
    items = list(current.items.select_for_update())
    missing = [fault for item in items for fault in _faults(item, answers.get(item.number, Answer("")))]
    if missing:
        raise Incomplete(missing)
    for item in items:
        given = answers[item.number]
        item.answer, item.conditions, item.reason = given.answer, given.conditions.strip(), given.reason.strip()
        item.save(update_fields=["answer", "conditions", "reason"])
        said[str(item.number)] = {"label": item.label, "answer": given.answer, "amount": item.amount}
    decision.interests, decision.decided_by, decision.decided_at = interests.strip(), by, at
    _move(decision, Decision.State.DECIDED, "interests", "decided_by", "decided_at")
    _record("decide items", decision, by, at, facts={"items": said, "interests": interests.strip()})


def _faults(item: DecisionItem, given: Answer) -> list[tuple[str, str]]:
    kinds = DecisionItem.Answer
    allowed = {kinds.NOTED} if item.verb == DecisionItem.Verb.NOTE else set(kinds) - {kinds.NOTED}
    if given.answer not in allowed:
        return [(f"answer_{item.number}", f"Item {item.number}: choose what is decided")]
    if given.answer == kinds.CONDITIONS and not given.conditions.strip():
        return [(f"conditions_{item.number}", f"Item {item.number}: enter the conditions")]
    if given.answer in (kinds.REFUSED, kinds.DEFERRED) and not given.reason.strip():
        return [(f"reason_{item.number}", f"Item {item.number}: enter the reason")]
    return []


@transaction.atomic
def sign_decision(*, decision: Decision, password: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Sign what was decided: approved grants become approved, and the record is frozen beside the pack.

    The signer is whoever is signed in, proves it again by the password, and is who decided. Raises Refused otherwise.
    """
    decision = _locked(decision)
    must_be_current(decision, seen)
    _must_be(decision, Decision.State.DECIDED, "Decide the items before you sign")
    if not by.check_password(password):
        raise Refused("This is not your password", field="password")
    if decision.decided_by_id != by.pk:
        raise Refused(f"{decision.decided_by} decided the items, so only they can sign")
    current = current_pack(decision)
    items = list(current.items.select_related("award__bid", "award__round", "contract"))
    for item in items:
        if item.award:
            _settle(item, item.award, decision, by, at)
        if item.contract and item.verb == DecisionItem.Verb.APPROVE:
            _settle_contract(item, item.contract, by, at)
    decision.signed_by, decision.signed_at = by, at
    _move(decision, Decision.State.SIGNED, "signed_by", "signed_at")
    made = pack.freeze_record(_record_of(decision, current, items), current)
    DecisionRecord.objects.create(decision=decision, pack=current, made_at=at, **made.fields())
    _record("sign decision", decision, by, at, facts={"sha256": made.sha256, "pack": current.sha256})


def _settle(item: DecisionItem, award: Award, decision: Decision, by: User, at: datetime) -> None:
    kinds = DecisionItem.Answer
    award = Award.objects.select_for_update(of=("self",)).select_related("bid", "round").get(pk=award.pk)
    states = {kinds.REFUSED: Award.State.REFUSED, kinds.DEFERRED: Award.State.DEFERRED}
    if decision.changes.filter(award=award).exists():
        if kinds(item.answer) in states:
            # What the earlier decision said of it stands.
            return
        amending.apply(decision, award, by, at)
    if award.approvals.filter(invalid_at=None).exists():
        raise Refused(f"{award.bid.title} is approved already. The pack must be returned.")
    if award.amount != item.amount:
        raise Refused(f"{award.bid.title} is no longer {item.amount}. The pack must be returned.")
    award.state = states.get(kinds(item.answer), Award.State.APPROVED)
    award.version += 1
    award.save(update_fields=["state", "version", "amount", "route", "sentence"])
    if award.state == Award.State.APPROVED:
        reason = item.reason or f"Item {item.number} of {decision.reference}"
        principal = audit.acting_for("sign decision", by, decision.round, at)
        approving.new_approval(award, Award.Route.DMPC, item.conditions, reason, by, at, principal)


def _settle_contract(item: DecisionItem, contract: SingleTenderAction, by: User, at: datetime) -> None:
    states = SingleTenderAction.State
    refused = {"refused": states.REFUSED, "deferred": states.DEFERRED}
    contract.state = refused.get(item.answer, states.APPROVED)
    if contract.state == states.APPROVED:
        contract.approved_by, contract.approved_at = by, at
    contract.version += 1
    contract.save(update_fields=["state", "approved_by", "approved_at", "version"])


def _record_of(decision: Decision, current: Pack, items: list[DecisionItem]) -> dict[str, Any]:
    assert decision.signed_at and decision.signed_by and decision.decided_at
    principal = audit.acting_for("sign decision", decision.signed_by, decision.round, decision.signed_at)
    found: dict[str, Any] = audit.plain(
        {
            "reference": decision.reference,
            "pack_version": current.version,
            "pack_sha256": current.sha256,
            "decided_at": decision.decided_at.astimezone(UTC),
            "signed_at": decision.signed_at.astimezone(UTC),
            "signed_by": decision.signed_by.name,
            "role": decision.decision_by,
            "deputy_for": principal.name if principal else "",
            "interests": decision.interests,
            "items_decided": [
                {
                    "number": item.number,
                    "recommendation": item.recommendation,
                    "verb": item.verb,
                    "label": item.label,
                    "amount": item.amount,
                    "answer": item.get_answer_display(),
                    "conditions": item.conditions,
                    "reason": item.reason,
                }
                for item in items
            ],
        }
    )
    return found


@transaction.atomic
def defer_publication(
    *, decision: Decision, until: date, reason: str, by: User, at: datetime, seen: int | None = None
) -> None:
    """Say that a signed decision is not published before a day, and why. The register shows both, and nothing else.

    It can be deferred again, and published on any day. Raises Refused where the day is not in the future.
    """
    decision = _locked(decision)
    must_be_current(decision, seen)
    _must_be(decision, Decision.State.SIGNED, "Only a signed decision can be deferred")
    if until <= localtime(at).date():
        raise Refused("The day must be in the future", field="until")
    before = {"until": decision.deferred_until} if decision.deferred_until else {}
    decision.deferred_until, decision.deferral_reason = until, reason.strip()
    _move(decision, Decision.State.SIGNED, "deferred_until", "deferral_reason")
    _record("defer publication", decision, by, at, because=reason, before=before, facts={"until": until})


@transaction.atomic
def publish_decision(*, decision: Decision, by: User, at: datetime, seen: int | None = None) -> None:
    """Put the signed decision into the public register."""
    decision = _locked(decision)
    must_be_current(decision, seen)
    _must_be(decision, Decision.State.SIGNED, "Only a signed decision can be published")
    registering.enter(decision.record)
    decision.published_at = at
    _move(decision, Decision.State.PUBLISHED, "published_at")
    _record("publish decision", decision, by, at, facts={"sha256": decision.record.sha256})


def current_pack(decision: Decision) -> Pack:
    """The newest pack of a decision, without the bytes of its renders."""
    return decision.packs.defer("html", "pdf").select_related("submitted_by").order_by("-version")[0]


def _locked(decision: Decision) -> Decision:
    round = rounds.lock(decision.round)
    decision = Decision.objects.select_for_update(of=("self",)).select_related("decided_by").get(pk=decision.pk)
    decision.round = round
    return decision


def _must_be_editable(decision: Decision) -> None:
    if not decision.is_editable:
        raise Refused(f"{decision.reference} is submitted. Its text can change only when the office returns it.")


def _must_be(decision: Decision, state: str, otherwise: str) -> None:
    if decision.state != state:
        raise Refused(f"{otherwise}. {decision.reference} is: {decision.get_state_display().lower()}.")


def _move(decision: Decision, state: str, *also: str) -> None:
    decision.state = state
    decision.version += 1
    decision.save(update_fields=["state", "version", *also])


def _record(
    action: str,
    decision: Decision,
    by: User,
    at: datetime,
    *,
    because: str = "",
    before: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    audit.record(action, decision, round=decision.round, by=by, at=at, because=because, before=before, facts=facts)
