"""A round as a folder that loads to the same data: what `playing.py` reads, written from what is stored.

What a folder has no place for is listed, so that nobody takes it for the whole of such a round.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.db.models import Q

from approvals.loading import body_text, export_bids, export_direct, export_papers, trail
from approvals.loading.contents import FILES
from approvals.loading.toml_text import toml_of
from approvals.loading.trail import Trail
from approvals.models import (
    CarryOver,
    Decision,
    DelegationRule,
    MatchFunding,
    NamedRecipient,
    SingleTenderAction,
)
from bids.models import Bid, BidFile, Knowledge, Practice
from grants import money, years
from grants.days import day_of
from grants.models import Alias, Income, Organisation, RoleHolding, Round, own_body
from grants.roles import Role

BODY = "body"
STORE = "bid_files"


class NotEmpty(Exception):
    """The folder to write into holds something already."""


def export(round: Round, path: Path) -> list[str]:
    """Write a round into a new folder, and return a sentence for each kind of event that a folder has no place for.

    Raises NotEmpty where the folder is there and not empty.
    """
    if path.exists() and any(path.iterdir()):
        raise NotEmpty(f"{path} is not empty")
    path.mkdir(parents=True, exist_ok=True)
    events = Trail(round)
    toml = _toml(round, events)
    (path / "round.toml").write_text(toml_of(toml), encoding="utf-8")
    for name, rows in export_bids.tables(round, events):
        if rows:
            _write_table(path / f"{name}.csv", rows)
    if "body" in toml["round"]:
        body_text.write(round.body, path / BODY)
    _write_files(round, path)
    return events.left_out()


def _write_table(file: Path, rows: Sequence[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_files(round: Round, path: Path) -> None:
    for file in BidFile.objects.filter(bid__round=round).select_related("bid").order_by("bid", "place"):
        folder = path / FILES / file.bid.source_reference
        folder.mkdir(parents=True, exist_ok=True)
        with storages[STORE].open(file.stored_as) as content, (folder / file.name).open("wb") as opened:
            shutil.copyfileobj(content, opened)


def _toml(round: Round, events: Trail) -> dict[str, Any]:
    toml = {
        "round": _round(round, events),
        "administrator": _administrator(),
        "people": list(_people(round)),
        "income": list(_income(round)),
        "budget_lines": list(_lines(round, events)),
        "delegation_rules": list(_rules(round)),
        "organisations": list(_organisations(round)),
        "direct_awards": list(export_direct.direct_awards(round)),
        "single_tender_actions": list(_contracts(round, events)),
        "match_funding": list(_match_funding(round)),
        "knowledge": list(_knowledge(round)),
        "practice": _practice(round, events),
        "stages": _stages(round, events),
        "decision": export_papers.paper(round, events),
        "amendment": export_papers.amendment(round, events),
    }
    return {name: value for name, value in toml.items() if value or name in ("stages",)}


def _stages(round: Round, events: Trail) -> dict[str, Any]:
    named = export_direct.named(round, events)
    of_papers = export_papers.stages(round, events)
    stages = {**export_bids.stages(round, events), **of_papers, **({"named": named} if named else {})}
    return events.in_order_of_play(stages)


def _round(round: Round, events: Trail) -> dict[str, Any]:
    # The terms on which it opened: an uplift raises the allocation later, and money carried over moves in it.
    opened = events.of("open round")[0].facts
    extended = events.of("extend scoring")
    closes = extended[0].before["scoring_closes_on"] if extended else round.scoring_closes_on
    confirmed = DelegationRule.objects.filter(round=round).exclude(confirmed_by=None).select_related("confirmed_by")
    lead = confirmed.order_by("pk").first()
    own = {
        "reference": round.reference,
        "title": round.title,
        "financial_year": round.financial_year,
        "allocation": opened["allocation"],
        "purpose": round.purpose,
        "opens_on": round.opens_on,
        "closes_on": round.closes_on,
        "scoring_closes_on": closes,
        "grace_days": round.grace_days,
        "routing_key": round.routing_key,
        "scored": round.scored,
        "rules_confirmed_by": lead.confirmed_by.username if lead and lead.confirmed_by else "",
        "body": BODY if round.body.digest != own_body().digest else "",
        "own_budget": None if round.own_budget is None else money.text(round.own_budget),
        "over_allocation_percent": _percent(round),
        "years": _profile(opened.get("years", [])),
    }
    return {name: value for name, value in own.items() if value or name == "scored"}


def _percent(round: Round) -> str:
    """Return by how much a round may be over-allocated, where its body says something else."""
    percent = round.over_allocation_percent
    return "" if percent == round.body.over_allocation_percent else money.text(percent)


def _profile(stored: list[list[str]]) -> dict[str, str]:
    return dict(stored)


def _administrator() -> dict[str, str]:
    held = RoleHolding.objects.filter(role=Role.ADMINISTRATOR, ended_at=None).select_related("user").first()
    return {"username": held.user.username, "name": held.user.name} if held else {}


def _people(round: Round) -> Iterator[dict[str, Any]]:
    """Yield those who hold or held a role in the round itself, in the order in which they got the first one."""
    held = RoleHolding.objects.filter(round=round, through=None).select_related("user").order_by("pk")
    roles: dict[Any, list[str]] = {}
    levels: dict[Any, str] = {}
    for holding in held:
        roles.setdefault(holding.user, []).append(holding.role)
        levels[holding.user] = levels.get(holding.user) or holding.level
    for user, own in roles.items():
        content = {"username": user.username, "name": user.name, "unit": user.unit, "email": user.email}
        content["level"] = levels[user]
        yield {**{name: value for name, value in content.items() if value}, "roles": list(dict.fromkeys(own))}


def _lines(round: Round, events: Trail) -> Iterator[dict[str, Any]]:
    for line in round.lines.order_by("pk"):
        kept = events.of("keep budget line", line.reference)[-1]
        content = {
            **{name: str(kept.facts[name]) for name in ("kind", "label", "amount", "note")},
            **trail.when_and_who(kept, reason=True),
            "years": _profile(kept.facts.get("profile", [])),
        }
        yield {name: value for name, value in content.items() if value and name != "on"}


def _income(round: Round) -> Iterator[dict[str, Any]]:
    own = set(Decision.objects.filter(round=round).values_list("reference", flat=True))
    for income in Income.objects.filter(round=round).select_related("uplifts", "recorded_by").order_by("pk"):
        content = {
            "grantor": income.grantor,
            "agreement": income.agreement,
            "agreed_on": income.agreed_on,
            "amount": money.text(income.amount),
            "conditions": income.conditions,
            "uplifts": income.uplifts.agreement if income.uplifts else "",
            # What a paper of the round accepted is accepted again when that is signed.
            "accepted_in": "" if income.accepted_in in own else income.accepted_in,
            "by": income.recorded_by.username,
            "years": _profile(income.profile),
        }
        yield {name: value for name, value in content.items() if value}


def _rules(round: Round) -> Iterator[dict[str, Any]]:
    """Yield the confirmed limits that are not those of the body."""
    defaults = {(limit.kind, limit.citation) for limit in round.body.limits}
    for rule in DelegationRule.objects.filter(round=round).exclude(confirmed_by=None).order_by("pk"):
        if (rule.kind, rule.citation) not in defaults:
            yield {
                "kind": rule.kind,
                "limit": money.text(rule.limit),
                "below": rule.below,
                "at_or_above": rule.at_or_above,
                "citation": rule.citation,
                "valid_from": rule.valid_from,
                **({"further": list(rule.further)} if rule.further else {}),
            }


def _organisations(round: Round) -> Iterator[dict[str, Any]]:
    """Yield the bodies with other names that no bid brings."""
    # A bid brings another name of a body only where its number says that it is the same.
    numbered = Bid.rows.filter(round=round).exclude(recipient=None).exclude(number_as_written="")
    written = set(numbered.values_list("recipient", "recipient_as_written"))
    concerned = Q(bids__round=round) | Q(pk__in=SingleTenderAction.objects.filter(round=round).values("supplier"))
    concerned |= Q(pk__in=NamedRecipient.objects.filter(award__round=round).values("organisation"))
    for body in Organisation.objects.filter(concerned).distinct().order_by("pk"):
        names = [alias.name for alias in Alias.objects.filter(organisation=body).order_by("pk")]
        others = [name for name in names if name != body.name]
        if any((body.pk, name) not in written for name in others):
            number = {"register": body.register, "number": body.number} if body.number else {}
            yield {"name": body.name, "aliases": others, **number}


def _contracts(round: Round, events: Trail) -> Iterator[dict[str, Any]]:
    actions = SingleTenderAction.objects.filter(round=round).select_related("supplier", "approved_by").order_by("pk")
    for action in actions:
        approved = events.of("approve contract", action.reference)
        profile, charged_to = _before_carry_overs(action)
        content = {
            "title": action.title,
            "amount": money.text(action.amount),
            "charged_to": charged_to,
            "ground": action.ground,
            "evidence": action.evidence,
            "other_grounds": action.other_grounds,
            "proposal": action.proposal,
            "performance": action.performance,
            **events.stage("keep single tender action", action.reference),
            "approved_by": approved[-1].actor.username if approved and approved[-1].actor else "",
            "approved_because": approved[-1].because if approved else "",
            "profile": _profile(profile),
            "supplier": _supplier(action.supplier),
        }
        needed = ("evidence", "proposal", "performance")
        yield {name: value for name, value in content.items() if value or name in needed}


def _before_carry_overs(action: SingleTenderAction) -> tuple[list[list[str]], str]:
    """Return the years of a contract and the one that it is charged to, from before money of it was carried over."""
    moves = list(action.carry_overs.filter(state=CarryOver.State.CONFIRMED).order_by("pk"))
    if not moves:
        return action.profile, action.charged_to
    if action.charged_to:
        return action.profile, moves[0].slots[0].year
    slots = action.round.slots
    parts = action.charged_years(slots)
    for move in moves:
        parts = years.moved(parts, [(slot, -part) for slot, part in move.years], slots)
    return years.written([(slot, part) for slot, part in parts if part]), ""


def _match_funding(round: Round) -> Iterator[dict[str, Any]]:
    stated = MatchFunding.objects.filter(award__round=round, state=MatchFunding.State.STATED).order_by("pk")
    for each in stated.select_related("award__bid", "recorded_by"):
        yield {
            "bid": each.award.bid.source_reference,
            "source": each.source,
            "amount": money.text(each.amount),
            "on": day_of(each.recorded_at),
            "by": each.recorded_by.username,
        }


def _supplier(supplier: Organisation) -> dict[str, str]:
    number = {"register": supplier.register, "number": supplier.number} if supplier.number else {}
    return {"name": supplier.name, **number}


def _knowledge(round: Round) -> Iterator[dict[str, Any]]:
    for known in Knowledge.objects.filter(round=round).select_related("member").order_by("pk"):
        yield {
            "member": known.member.username,
            "themes": [tag.code for tag in known.themes.order_by("pk")],
            "boroughs": [round.body.areas.by_code[code].name for code in known.boroughs],
        }


def _practice(round: Round, events: Trail) -> dict[str, Any]:
    practice = Practice.objects.filter(round=round).first()
    if practice is None:
        return {}
    compared = events.stage("compare practice", reason=True)
    return {
        "title": practice.title,
        "bidder": practice.bidder,
        "amount": money.text(practice.amount),
        "case": practice.case,
        **({"compared_on": compared["on"], "reason": compared["reason"]} if compared else {}),
    }
