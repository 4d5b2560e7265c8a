"""The papers of an exported round, and their stages, read from what is stored."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from approvals.decisions import standing, writing
from approvals.enums import Area
from approvals.loading.trail import Trail, when_and_who
from approvals.models import AmendedGrant, Condition, Decision, DecisionItem, PaperItem, PartTwo, Payment, SignOff
from grants import money
from grants.days import day_of
from grants.models import Round


def paper(round: Round, events: Trail) -> dict[str, Any]:
    """Return the table of the first paper, empty where there is none."""
    decision = _first(round)
    return _paper(decision, events) if decision else {}


def amendment(round: Round, events: Trail) -> dict[str, Any]:
    """Return the table of the paper that amends the first, with its stages; empty where there is none."""
    decision = _second(round)
    if decision is None or decision.amends is None:
        return {}
    changes = AmendedGrant.objects.filter(decision=decision).select_related("award__bid").order_by("pk")
    because = {event.bid: event.because for event in events.of("amend grant")}
    return {
        **_paper(decision, events),
        "amends": decision.amends.reference,
        "changes": [
            {
                "bid": change.award.bid.source_reference,
                "amount": money.text(change.amount),
                "reason": because[change.award.bid.reference],
                **({"years": dict(change.profile)} if change.profile else {}),
            }
            for change in changes
        ],
        "stages": _stages(decision, events),
    }


def stages(round: Round, events: Trail) -> dict[str, dict[str, Any]]:
    """Return the stages of the first paper."""
    decision = _first(round)
    return _stages(decision, events) if decision else {}


def _first(round: Round) -> Decision | None:
    return Decision.objects.filter(round=round, amends=None).order_by("pk").first()


def _second(round: Round) -> Decision | None:
    return Decision.objects.filter(round=round, amends=_first(round)).select_related("amends").order_by("pk").first()


def _paper(decision: Decision, events: Trail) -> dict[str, Any]:
    sections = {section.reference: section for section in decision.sections.all()}
    written = dict.fromkeys(event.subject for event in events.of("write section") if event.subject in sections)
    sources = {each["figure"]: each["source"] for reference in written for each in sections[reference].figure_sources}
    part_two = PartTwo.objects.filter(decision=decision).first()
    spelled = {event.facts["text"] for event in events.of("spell text", decision.reference)}
    content: dict[str, Any] = {
        "reference": decision.reference,
        "title": decision.title,
        "decision_by": decision.decision_by,
        "figures_from_elsewhere": sources,
        "sections": {sections[reference].key: sections[reference].text for reference in written},
        "items": [_item(item) for item in _items(decision)],
        # A paper begins with the spellings of the one before it.
        "printed_instead": [each for each in decision.spellings if each["text"] in spelled],
        "part_two": {"text": part_two.text, "exemption": part_two.exemption} if part_two else {},
    }
    return {name: value for name, value in content.items() if value or name == "sections"}


def _items(decision: Decision) -> list[PaperItem]:
    return list(decision.paper_items.exclude(state=PaperItem.State.WITHDRAWN).order_by("pk"))


def _item(item: PaperItem) -> dict[str, Any]:
    content = {
        "kind": item.kind,
        "title": item.title,
        "wording": item.wording,
        "amount": None if item.amount is None else money.text(item.amount),
        "source": item.source,
        "whom": item.whom,
        "until": item.until,
        "percent": None if item.percent is None else money.text(item.percent),
        "percent_of": item.percent_of,
        "income": item.income.agreement if item.income else "",
    }
    # The amount of a fee follows from its percentage, and the terms of income from its agreement.
    derived = {"amount"} if item.percent else {"amount", "source", "whom"} if item.income else set()
    return {name: value for name, value in content.items() if value and name not in derived}


def _stages(decision: Decision, events: Trail) -> dict[str, dict[str, Any]]:
    own = decision.reference
    described = {
        "paper": events.stage("prepare decision", own),
        "signed_off": _signed_off(decision),
        "submitted": _last(events, "submit pack", own),
        "put_forward": _last(events, "put forward pack", own),
        "signed": _signed(decision),
        "deferred": _deferred(decision, events),
        "published": events.stage("publish decision", own),
    }
    return {name: stage for name, stage in described.items() if stage}


def _last(events: Trail, action: str, subject: str) -> dict[str, Any]:
    """Return the stage of the last event, since a paper may be returned and submitted again."""
    named = events.of(action, subject)
    return {"on": day_of(named[-1].at), "by": named[-1].actor.username} if named and named[-1].actor else {}


def _signed_off(decision: Decision) -> dict[str, Any]:
    newest = {each.area: each for each in decision.sign_offs.select_related("given_by").order_by("pk")}
    signed = {area: each for area, each in newest.items() if each.answer == SignOff.Answer.SIGNED}
    if not signed:
        return {}
    day = max(day_of(each.given_at) for each in signed.values())
    return {"on": day, **{area.value: signed[area].given_by.username for area in Area if area in signed}}


def _deferred(decision: Decision, events: Trail) -> dict[str, Any]:
    deferrals = events.of("defer publication", decision.reference)
    if not deferrals:
        return {}
    # The last one counts, since a paper may be deferred again; a later decision may have lifted it.
    return when_and_who(deferrals[-1], reason=True) | {"until": date.fromisoformat(deferrals[-1].facts["until"])}


def _signed(decision: Decision) -> dict[str, Any]:
    if decision.signed_at is None or decision.decided_by is None:
        return {}
    signed = DecisionItem.objects.filter(pack=writing.current_pack(decision)).order_by("number")
    items = [_answer(item) for item in signed]
    stage: dict[str, Any] = {
        "on": day_of(decision.signed_at),
        "by": decision.decided_by.username,
        "interests": decision.interests,
        "items": [item for item in items if len(item) > 1],
        "with": [
            {"by": each.person.username, "interests": each.interests}
            for each in decision.signatures.filter(void_at=None).exclude(person=decision.decided_by)
        ],
    }
    choice = decision.deferral_choice
    if choice and choice["choice"] != standing.KEEP:
        until = {"until": date.fromisoformat(choice["until"]), "reason": choice["reason"]} if choice["until"] else {}
        stage["deferral"] = {"choice": choice["choice"], **until}
    if decision.minutes:
        stage["minutes"] = decision.minutes | {"met_on": date.fromisoformat(decision.minutes["met_on"])}
    return {name: value for name, value in stage.items() if value}


def _answer(item: DecisionItem) -> dict[str, Any]:
    """Return what the stage says of an item: nothing but its number where it was approved or noted without more."""
    usual = DecisionItem.Answer.NOTED if item.verb == DecisionItem.Verb.NOTE else DecisionItem.Answer.APPROVED
    content: dict[str, Any] = {"number": item.number}
    content |= {"answer": item.answer} if item.answer != usual else {}
    own = {
        "conditions": item.conditions,
        "before_payment": item.before_payment,
        "reason": item.reason,
        **_choices(item),
    }
    return content | {name: value for name, value in own.items() if value}


def _choices(item: DecisionItem) -> dict[str, Any]:
    """Return what an item lifts and changes of earlier decisions, as the stage has it."""
    kept: dict[str, list[Any]] = defaultdict(list)
    for choice in item.choices_on_terms:
        kind, reference = standing.of_choice(choice)
        prefix = "" if kind is standing.Kind.CONDITION else "reasons_"
        if choice["choice"] == standing.KEEP:
            continue
        if kind is standing.Kind.PAYMENT:
            kept["lifted_early"].append(Payment.objects.get(reference=reference).paid_on)
            continue
        text = choice.get("was") or Condition.objects.get(reference=reference).text
        if choice["choice"] == standing.LIFT:
            kept[f"{prefix}lifted"].append(text)
        else:
            kept[f"{prefix}changed"].append({"from": text, "to": choice["text"]})
    return kept
