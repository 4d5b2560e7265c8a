"""Transitions of the items of a paper: ask for one in words, change it, withdraw it. No other module writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from approvals.enums import Amount, Base, ItemKind
from approvals.models import Decision, PaperItem
from approvals.models.items import PaperItemQuerySet
from approvals.routing import commitments
from grants import audit, money, states
from grants.days import day_of
from grants.models import Income, Round, User, new_references
from grants.refusal import Incomplete, Refused, must_be_current
from grants.rounds import income, rounds

_CONTENT = ("kind", "title", "wording", "amount", "source", "whom", "until", "percent", "percent_of", "income")


@dataclass(frozen=True)
class ItemContent:
    """What a writer enters of an item. `kind` is a value of `ItemKind`; `amount` is in pounds, None without one.

    `title` names it in lists and tables, `wording` follows its verb in the recommendations, and `source` says where the
    amount comes from. `income` is the money of a grantor that the item accepts; amount, source and grantor come
    from it where they are left out. A fee may be a `percent` of a sum of the round, `percent_of`, which is a value of
    `Base`; its amount is worked out where it is left out.
    """

    kind: str
    title: str
    wording: str
    amount: Decimal | None = None
    source: str = ""
    whom: str = ""
    until: date | None = None
    income: Income | None = None
    percent: Decimal | None = None
    percent_of: str = ""


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
    if content.percent is not None and not rule.percent:
        yield "percent", f"Delete the percentage: {what} has none"
    if content.percent is not None and not content.percent_of:
        yield "percent_of", "Select what the percentage is of"
    if content.percent is None and content.percent_of:
        yield "percent", "Enter the percentage"
    if content.income and content.kind != ItemKind.ACCEPT_MONEY:
        yield "income", f"Delete the income: {what} accepts none"
    elif content.income and content.amount not in (None, content.income.amount):
        yield "amount", f"Enter {money.pounds(content.income.amount)}, the amount of the income, or nothing"


def offered(decision: Decision, item: PaperItem | None = None) -> list[Income]:
    """Return the income of a paper's round that an item may accept: none that another item accepts already."""
    others = _others(item).exclude(income=None)
    waiting = Income.objects.filter(round=decision.round_id, state=Income.State.OFFERED)
    return list(waiting.exclude(pk__in=others.values("income")))


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
        before = _content_of(item)
    content = _with_percentage(decision.round, _with_income(content, item))
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
    facts = {"decision": decision.reference, **_content_of(item)}
    audit.record("ask item", item, round=decision.round, by=by, at=at, before=before, facts=facts)
    return item


def _others(item: PaperItem | None) -> PaperItemQuerySet:
    """Return the items in force but this one."""
    items = PaperItem.objects.in_force()
    return items.exclude(pk=item.pk) if item else items


def _with_income(content: ItemContent, item: PaperItem | None) -> ItemContent:
    """Return the content with what it leaves out of its income. Raises Refused if it cannot accept that income."""
    if content.income is None:
        return content
    accepted = Income.objects.select_for_update(of=("self",)).get(pk=content.income.pk)
    others = _others(item).filter(income=accepted)
    if accepted.state != Income.State.OFFERED or others.exists():
        raise Refused("Choose income that is not accepted yet and that no other item accepts", field="income")
    return replace(
        content,
        income=accepted,
        amount=accepted.amount if content.amount is None else content.amount,
        source=content.source or accepted.agreement,
        whom=content.whom or accepted.grantor,
    )


def _with_percentage(round: Round, content: ItemContent) -> ItemContent:
    """Return the content with the amount of its percentage. Raises Refused for another amount than that."""
    if content.percent is None or not content.percent_of or not ItemKind(content.kind).rule.percent:
        return content
    sums = commitments.of_round(round=round)
    bases = {Base.GRANTS: sums.grants.total, Base.ALLOCATION: sums.allocation, Base.INCOME: sums.income.total}
    base = Base(content.percent_of)
    amount = money.percentage(content.percent, bases[base])
    words = f"{money.per_cent(content.percent)} of {base.label[0].lower()}{base.label[1:]}"
    if content.amount not in (None, amount):
        raise Refused(f"{words} is {money.pounds(amount)}. Enter that, or nothing", field="amount")
    return replace(content, amount=amount, source=content.source or words)


def _content_of(item: PaperItem) -> dict[str, Any]:
    """Return what the trail holds of an item."""
    content = {name: getattr(item, name) for name in _CONTENT if name != "income"}
    return content | ({"income": item.income.reference} if item.income else {})


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


def settle(item: PaperItem, verb: str, *, decision: Decision, reason: str, by: User, at: datetime) -> None:
    """Move an item by the answer of a decision that is being signed, and the income that it accepts with it.

    `verb` is a row of its table. An uplift that is refused lowers the allocation of `decision.round`.
    """
    states.move(item, verb)
    item.version += 1
    item.save(update_fields=["state", "version"])
    if item.income is None:
        return
    if item.state == PaperItem.State.AGREED:
        if item.income.amount != item.amount:
            raise Refused(f"{item.income.grantor} gives another amount than the pack. The pack must be returned.")
        income.accept(item.income, decision=decision.reference, reason=reason, by=by, at=at)
    elif item.state == PaperItem.State.REFUSED:
        decision.round = income.refuse(item.income, reason=reason, by=by, at=at)
