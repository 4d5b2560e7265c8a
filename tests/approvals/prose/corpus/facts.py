"""The facts of a round of the corpus, as `approvals.paper.facts` makes them of a round in the register."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from approvals.prose.facts import Entry, Facts
from approvals.prose.vocabulary import Kind, Side, State
from grants import money


def facts_of(round: dict[str, Any]) -> Facts:
    starts_on, ends_on = _period(round.get("period", ""))
    return Facts(
        entries=list(_entries(round)),
        allocation=Decimal(round["allocation"]),
        allocation_by_year=_by_year(round["allocation_by_year"]),
        limit=Decimal(round["limit"]),
        years=round["financial_years"],
        decided_by=(round["decider_at_or_above"],),
        delegated_to=(round["decider_below"].partition(",")[0],),
        numbers=round.get("bids") or {},
        charged_to=round["charged_to"],
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _entries(round: dict[str, Any]) -> Iterator[Entry]:
    for grant in round["grants"]:
        agreed = Decimal(grant["agreed"] or 0)
        yield Entry(
            Kind.GRANT,
            (grant["recipient"], grant["title"]),
            agreed,
            Decimal(grant["asked"]),
            Decimal(grant["paid"]),
            _by_year(grant["by_year"]),
            frozenset(grant["themes"]),
            frozenset(grant["areas"]),
            Side(grant["route"]),
            State(grant["state"]),
            grant.get("family", ""),
            grant.get("count", 1),
        )
    for line in round["budget_lines"]:
        yield _other(Kind.LINE, (line["label"],), line)
    for contract in round["contracts"]:
        yield _other(Kind.CONTRACT, (contract["supplier"], contract["title"]), contract)
    for income in round["income"]:
        yield _other(Kind.INCOME, (income["grantor"], income.get("label", income["grantor"])), income)


def _other(what: Kind, names: tuple[str, ...], row: dict[str, Any]) -> Entry:
    amount = Decimal(row["amount"])
    return Entry(what, names, amount, amount, money.ZERO, _by_year(row.get("by_year", {})))


def _by_year(years: dict[str, str]) -> dict[str, Decimal]:
    return {year: Decimal(amount) for year, amount in years.items()}


def _period(words: str) -> tuple[date | None, date | None]:
    first, _, last = words.partition(";")[0].partition(" to ")
    days = [datetime.strptime(f"{day.strip()} +0000", "%d %B %Y %z").date() for day in (first, last) if day]
    return (days[0], days[1]) if len(days) == 2 else (None, None)
