"""The order in which the stages of a folder are played, which is that of their days. Pure rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

OPENED, AMENDED = "opened", "amended"
# What stands before the names of the stages of the second paper.
SECOND = "amendment."
OF_BIDS = ("received", "eligible", "scoring", "closed", "outcomes", "reviewed", "routed")
OF_A_PAPER = ("paper", "signed_off", "submitted", "put_forward", "signed", "deferred", "published")
# These stand where their day is among those of the other stages.
CONDITIONS_MET, PAYMENTS = "conditions_met", "payments"
STAGES = (OPENED, *OF_BIDS, CONDITIONS_MET, PAYMENTS, "carried", "approved", *OF_A_PAPER, AMENDED)


def day_of(value: Any) -> date | None:
    """Return the day that a value of the folder is, or None for another value."""
    if isinstance(value, datetime):
        return None
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (ValueError, TypeError):
        return None


def stages_of(toml: dict[str, Any]) -> Sequence[str]:
    """Return the names of all stages in the order in which this folder plays them.

    Payments are recorded before other stages of their day, but after conditions that are met on it. A condition is met
    after whatever is decided on the same day.
    """
    stages = _stages(toml)
    last_days = {name: day_of(stage.get("on")) for name, stage in stages.items()}
    amended = [day_of(stage.get("on")) for stage in _stages(toml.get("amendment")).values()]
    last_days[AMENDED] = max((day for day in amended if day), default=None)
    names = [name for name in STAGES if name not in (CONDITIONS_MET, PAYMENTS)]
    names = _placed(names, CONDITIONS_MET, last_days, also=STAGES)
    return _placed(names, PAYMENTS, last_days, also=(CONDITIONS_MET,))


def _placed(names: Sequence[str], moving: str, last_days: Mapping[str, date | None], also: Sequence[str]) -> list[str]:
    """Return the stages with another one in them: after those of earlier days, and those in `also` of its own day."""
    place, on = names.index("carried"), last_days.get(moving)
    for at, name in enumerate(names[place:], start=place):
        day = last_days.get(name)
        if on and day and (day < on or (day == on and name in also)):
            place = at + 1
    return [*names[:place], moving, *names[place:]]


def in_order(toml: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the stages that a folder describes in the order of play, each with its name, its prefix and its keys.

    The prefix is SECOND for the stages of the second paper.
    """
    stages = _stages(toml)
    for name in stages_of(toml):
        if name == AMENDED:
            second = _stages(toml.get("amendment"))
            yield from ((each, SECOND, second[each]) for each in OF_A_PAPER if each in second)
        elif name in stages:
            yield name, "", stages[name]


def _stages(table: Any) -> dict[str, dict[str, Any]]:
    stages = table.get("stages", {}) if isinstance(table, dict) else {}
    return {name: each for name, each in stages.items() if isinstance(each, dict)} if isinstance(stages, dict) else {}
