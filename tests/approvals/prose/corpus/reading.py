"""Read the corpus: each round as the figures that its paper would know, and the sentences about it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from approvals.enums import Level
from approvals.figures import listing
from approvals.prose.claims import Group, Member
from approvals.prose.figures import Figure
from approvals.prose.known import Known
from approvals.reconciliation.facts import BidEntry, Contract, Grant, Line, Outcome, Payment, Position
from grants import money
from grants.years import Profile, Slot
from tests.approvals.prose.corpus.facts import facts_of

HERE = Path(__file__).parent
Grants = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the corpus. One whose `kind` is outside has numbers that no register can know."""

    round: str
    is_true: bool
    kind: str
    text: str
    why: str


def sentences() -> list[Sentence]:
    with (HERE / "sentences.csv").open(encoding="utf-8", newline="") as opened:
        return [
            Sentence(row["round"], row["truth"] == "true", row["kind"], row["sentence"], row["why"])
            for row in csv.DictReader(opened)
        ]


def rounds() -> dict[str, dict[str, Any]]:
    whole = json.loads((HERE / "rounds.json").read_text(encoding="utf-8"))
    return {each["reference"]: each for each in whole["rounds"]}


def agreed(grants: Grants) -> Decimal:
    return money.total([Decimal(each["agreed"]) for each in grants])


def number(grants: Grants) -> int:
    return sum(each.get("count", 1) for each in grants)


def known_of(round: dict[str, Any]) -> Known:
    """What the paper of a round knows, by the names that `approvals.paper.figures` and `sets` give it."""
    grants = [each for each in round["grants"] if each["state"] == "recommended"]
    above, below = ([each for each in grants if each["route"] == route] for route in ("decided", "delegated"))
    figures = [*_sums(round, grants, above, below), *_counts(round, grants, above, below)]
    groups = [
        Group(name, "grants", words, _members(of))
        for name, words, of in (
            ("grants asked for", ("asked for",), above or below),
            ("grants above the threshold", ("above the threshold", "for decision"), above),
            ("grants below the threshold", ("below the threshold", "delegated", "delegation"), below),
            ("grants of the round", ("all grants", "all the grants", "of the round"), grants),
        )
    ]
    return Known(
        {figure.name: figure for figure in figures},
        groups=groups,
        payees=list(_payees(round, grants)),
        facts=facts_of(round),
        others=listing.of_position(position_of(round)),
    )


def position_of(round: dict[str, Any]) -> Position:
    """The round as the product reads it, from which the list of its figures is made."""
    several = len(round["financial_years"]) > 1
    bids = list(enumerate(_singly(round["grants"]), start=1))
    recommended = [(place, each) for place, each in bids if each["state"] == "recommended"]

    def profile(by_year: dict[str, str]) -> Profile:
        return [(Slot(year), Decimal(part)) for year, part in by_year.items()] if several else []

    return Position(
        reference=round["reference"],
        allocation=Decimal(round["allocation"]),
        years=profile(round["allocation_by_year"]),
        lines=[
            Line(f"L{place}", line["label"], Decimal(line["amount"]), years=profile(line.get("by_year", {})))
            for place, line in enumerate(round["budget_lines"], start=1)
        ],
        contracts=[
            Contract(
                f"C{place}",
                each["title"],
                Decimal(each["amount"]),
                [(year, Decimal(part)) for year, part in each["by_year"].items()],
                supplier=each["supplier"],
                years=profile(each["by_year"]),
            )
            for place, each in enumerate(round["contracts"], start=1)
        ],
        grants=[_grant(place, each, profile(each["by_year"])) for place, each in recommended],
        bids=[
            BidEntry(
                str(place),
                Decimal(each["asked"]),
                [_outcome(each)],
                Decimal(each["asked"]),
                label=each["title"],
                recipient=each["recipient"],
            )
            for place, each in bids
        ],
    )


def _singly(grants: Grants) -> Iterator[dict[str, Any]]:
    """Each grant alone. A row of several grants, whose single values are not published, is divided equally."""
    for each in grants:
        count = each.get("count", 1)
        parts = money.share(Decimal(each["asked"]), [Decimal(1)] * count)
        for part in parts if count > 1 else ():
            one = {"asked": str(part), "agreed": str(part), "title": f"{each['title']} {part}"}
            yield each | one | {"by_year": dict.fromkeys(each["by_year"], str(part))}
        if count == 1:
            yield each


def _grant(place: int, each: dict[str, Any], profile: Profile) -> Grant:
    level = {"decided": Level.DMPC, "delegated": Level.DELEGATED}[each["route"]]
    agreed, paid = Decimal(each["agreed"]), Decimal(each["paid"])
    return Grant(
        f"G{place}",
        str(place),
        each["title"],
        agreed,
        agreed,
        level,
        level,
        paid=paid,
        recipient=each["recipient"],
        payments=[Payment(f"P{place}", paid, date(2020, 1, 1))] if paid else [],
        themes=[(theme, theme) for theme in each["themes"]],
        boroughs=[(area, area) for area in each["areas"]],
        years=profile,
        asked_for=Decimal(each["asked"]),
        family=each.get("family", ""),
        unit=each.get("sponsoring_unit", ""),
    )


def _outcome(each: dict[str, Any]) -> Outcome:
    if each["state"] == "recommended":
        return {"decided": Outcome.DMPC, "delegated": Outcome.DELEGATED}[each["route"]]
    return {"refused": Outcome.REFUSED, "deferred": Outcome.OPEN}[each["state"]]


def _sums(round: dict[str, Any], grants: Grants, above: Grants, below: Grants) -> Iterator[Figure]:
    lines = [Decimal(line["amount"]) for line in round["budget_lines"]]
    contracts = [Decimal(contract["amount"]) for contract in round["contracts"]]
    spent = money.total([*lines, *contracts, agreed(grants)])
    allocation = Decimal(round["allocation"])
    for name, amount in (
        ("allocation", allocation),
        ("contracts", money.total(contracts)),
        ("grants", agreed(grants)),
        ("grants above the threshold", agreed(above)),
        ("grants below the threshold", agreed(below)),
        ("grants asked for", agreed(above)),
        ("grants and contracts together", agreed(grants) + money.total(contracts)),
        ("expenditure", spent),
        ("underspend", allocation - spent),
        ("grant limit", Decimal(round["limit"])),
    ):
        yield Figure(name, name, amount=amount)
    for grant in grants:
        yield Figure(f"grant {grant['title']}".casefold(), "Each grant", amount=Decimal(grant["agreed"]))
    for line in round["budget_lines"]:
        yield Figure(line["label"].casefold(), "Budget line", amount=Decimal(line["amount"]))


def _counts(round: dict[str, Any], grants: Grants, above: Grants, below: Grants) -> Iterator[Figure]:
    for name, of in (("grants", grants), ("grants above the threshold", above), ("grants below the threshold", below)):
        yield Figure(f"number of {name}", name, count=number(of), thing="grants")
    recipients = {each["recipient"] for each in grants}
    yield Figure("number of recipients", "recipients", count=len(recipients), thing="recipients")
    yield Figure("number of contracts", "contracts", count=len(round["contracts"]), thing="contracts")
    received = round.get("bids", {}).get("received", number(round["grants"]))
    yield Figure("bids received", "bids", count=received, thing="bids")


def _payees(round: dict[str, Any], grants: Grants) -> Iterator[Figure]:
    parts: dict[str, list[Decimal]] = {}
    for grant in grants:
        for name in {grant["recipient"], grant["title"]}:
            parts.setdefault(name, []).append(Decimal(grant["agreed"]))
    for contract in round["contracts"]:
        for name in {contract["supplier"], contract["title"]}:
            parts.setdefault(name, []).append(Decimal(contract["amount"]))
    for line in round["budget_lines"]:
        parts.setdefault(line["label"], []).append(Decimal(line["amount"]))
    for name, amounts in parts.items():
        for amount in dict.fromkeys([money.total(amounts), *amounts]):
            yield Figure(name, f"What {name} gets", amount)


def _members(grants: Grants) -> list[Member]:
    return [Member(each["title"], Decimal(each["agreed"]), Decimal(each["agreed"])) for each in grants]
