"""Transitions of the items of a paper: ask for one in words, change it, withdraw it. No other module writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from approvals.enums import Amount, ItemKind
from approvals.models import Decision, PaperItem
from approvals.routing import commitments
from grants import audit, money, states
from grants.days import day_of
from grants.models import User, new_references
from grants.refusal import Incomplete, must_be_current
from grants.rounds import rounds

_CONTENT = ("kind", "title", "wording", "amount", "source", "whom", "until")


@dataclass(frozen=True)
class ItemContent:
    """What a writer enters of an item. `kind` is a value of `ItemKind`; `amount` is in pounds, None without one.

    `title` names it in lists and tables, `wording` follows its verb in the recommendations, and `source` says where the
    amount comes from.
    """

    kind: str
    title: str
    wording: str
    amount: Decimal | None = None
    source: str = ""
    whom: str = ""
    until: date | None = None


def faults(content: ItemContent, today: date) -> Iterator[tuple[str, str]]:
    """Yield each field that does not fit the kind of an item, with what to do about it."""
    rule = ItemKind(content.kind).rule
    what = f"“{rule.label}”"
    if rule.amount is Amount.MUST and content.amount is None:
        yield "amount", f"Enter the amount: {what} has one"
    if rule.amount is Amount.NEVER and content.amount is not None:
        yield "amount", f"Delete the amount: {what} has none"
    if content.amount is not None and not content.source.strip():
        yield "source", "Enter where the amount comes from"
    if content.amount is None and content.source.strip():
        yield "source", "Delete the source: without an amount there is nothing that it is the source of"
    if rule.whom and not content.whom.strip():
        yield "whom", f"Enter {rule.whom[0].lower()}{rule.whom[1:]}"
    if not rule.whom and content.whom.strip():
        yield "whom", f"Delete the name: {what} names nobody"
    if rule.until and content.until is None:
        yield "until", "Enter the last day"
    if rule.until and content.until is not None and content.until < today:
        yield "until", "The last day must not be in the past"
    if not rule.until and content.until is not None:
        yield "until", f"Delete the day: {what} has no last day"


@transaction.atomic
def ask_item(
    *,
    decision: Decision,
    content: ItemContent,
    by: User,
    at: datetime,
    item: PaperItem | None = None,
    seen: int | None = None,
) -> PaperItem:
    """Ask for something in a paper, or change an `item` that waits for a decision.

    Raises Refused if the paper has been submitted, a field does not fit the kind, or the allocation cannot hold it.
    """
    decision = _with_writers(decision, "ask item")
    verb, before = "ask item: new", {}
    if item:
        verb = "ask item: change"
        item = PaperItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
        must_be_current(item, seen)
        states.must_allow(item, verb, f"{item.title} has been decided or withdrawn, so it cannot be changed")
        before = {name: getattr(item, name) for name in _CONTENT}
    if wrong := list(faults(content, day_of(at))):
        raise Incomplete(wrong)
    if ItemKind(content.kind).rule.takes and content.amount is not None:
        held = item.amount if item and item.item_kind.rule.takes and item.amount else money.ZERO
        commitments.must_fit(decision.round, content.amount, instead_of=held)
    if item is None:
        taken = PaperItem.objects.values_list("reference", flat=True)
        item = PaperItem(decision=decision, reference=new_references("ITM", 1, taken)[0], version=0)
    for name, value in _stripped(content).items():
        setattr(item, name, value)
    item.asked_by, item.asked_at = by, at
    item.version += 1
    item.save()
    facts = {"decision": decision.reference, **{name: getattr(item, name) for name in _CONTENT}}
    audit.record("ask item", item, round=decision.round, by=by, at=at, before=before, facts=facts)
    return item


def _stripped(content: ItemContent) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in vars(content).items()}


@transaction.atomic
def withdraw_item(
    *, decision: Decision, item: PaperItem, reason: str, by: User, at: datetime, seen: int | None = None
) -> None:
    """Take an item out of the paper. What it would have taken from the allocation is free again."""
    decision = _with_writers(decision, "withdraw item")
    item = PaperItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    must_be_current(item, seen)
    states.move(item, "withdraw item")
    item.version += 1
    item.save(update_fields=["state", "version"])
    facts = {"decision": decision.reference, "amount": item.amount}
    audit.record("withdraw item", item, round=decision.round, by=by, at=at, because=reason, facts=facts)


def _with_writers(decision: Decision, verb: str) -> Decision:
    """Lock the round and the paper, and return it. Raises Refused where the paper or another one is submitted."""
    round = rounds.lock(decision.round)
    decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    decision.round = round
    refusal = f"{decision.reference} has been submitted. You can change what it asks for only if the office returns it."
    states.must_allow(decision, verb, refusal)
    commitments.must_not_be_in_flight(round)
    return decision


def settle(item: PaperItem, verb: str) -> None:
    """Move an item by the answer of a decision that is being signed. `verb` is a row of its table."""
    states.move(item, verb)
    item.version += 1
    item.save(update_fields=["state", "version"])
