"""What one value of `round.toml` says of another: days in order, sums that agree, names given once. Pure rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from approvals.loading import order, schema
from approvals.loading.reading import Reading
from grants import money, registers


def check_consistency(reading: Reading) -> None:
    """List the values that contradict one another."""
    toml = reading.toml
    _check_days(reading)
    _check_papers(reading)
    for name, key in (("people", "username"), ("budget_lines", "label"), ("direct_awards", "reference")):
        values = [each.get(key) for each in _entries(toml, name)]
        texts = Counter(value for value in values if isinstance(value, str) and value)
        for value in (value for value, times in texts.items() if times > 1):
            reading.wrong(f"round.toml, [[{name}]] {len(values) - values[::-1].index(value)}", f"{value} appears twice")
    for number, contract in enumerate(_entries(toml, "single_tender_actions"), start=1):
        _check_profile(reading, contract, f"round.toml, [[single_tender_actions]] {number}, profile")
        _check_number(reading, contract.get("supplier"), f"round.toml, [[single_tender_actions]] {number}, supplier")
    _check_income(reading)
    for number, rule in enumerate(_entries(toml, "delegation_rules"), start=1):
        _check_limit(reading, rule, f"round.toml, [[delegation_rules]] {number}")
    for number, organisation in enumerate(_entries(toml, "organisations"), start=1):
        _check_number(reading, organisation, f"round.toml, [[organisations]] {number}, number")


def _check_papers(reading: Reading) -> None:
    decision, amendment = (reading.toml.get(name) for name in ("decision", "amendment"))
    if not isinstance(amendment, dict):
        return
    first = decision.get("reference") if isinstance(decision, dict) else None
    if first and amendment.get("reference") == first:
        reading.wrong("round.toml, [amendment], reference", f"{first} is the reference of the first paper")
    if amendment.get("amends") != first:
        reading.wrong("round.toml, [amendment], amends", f"must be {first or 'the reference of the first paper'}")


def _check_income(reading: Reading) -> None:
    """List the agreements that stand twice, and those that an uplift or an item names but the folder does not hold."""
    toml, agreements = reading.toml, [str(each.get("agreement")) for each in _entries(reading.toml, "income")]
    for number, each in enumerate(_entries(toml, "income"), start=1):
        place, agreement = f"round.toml, [[income]] {number}", str(each.get("agreement"))
        if agreement in agreements[: number - 1]:
            reading.wrong(f"{place}, agreement", f"{agreement} appears twice")
        if "uplifts" in each and each["uplifts"] not in agreements[: number - 1]:
            reading.wrong(f"{place}, uplifts", f"no [[income]] before it has the agreement {each['uplifts']}")
    for name in ("decision", "amendment"):
        paper = toml.get(name, {})
        for number, item in enumerate(_entries(paper, "items") if isinstance(paper, dict) else [], start=1):
            if "income" in item and item["income"] not in agreements:
                place = f"round.toml, [[{name}.items]] {number}, income"
                reading.wrong(place, f"no [[income]] has the agreement {item['income']}")


def _entries(table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    values = table.get(name, [])
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []


def _check_days(reading: Reading) -> None:
    """List the days that come before one that they must follow: of the round, and of the stages as they are played."""
    settings = reading.toml.get("round")
    settings = settings if isinstance(settings, dict) else {}
    days = [(f"round.toml, [round], {name}", name, settings.get(name)) for name in schema.DAYS_OF_ROUND]
    _check_order(reading, days)
    days = days[:1]
    for name, prefix, stage in order.in_order(reading.toml):
        days.append((f"round.toml, [{prefix}stages.{name}], on", f"{prefix}{name}", stage.get("on")))
    _check_order(reading, days)


def _check_order(reading: Reading, days: Sequence[tuple[str, str, Any]]) -> None:
    latest, name_of_latest = None, ""
    for place, name, value in days:
        day = order.day_of(value)
        if day is None:
            continue
        if latest and day < latest:
            reading.wrong(place, f"{day} is before {name_of_latest}, which is on {latest}")
        else:
            latest, name_of_latest = day, name


def _check_profile(reading: Reading, contract: dict[str, Any], place: str) -> None:
    try:
        total = money.total([money.exact(str(each)) for each in contract["profile"].values()])
        whole = money.exact(str(contract["amount"]))
    except (ArithmeticError, ValueError, KeyError, AttributeError):
        return
    if total != whole:
        reading.wrong(place, f"the years come to {money.pounds(total)}, not {money.pounds(whole)}")


def _check_limit(reading: Reading, rule: dict[str, Any], place: str) -> None:
    try:
        delegates = money.exact(str(rule["limit"])) > 0
    except (ArithmeticError, ValueError, KeyError):
        return
    if delegates and not rule.get("below"):
        reading.wrong(f"{place}, below", "must name who approves below the limit")
    if not delegates and rule.get("below"):
        reading.wrong(f"{place}, limit", "must be more than £0 where somebody approves below it")


def _check_number(reading: Reading, organisation: Any, place: str) -> None:
    if not isinstance(organisation, dict) or not organisation.get("number"):
        return
    try:
        registers.normal(organisation.get("register", ""), organisation["number"])
    except (ValueError, AttributeError, TypeError) as wrong:
        reading.wrong(place, str(wrong))
