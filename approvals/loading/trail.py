"""The events of a round, as an export reads them: who did what first, on which day and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from approvals.enums import Area
from grants.counting import counted
from grants.days import day_of
from grants.models import AuditEvent, Round

# What an export writes, or what follows from it when the folder is played.
WRITTEN = frozenset(
    (
        *("open round", "keep budget line", "propose rule", "confirm rule", "keep organisation"),
        *("take in bid", "add file", "check eligibility", "declare interest", "keep knowledge"),
        *("keep practice", "score practice", "compare practice", "assign bid", "plan assignments", "apply plan"),
        *("save draft", "submit scorecard", "extend scoring", "close scoring", "open marks", "record outcome"),
        *("enter direct award", "identify recipient"),
        *("group bids", "review bid", "keep single tender action", "approve contract"),
        *("withhold recipient", "keep match funding", "propose over-allocation", "agree over-allocation"),
        *("keep income", "accept income", "refuse income", "propose carry-over", "confirm carry-over"),
        *("route awards", "clear warning", "escalate award", "meet condition", "record payment", "approve award"),
        # It follows from an amended grant, or from what is done a second time, which is named itself.
        "invalidate approval",
        *("prepare decision", "amend grant", "ask item", "write section", "write part 2", "spell text"),
        *(area.action for area in Area),
        *("submit pack", "put forward pack", "decide items", "add signature", "sign decision"),
        *("defer publication", "publish decision"),
        # They read and change nothing.
        *("export bids", "export scores"),
    )
)


# Where these were done to the same thing again, an export has the last alone.
_DONE_ONCE = frozenset(
    ("review bid", "record outcome", "keep single tender action", "keep budget line", "enter direct award")
)


# The action of the first event of each stage.
_MADE_BY = {
    "received": "take in bid",
    "eligible": "check eligibility",
    "scoring": "plan assignments",
    "closed": "close scoring",
    "outcomes": "record outcome",
    "over_allocated": "propose over-allocation",
    "entered": "enter direct award",
    "named": "identify recipient",
    "reviewed": "review bid",
    "routed": "route awards",
    "conditions_met": "meet condition",
    "payments": "record payment",
    "carried": "propose carry-over",
    "approved": "approve award",
    "paper": "prepare decision",
    "signed_off": "sign off finance",
    "submitted": "submit pack",
    "put_forward": "put forward pack",
    "signed": "sign decision",
    "deferred": "defer publication",
    "published": "publish decision",
}
# A folder has one day for what these did.
_DONE_ON_ONE_DAY = ("record payment", "approve award")


class Trail:
    """The events of one round in their order, read once."""

    def __init__(self, round: Round) -> None:
        self.events = list(AuditEvent.objects.filter(round=round).select_related("actor").order_by("number"))
        self._by_action: dict[str, list[AuditEvent]] = defaultdict(list)
        for event in self.events:
            self._by_action[event.action].append(event)

    def of(self, action: str, subject: str = "") -> Sequence[AuditEvent]:
        """Return the events of an action, about one subject where its reference is given."""
        return [event for event in self._by_action[action] if not subject or event.subject == subject]

    def stage(self, action: str, subject: str = "", *, reason: bool = False) -> dict[str, Any]:
        """Return the keys of the stage that an action makes: its day, its person and its reason; empty without one."""
        events = self.of(action, subject)
        return when_and_who(events[0], reason=reason) if events else {}

    def left_out(self) -> list[str]:
        """Return a sentence for each kind of event that a folder has no place for."""
        unwritten = Counter(event.action for event in self.events if event.action not in WRITTEN or _is_other(event))
        done = Counter((event.action, event.subject) for event in self.events if event.action in _DONE_ONCE)
        for (action, _), times in done.items():
            unwritten[action] += times - 1
        return [
            *(
                f"The folder leaves out {counted(count, 'event')} “{action}”"
                for action, count in unwritten.items()
                if count
            ),
            *self._of_other_days(),
        ]

    def _of_other_days(self) -> Iterator[str]:
        """Yield a sentence for each action that was done on several days, where a folder has one."""
        for action in _DONE_ON_ONE_DAY:
            days = [day_of(event.at) for event in self.of(action)]
            if others := sum(day != days[0] for day in days):
                yield f"The folder dates {counted(others, 'event')} “{action}” on the day of the first"

    def in_order_of_play(self, stages: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return stages in the order of their first events, since those of one day are played as the file has them."""
        first = {
            stage: min((event.number for event in self.of(action)), default=0) for stage, action in _MADE_BY.items()
        }
        last = len(self.events)
        return dict(sorted(stages.items(), key=lambda each: first.get(each[0], last)))

    def in_order(self, action: str, references: Iterable[str]) -> dict[str, int]:
        """Return the place of each bid's last event of an action, by the reference of the bid."""
        places = {event.bid: event.number for event in self.of(action)}
        return {reference: places.get(reference, 0) for reference in references}


def _is_other(event: AuditEvent) -> bool:
    """Return whether an event says something that the stages of a folder do not: an interest, a bid not eligible."""
    return event.facts.get("conflicted") is True or event.facts.get("eligible") is False


def when_and_who(event: AuditEvent, *, reason: bool = False) -> dict[str, Any]:
    """Return the day and the person of an event as a stage has them, with its reason if that is wanted."""
    assert event.actor, f"nobody did {event}"
    stage = {"on": day_of(event.at), "by": event.actor.username}
    return stage | {"reason": event.because} if reason else stage
