"""What a signed decision settled, from its frozen data alone: each grant that was approved, and each contract.

Source: the recommendations of the paper and the answers of the record, which number their items alike. A delegated
grant counts where the paper reports it and the record notes it. What was refused or deferred is no grant of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from grants import money
from grants.days import day_of
from grants.refusal import Refused

# The values of `DecisionItem.Answer`, of `DecisionItem.Verb` and of `Award.Route`.
REFUSED, DEFERRED = "refused", "deferred"
GRANTED = frozenset({"approved", "conditions", "noted"})
AS_ASKED = frozenset({"approved", "noted"})
NOTE = "note"
DELEGATED, DECIDED = "delegated", "dmpc"
# What was frozen before the values were holds a choice as the label that a reader saw on that day. Those labels are
# listed here once and stay as they are, whatever the models call the choices now.
OLD_LABELS: Mapping[str, Mapping[str, str]] = {
    "answer": {
        "Approved": "approved",
        "Approved with conditions": "conditions",
        "Refused": "refused",
        "Deferred": "deferred",
        "Noted": "noted",
    },
    "kind": {"Theme": "theme", "Police and Crime Plan priority": "priority", "Objective": "objective"},
    "register": {
        "Charity number": "charity",
        "Company number": "company",
        "Local authority code": "local authority",
        "Not stated": "not stated",
    },
    "ground": {
        "Only one supplier can, for technical reasons (regulation 32(2)(b)(ii))": "reg32-technical",
        "Only one supplier may, for exclusive rights (regulation 32(2)(b)(iii))": "reg32-rights",
        "The supplier is a body that the buyer controls (Teckal; regulation 12)": "teckal",
        "Extreme urgency that nobody could foresee (regulation 32(2)(c))": "reg32-urgency",
    },
}

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tag:
    """A theme, plan priority or objective of a grant; `kind` is a value of `bids.models.Tag.Kind`."""

    kind: str
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Source:
    """Money that a decision names beside its grants, in pounds: who gives it, and under which agreement."""

    name: str
    agreement: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Funding:
    """Where the allocation of a paper came from, and what was agreed above it, in pounds.

    `own` is what no grantor gives, and None where none does. `above` names who agreed what on which day.
    """

    income: tuple[Source, ...] = ()
    own: Decimal | None = None
    above: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant that was approved. A text is empty if there is none, `decision` if no paper has reported the grant.

    `register` is how a reader sees the recipient's number in a public register; `register_value` is which register it
    is, as a value of `Organisation.Register`, and `register_number` the number alone.
    """

    decision: str
    reference: str
    title: str
    recipient: str
    register: str
    register_value: str
    register_number: str
    amount: Decimal
    approved_on: date
    level: str
    approved_by: str
    purpose: str
    conditions: str
    reason: str
    legal_power: str
    tags: tuple[Tag, ...]
    locations: tuple[Data, ...]
    starts_on: str
    ends_on: str
    illustrative: str
    round: str
    round_title: str
    withheld: str = ""
    # Whether the recipients are described, to be named later.
    described: bool = False
    # Other money of its project, which is no part of the grant.
    match: tuple[Source, ...] = ()
    # Of the allocation from which the grant is paid.
    funding: Funding = field(default_factory=Funding)


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract without competition that was approved, as its decision published it."""

    decision: str
    reference: str
    supplier: str
    title: str
    amount: Decimal
    charged_to: str
    ground: str
    evidence: str
    conditions: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a paper asked for in a writer's words, and its answer. `amount` is None where it has none."""

    reference: str
    verb: str
    text: str
    amount: Decimal | None
    answer: str


def day(moment: str) -> date:
    """Return the day in London of an instant in ISO form."""
    return day_of(datetime.fromisoformat(moment))


def value_of(entry: Data, choice: str) -> str:
    """Return the value of a choice in frozen data, such as an answer; older packs hold only its label.

    Raises Refused if an older pack holds a label that no release wrote.
    """
    if f"{choice}_value" in entry:
        return str(entry[f"{choice}_value"])
    if entry[choice] not in OLD_LABELS[choice]:
        raise Refused(f"“{entry[choice]}” is not known as the {choice} of anything. Tell the auditor.")
    return OLD_LABELS[choice][entry[choice]]


def grants(paper: Data, record: Data) -> list[Grant]:
    """Return the grants that a signed decision approved or noted, in the order of its paper."""
    decided = {entry["reference"]: (entry, DECIDED) for entry in paper["appendix_1"]}
    delegated = {entry["reference"]: (entry, DELEGATED) for entry in paper["appendix_2"]}
    known, source = decided | delegated, funding(paper)
    return [
        replace(_grant(*known[name], answer, record, record["signed_at"], paper["round"]), funding=source)
        for name, answer in _answered(paper, record)
        if name in known and value_of(answer, "answer") in GRANTED
    ]


def funding(paper: Data) -> Funding:
    """Return where the allocation of a paper came from. An older pack names neither income nor anything above it."""
    sums = paper.get("reconciliation", {})
    income = [
        Source(each["grantor"], each["agreement"], money.exact(each["amount"])) for each in sums.get("income", ())
    ]
    above = [
        Source(each["agreed_by"], each["agreed_on"], money.exact(each["amount"]))
        for each in sums.get("over_agreed", ())
    ]
    return Funding(tuple(income), money.exact(sums["own_budget"]) if income else None, tuple(above))


def match_of(grants: Iterable[Grant]) -> list[Source]:
    """Return the other money of the projects of some grants, each source with its sum in pounds."""
    by_name: dict[str, list[Decimal]] = {}
    for each in (source for grant in grants for source in grant.match):
        by_name.setdefault(each.name, []).append(each.amount)
    return [Source(name, "", money.total(amounts)) for name, amounts in by_name.items()]


def differs(record: Data) -> list[Data]:
    """Return the items that were not approved as asked: refused, deferred or with other conditions."""
    return [
        item
        for item in record["items_decided"]
        if value_of(item, "answer") not in AS_ASKED or item.get("changes_conditions", False)
    ]


def after(record: Data) -> str:
    """Return, in words, what is left of the allocation after the decision; empty for an older record."""
    if "allocation_left" not in record:
        return ""
    # If a grant was only deferred before, no earlier amount stays in force when its change is not approved.
    # What takes nothing from the allocation, such as a delegation, changes nothing there.
    taking = [item for item in differs(record) if item.get("takes", True)]
    own = [item for item in taking if not item["changes"] or not item.get("stands", True)]
    denied = [item for item in taking if item not in own and value_of(item, "answer") not in GRANTED]
    kept = denied[0]["changes"] if denied else ""
    left = money.exact(record["allocation_left"])
    sentences = [
        f"After the decision {money.pounds(left)} of the allocation is left."
        if left >= 0
        else f"After the decision the allocation is exceeded by {money.pounds(-left)}, as was agreed."
    ]
    if any(value_of(item, "answer") == REFUSED for item in own):
        sentences.append("What was refused takes nothing of it.")
    if any(value_of(item, "answer") == DEFERRED for item in own):
        sentences.append("What is deferred still holds its money.")
    if kept:
        sentences.append(f"Where a change was not approved, {kept} stands.")
    if back := money.exact(record["to_recover"]):
        sentences.append(f"{money.pounds(back)} of what was refused is paid already and has to be recovered.")
    return " ".join(sentences)


def not_granted(paper: Data, record: Data) -> set[str]:
    """Return the references that a signed decision refused or deferred.

    A change that was not approved is left out, since the earlier decision still holds.
    """
    changed = {entry["reference"] for entry in paper["appendix_1"] if entry.get("was")}
    return {name for name, answer in _answered(paper, record) if value_of(answer, "answer") not in GRANTED} - changed


def with_met(grant: Grant, met: Iterable[tuple[str, str]]) -> Grant:
    """Return a grant whose conditions say which of them are met.

    `met` pairs each such condition as a paper printed it with what is printed now that it is met.
    """
    conditions = grant.conditions
    for was_printed, printed in met:
        # As a whole one: it may be the beginning or the end of another.
        if place := re.search(rf"(?<!\S){re.escape(was_printed.rstrip('.'))}(?=\.|$)", conditions):
            conditions = conditions[: place.start()] + printed.rstrip(".") + conditions[place.end() :]
    return replace(grant, conditions=conditions)


@dataclass(frozen=True, slots=True)
class Named:
    """A recipient who was named since, with its number in a public register and what it gets, in pounds."""

    reference: str
    name: str
    register: str
    register_value: str
    register_number: str
    amount: Decimal


def by_recipient(grant: Grant, named: Iterable[Named]) -> list[Grant]:
    """Return a grant to described recipients as one row for each who is named, and one for what nobody is named for.

    Together they come to the grant. Any other grant is one row, and so is one whose recipients are withheld.
    """
    if not grant.described or grant.withheld:
        return [grant]
    rows = [
        replace(
            grant,
            reference=each.reference,
            recipient=each.name,
            register=each.register,
            register_value=each.register_value,
            register_number=each.register_number,
            amount=each.amount,
            described=False,
        )
        for each in named
    ]
    left = grant.amount - money.total([row.amount for row in rows])
    whole = [*rows, replace(grant, amount=left)] if left else rows
    # The other money is of the project, so one row has it.
    return [row if not place else replace(row, match=()) for place, row in enumerate(whole)]


def with_earlier(paper: Data, grant: Grant, earlier: Grant | None) -> Grant:
    """Return a grant with the conditions and reasons that an amendment left standing.

    A newer pack holds them. An older one changed the amount alone, so they are taken from the `earlier` grant.
    """
    entries = [entry for entry in paper["appendix_1"] if entry["reference"] == grant.reference]
    if earlier is None or not entries or not entries[0].get("was") or "earlier" in entries[0]:
        return grant
    reason = grant.reason if earlier.reason in grant.reason else _both(earlier.reason, grant.reason)
    return replace(grant, conditions=_both(earlier.conditions, grant.conditions), reason=reason)


def delegated(entries: Iterable[Data], reported: Mapping[str, str], round: Data) -> list[Grant]:
    """Return the approved delegated grants of a round as they are now, from the entries of an appendix.

    `reported` gives the decision that a grant was published in, by its reference.
    """
    return [
        _grant(entry, DELEGATED, {}, {"reference": reported.get(entry["reference"], "")}, "", round)
        for entry in entries
    ]


def _grant(entry: Data, level: str, answer: Data, record: Data, signed_at: str, round: Data) -> Grant:
    # Older packs do not hold the day of a delegated approval, so the day that it was noted is used.
    approved_at = entry.get("approved_at") if level == DELEGATED else ""
    own = answer if level == DECIDED else {}
    register_value, register_number = _registered(entry)
    return Grant(
        decision=record["reference"],
        reference=entry["reference"],
        title=entry["title"],
        recipient=entry["recipient"],
        register=entry["register"],
        register_value=register_value,
        register_number=register_number,
        amount=money.exact(entry["amount"]),
        approved_on=day(approved_at or signed_at),
        level=level,
        approved_by="The force, under delegation" if level == DELEGATED else record["role"],
        purpose=entry["purpose"],
        conditions=own.get("conditions_after", _both(entry["conditions"], own.get("conditions", ""))),
        reason=_reason(entry, own),
        legal_power=entry["legal_power"],
        tags=tuple(Tag(value_of(tag, "kind"), tag["code"], tag["label"]) for tag in entry.get("tags", ())),
        locations=tuple(entry["locations"] if "locations" in entry else _locations(entry)),
        starts_on=entry.get("starts_on", ""),
        ends_on=entry.get("ends_on", ""),
        illustrative=entry["illustrative"],
        round=round["reference"],
        round_title=round["title"],
        withheld=entry.get("withheld", ""),
        described=entry.get("described", False),
        match=tuple(Source(name, "", money.exact(amount)) for name, amount in entry.get("match", ())),
    )


def _reason(entry: Data, own: Data) -> str:
    """Return why a grant was approved: by the panel, by earlier decisions and by this one."""
    if "reasons_after" in own:
        return _both(entry["reason"], own["reasons_after"])
    return _both(" ".join((entry["reason"], *_earlier_reasons(entry))), own.get("reason", ""))


def _earlier_reasons(entry: Data) -> list[str]:
    """Return the reasons for which earlier decisions approved a grant that a paper changes; older packs hold none."""
    return [each["reason"] for each in entry.get("earlier", ()) if value_of(each, "answer") in GRANTED]


def _locations(entry: Data) -> list[Data]:
    """Return where a grant works, for a pack frozen before it held that: all such packs are of the MPS."""
    everywhere = "All 32 boroughs"
    if entry["boroughs"] == everywhere:
        return [{"name": everywhere, "countryCode": "GB", "geoCode": "E23000001", "geoCodeType": "PFA"}]
    return [
        {"name": name, "countryCode": "GB", "geoCode": code, "geoCodeType": "LONB"}
        for code, name in zip(entry.get("borough_codes", ()), entry["boroughs"].split(", "), strict=False)
    ]


def _registered(entry: Data) -> tuple[str, str]:
    """Return the value of the public register that a recipient is in and its number there, or two empty texts."""
    if "register_value" in entry:
        return entry["register_value"], entry["register_number"]
    label, _, number = entry["register"].rpartition(" ")
    # Older packs hold label and number in one text, so a number with a space in it is split wrongly.
    return OLD_LABELS["register"].get(label, ""), number


def _both(one: str, other: str) -> str:
    return " ".join(filter(None, (one.strip(), other.strip())))


def contracts(paper: Data, record: Data) -> list[Contract]:
    """Return the contracts that a signed decision approved or noted, in the order of its paper."""
    known = {entry["reference"]: entry for entry in paper["contracts"]}
    return [
        Contract(
            decision=record["reference"],
            reference=name,
            supplier=known[name]["supplier"],
            title=known[name]["title"],
            amount=money.exact(known[name]["amount"]),
            charged_to=known[name]["charged_to"],
            ground=known[name]["ground"],
            evidence=known[name]["evidence"],
            conditions=answer["conditions"],
            decided_on=day(record["signed_at"]),
        )
        for name, answer in _answered(paper, record)
        if name in known and value_of(answer, "answer") in GRANTED
    ]


def items(paper: Data, record: Data) -> list[Item]:
    """Return what a signed decision answered of the items in a writer's words, in the order of its paper."""
    answers = {answer["recommendation"]: answer for answer in record["items_decided"]}
    return [
        Item(
            reference=asked["items"][0]["reference"],
            verb=asked["verb"],
            text=asked["text"],
            amount=money.exact(asked["amount"]) if asked["amount"] else None,
            answer=answers[asked["number"]]["answer"],
        )
        for asked in paper["recommendations"]
        if "kind_value" in asked
    ]


def _answered(paper: Data, record: Data) -> Iterator[tuple[str, Data]]:
    """Yield the reference of each grant or contract that was asked or reported, with its answer."""
    items_by_number = {item["number"]: item for item in record["items_decided"]}
    number = 0
    for recommendation in paper["recommendations"]:
        # A recommendation to note has one answer, a recommendation to approve has one for each item.
        noted = recommendation["verb"] == NOTE
        number += noted
        for item in recommendation["items"]:
            number += not noted
            answer = items_by_number.get(number)
            if answer is None or answer["recommendation"] != recommendation["number"]:
                raise Refused(f"The record of {record['reference']} does not answer its paper. Tell the auditor.")
            yield item["reference"], answer
