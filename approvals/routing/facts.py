"""What was true when a grant was routed, kept with its approval. Pure values; stored as JSON on the award."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from approvals.enums import Key, Level
from approvals.routing.routes import Group, Route
from grants import money


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """The rule, the limit in pounds, both groups with their sums, and the route that followed from them."""

    rule: str
    limit: Decimal
    citation: str
    level: Level
    sentence: str
    warning: str
    binding: Group
    other: Group
    deferred: str
    decider: str = ""

    @classmethod
    def of(cls, route: Route, rule: str) -> RouteFacts:
        """Return the facts of a route that was worked out by the rule of this reference."""
        return cls(
            rule=rule,
            limit=route.limit.amount,
            citation=route.limit.citation,
            level=route.level,
            sentence=route.sentence,
            warning=route.warning,
            binding=route.binding,
            other=route.other,
            deferred=route.deferred,
            decider=route.decider,
        )

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> RouteFacts | None:
        """Read the facts that `stored()` wrote. None for a grant that was never routed."""
        if not stored:
            return None
        return cls(
            rule=stored["rule"],
            limit=Decimal(stored["limit"]),
            citation=stored["citation"],
            level=Level(stored["level"]),
            sentence=stored["sentence"],
            warning=stored["warning"],
            binding=_group(stored["binding"]),
            other=_group(stored["other"]),
            # Grants that were routed before deferral was recorded have none.
            deferred=stored.get("deferred", ""),
            decider=stored.get("decider", ""),
        )

    @staticmethod
    def compared(stored: Mapping[str, Any]) -> Decimal | None:
        """Return the sum compared with the limit, from what `stored()` wrote; None for a grant never routed."""
        return Decimal(stored["binding"]["total"]) if stored else None

    @property
    def groups(self) -> tuple[Group, Group]:
        """Both groups that were compared with the limit, starting with the binding one."""
        return self.binding, self.other

    def stored(self) -> dict[str, Any]:
        """Return the facts as JSON holds them, sums as text with two decimals."""
        return {
            "rule": self.rule,
            "limit": money.text(self.limit),
            "citation": self.citation,
            "level": self.level.value,
            "sentence": self.sentence,
            "warning": self.warning,
            "binding": _stored_group(self.binding),
            "other": _stored_group(self.other),
            "deferred": self.deferred,
            # Left out where the scheme has two levels, as in all facts from before there were more.
            **({"decider": self.decider} if self.decider else {}),
        }


def _group(stored: Mapping[str, Any]) -> Group:
    return Group(
        key=Key(stored["key"]),
        name=stored["name"],
        members=tuple(stored["members"]),
        total=Decimal(stored["total"]),
        level=Level(stored["level"]),
    )


def _stored_group(group: Group) -> dict[str, Any]:
    return {
        "key": group.key.value,
        "name": group.name,
        "members": list(group.members),
        "total": money.text(group.total),
        "level": group.level.value,
    }
