"""One round's folder: its files, and the people, days and amounts that they name."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from django.utils import timezone

from approvals.loading.contents import text_of
from approvals.loading.keys import read_round
from approvals.models import Decision, LoadedStage
from bids.models import Bid
from grants import money, years
from grants.models import Alias, Income, Organisation, Round, User
from grants.names import plain_name
from grants.years import Profile

Value = TypeVar("Value")


class BadFolder(Exception):
    """The folder cannot be played; the message names the file and what is wrong."""


class Folder:
    """One round's files, and how far they have been played: the round, the paper at hand and the clock.

    `password` becomes that of each person whom the folder adds. Raises BadFolder where `round.toml` cannot be read.
    """

    def __init__(self, path: Path, *, password: str) -> None:
        try:
            self.toml = read_round(path / "round.toml")
        except FileNotFoundError:
            raise BadFolder(f"{path} has no round.toml") from None
        except ValueError as wrong:
            raise BadFolder(f"{path}/round.toml: {wrong}") from None
        self.path, self.password = path, password
        # The paper at hand and its stages: the first, until the one that amends it is played.
        self.text: dict[str, Any] = table_of(self.toml, "decision")
        self.stages: dict[str, Any] = table_of(self.toml, "stages")
        self.clock: datetime | None = None
        self.round: Round = Round()
        # The stages that were played before, with the digest of what each rests on.
        self.played: dict[str, str] = {}
        self.say: Callable[[str], object] = print
        self.stage_name = ""

    def describes(self, stage: str) -> bool:
        """Whether the folder has this stage. Every folder opens its round."""
        return stage == "opened" or stage in self.stages or (stage == "amended" and "amendment" in self.toml)

    def take_up(self, round: Round | None) -> None:
        """Go on with a round that an earlier run opened, from the stages and the instant that it came to."""
        if round is None:
            return
        stages = list(LoadedStage.objects.filter(round=round))
        self.round, self.played = round, {stage.stage: stage.digest for stage in stages}
        self.clock = stages[-1].clock if stages else None

    def each(self, rows: Sequence[Value]) -> Iterator[Value]:
        """Yield the rows, and say after each hundred how many are done."""
        for number, row in enumerate(rows, start=1):
            yield row
            if number % 100 == 0 and number < len(rows):
                self.say(f"{self.stage_name}, {number:,} of {len(rows):,}")

    def take_up_amendment(self) -> None:
        """Turn to the second paper and its stages, for the stages that follow."""
        self.text = self.toml["amendment"]
        self.stages = self.text["stages"]

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a table by its name without `.csv`; none where the folder has no such table."""
        try:
            return list(csv.DictReader(io.StringIO(text_of(self.path / f"{name}.csv"), newline="")))
        except FileNotFoundError:
            return []

    def stage(self, name: str) -> tuple[User, datetime, dict[str, Any]]:
        """Return who did a stage, at which instant, and all that the folder says of it."""
        stage = self.stages[name]
        return self.person(stage["by"]), self.at(stage["on"]), stage

    def at(self, day: date | str) -> datetime:
        """Return an instant of this day, from ten o'clock on, each a second after the last one of the same day."""
        this_day = day if isinstance(day, date) else date.fromisoformat(day)
        start = timezone.make_aware(datetime.combine(this_day, time(10)))
        following = self.clock + timedelta(seconds=1) if self.clock else start
        self.clock = following if following.date() == this_day and following > start else start
        return self.clock

    def person(self, username: str) -> User:
        """Return the person of this user name. Raises BadFolder where there is none."""
        try:
            return User.objects.get(username=username)
        except User.DoesNotExist:
            raise BadFolder(f"{self.path}/round.toml: there is no person {username}") from None

    def bids(self) -> dict[str, Bid]:
        """Return the bids of the round by their own references."""
        return {bid.source_reference: bid for bid in Bid.objects.filter(round=self.round).select_related("round")}

    def grantable(self) -> dict[str, Bid]:
        """Return the bids and the direct awards of the round by their own references."""
        return {row.source_reference: row for row in Bid.rows.filter(round=self.round).select_related("round")}

    def income(self, agreement: str) -> Income:
        """Return the money of a grantor in the round by the reference of its agreement."""
        return Income.objects.get(round=self.round, agreement=agreement)

    def decision(self) -> Decision:
        """Return the decision of the paper at hand."""
        return Decision.objects.get(reference=self.text["reference"])

    def organisation(self, entry: dict[str, Any]) -> Organisation:
        """Return the organisation of this name or alias, and create it with its aliases where there is none.

        Raises BadFolder for a number that is none of its register.
        """
        known = Alias.objects.filter(plain=plain_name(entry["name"])).select_related("organisation").first()
        if known:
            return known.organisation
        try:
            return Organisation.objects.add(
                entry["name"], entry.get("register", ""), entry.get("number", ""), entry.get("aliases", [])
            )
        except ValueError as wrong:
            raise BadFolder(f"{self.path}/round.toml: {entry['name']}: {wrong}") from None


def table_of(toml: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a table of `round.toml`, empty where there is none or it is something else."""
    table = toml.get(name, {})
    return table if isinstance(table, dict) else {}


def pounds(value: Any) -> Decimal:
    """Read an amount in pounds. Raises BadFolder where it is not one to the penny."""
    try:
        return money.exact(str(value))
    except (ValueError, InvalidOperation):
        raise BadFolder(f"“{value}” is not an amount of pounds and whole pence") from None


def profile(years_of: Mapping[str, Any]) -> Profile:
    """Read an amount by year, such as {"2023/24": "100.00"}. Raises BadFolder where a year or an amount is none."""
    try:
        return tuple((years.slot_of(label), pounds(amount)) for label, amount in years_of.items())
    except years.NotYears as wrong:
        raise BadFolder(str(wrong)) from None


def profile_of_cell(text: str) -> Profile:
    """Read an amount by year from a cell, such as `2023/24: 100.00; 2024/25: 50.00`; empty for an empty one."""
    try:
        return years.typed(text.replace(";", "\n"))
    except (years.NotYears, money.NotMoney) as wrong:
        raise BadFolder(str(wrong)) from None
