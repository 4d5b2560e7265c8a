"""The first stage: the round opens with its people, limits and budget lines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from approvals.loading.contents import path_of_body
from approvals.loading.folder import BadFolder, Folder, pounds, profile, table_of
from approvals.models import DelegationRule
from approvals.routing import limits
from grants import body_folder, money
from grants.bodies import Body
from grants.models import RoleHolding, User, own_body
from grants.people import people
from grants.roles import Role
from grants.rounds import income, rounds


def open_round(folder: Folder) -> int:
    """Open the round of the folder, and return how many budget lines it has."""
    settings = folder.toml["round"]
    at = folder.at(settings["opens_on"])
    administrator = _administrator(folder, at)
    texts = ("reference", "title", "financial_year", "purpose", "routing_key", "scored", "grace_days")
    days = ("opens_on", "closes_on", "scoring_closes_on")
    values: dict[str, Any] = {name: settings[name] for name in texts if name in settings}
    values |= {name: date.fromisoformat(str(settings[name])) for name in days if name in settings}
    folder.round = rounds.open_round(
        terms=rounds.RoundTerms(
            **values,
            allocation=pounds(settings["allocation"]),
            profile=profile(settings.get("years", {})),
            over_allocation_percent=pounds(percent) if (percent := settings.get("over_allocation_percent")) else None,
            own_budget=pounds(settings["own_budget"]) if "own_budget" in settings else None,
        ),
        body=body_of(folder),
        by=administrator,
        at=at,
    )
    for person in folder.toml["people"]:
        _hire(folder, person, administrator, at)
    _confirm_rules(folder, administrator, at)
    _record_income(folder, at)
    lines = folder.toml.get("budget_lines", [])
    for line in lines:
        rounds.keep_budget_line(
            round=folder.round,
            content=rounds.LineContent(
                kind=line["kind"],
                label=line["label"],
                amount=pounds(line["amount"]),
                note=line.get("note", ""),
                profile=profile(line.get("years", {})),
            ),
            reason=line["reason"],
            by=folder.person(line["by"]),
            at=at,
        )
    return len(lines)


def body_of(folder: Folder) -> Body:
    """Return the body whose folder the round names, or that of this deployment. Raises BadBody."""
    path = table_of(folder.toml, "round").get("body")
    try:
        return body_folder.read(folder.path / path_of_body(path)) if isinstance(path, str) else own_body()
    except ValueError as wrong:
        raise BadFolder(f"round.toml, [round], body: {wrong}") from None


def _record_income(folder: Folder, at: datetime) -> None:
    """Record the money of grantors. An uplift follows the income that it raises."""
    for entry in folder.toml.get("income", []):
        terms = income.IncomeTerms(
            grantor=entry["grantor"],
            agreement=entry["agreement"],
            agreed_on=date.fromisoformat(str(entry["agreed_on"])),
            amount=pounds(entry["amount"]),
            profile=profile(entry.get("years", {})),
            conditions=entry.get("conditions", "").strip(),
            uplifts=folder.income(entry["uplifts"]) if "uplifts" in entry else None,
            accepted_in=entry.get("accepted_in", ""),
        )
        income.keep_income(round=folder.round, terms=terms, by=folder.person(entry["by"]), at=at)


def _administrator(folder: Folder, at: datetime) -> User:
    """Return the administrator of the database, or the one that the folder names where there is none."""
    settings = folder.toml["administrator"]
    held = RoleHolding.objects.filter(role=Role.ADMINISTRATOR, ended_at=None).select_related("user").first()
    if held:
        return held.user
    person = people.add_administrator(username=settings["username"], name=settings["name"], at=at)
    people.set_password(person=person, password=folder.password, at=at)
    return person


def _hire(folder: Folder, entry: dict[str, Any], administrator: User, at: datetime) -> None:
    """Give a person their roles in the round, and add them first where they are new."""
    person = User.objects.filter(username=entry["username"]).first()
    if person is None:
        person = people.add_person(
            username=entry["username"],
            name=entry["name"],
            unit=entry.get("unit", ""),
            email=entry.get("email", ""),
            by=administrator,
            at=at,
        )
        people.set_password(person=person, password=folder.password, at=at)
    for role in entry["roles"]:
        level = entry.get("level", "") if role == Role.DMPC else ""
        people.give_role_at_opening(
            person=person,
            post=people.Post(Role(role), folder.round, level),
            by=administrator,
            at=at,
            reason="Named for the round",
        )


def _confirm_rules(folder: Folder, administrator: User, at: datetime) -> None:
    """Confirm the limits of the body, or those of the folder in place of them."""
    lead = folder.person(folder.toml["round"]["rules_confirmed_by"])
    for rule in folder.toml.get("delegation_rules", []):
        terms = limits.RuleTerms(
            kind=rule["kind"],
            limit=pounds(rule["limit"]),
            below=rule["below"],
            at_or_above=rule["at_or_above"],
            citation=rule["citation"],
            valid_from=date.fromisoformat(str(rule["valid_from"])),
            further=tuple(
                {"from": money.text(pounds(level["from"])), "who": level["who"], "citation": level["citation"]}
                for level in rule.get("further", [])
            ),
        )
        limits.propose_rule(round=folder.round, terms=terms, by=administrator, at=at)
    own = {rule["kind"] for rule in folder.toml.get("delegation_rules", [])}
    defaults = {(limit.kind, limit.citation) for limit in folder.round.body.limits}
    for rule_row in DelegationRule.objects.filter(round=folder.round).order_by("id"):
        # A folder's own rule of a kind replaces the default, which then nobody confirms.
        if rule_row.kind in own and (rule_row.kind, rule_row.citation) in defaults:
            continue
        limits.confirm_rule(rule=rule_row, verified=False, reason="Limits of the round", by=lead, at=at)
