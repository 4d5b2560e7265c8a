"""Read the corpus: each round as the figures that its paper would know, and the sentences about it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from approvals.prose.checking import Known
from approvals.prose.claims import Group, Member
from approvals.prose.figures import Figure
from grants import money
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
    )


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
