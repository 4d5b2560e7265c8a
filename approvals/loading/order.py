"""The order in which the stages of a folder are played, which is that of their days. Pure rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

OPENED, AMENDED = "opened", "amended"
# What stands before the names of the stages of the second paper.
SECOND = "amendment."
OF_BIDS = ("received", "eligible", "scoring", "closed", "outcomes", "entered", "reviewed", "routed")
OF_A_PAPER = ("paper", "signed_off", "submitted", "put_forward", "signed", "deferred", "published")
# These stand where their day is among those of the others, at the earliest before the stage that is named here.
_FLOATING = {
    "over_allocated": "reviewed",
    "conditions_met": "approved",
    "named": "approved",
    "payments": "approved",
    "carried": "approved",
}
_FIXED = (OPENED, *OF_BIDS, "approved", *OF_A_PAPER, AMENDED)


def day_of(value: Any) -> date | None:
    """Return the day that a value of the folder is, or None for another value."""
    if isinstance(value, datetime):
        return None
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (ValueError, TypeError):
        return None


def _stages(table: Any) -> dict[str, dict[str, Any]]:
    stages = table.get("stages", {}) if isinstance(table, dict) else {}
    return {name: each for name, each in stages.items() if isinstance(each, dict)} if isinstance(stages, dict) else {}


def stages_of(toml: dict[str, Any]) -> Sequence[str]:
    """Return the names of all stages in the order in which this folder plays them.

    Those that can stand anywhere are played before others of their day, or after those that the file has before them.
    """
    names = list(_FIXED)
    for moving, earliest in _FLOATING.items():
        place = _place(names, moving, names.index(earliest), toml)
        names.insert(place, moving)
    return names


def _place(names: Sequence[str], moving: str, place: int, toml: dict[str, Any]) -> int:
    """Return where among these stages another one is played, from `place` on: after the last that goes before it."""
    stages = _stages(toml)
    last_days = {name: day_of(stage.get("on")) for name, stage in stages.items()}
    amended = [day_of(stage.get("on")) for stage in _stages(toml.get("amendment")).values()]
    last_days[AMENDED] = max((day for day in amended if day), default=None)
    on, written = last_days.get(moving), list(stages)
    for at, name in enumerate(names[place:], start=place):
        day = last_days.get(name)
        if not on or not day:
            continue
        is_written_before = name in stages and written.index(name) < written.index(moving)
        if day < on or (day == on and is_written_before):
            place = at + 1
    return place


STAGES = tuple(stages_of({}))


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
