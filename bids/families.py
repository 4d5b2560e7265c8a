"""Which bids look like lots of one project: like names, or the same recipient. Pure rules; a person confirms."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Below this, titles of unlike projects began to be suggested in the rounds of the fixtures.
LIKE_ENOUGH = 0.85


@dataclass(frozen=True, slots=True)
class Like:
    """A bid as it is compared: its reference, title, recipient and the family it is in, if any."""

    reference: str
    title: str
    recipient: str
    family: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Bids that may belong together, and why."""

    references: tuple[str, ...]
    titles: tuple[str, ...]
    why: str


def suggest(bids: Sequence[Like]) -> list[Suggestion]:
    """Groups that nobody has confirmed: by one recipient, or by like names. Each group once."""
    found: dict[tuple[str, ...], Suggestion] = {}
    for why, groups in (("The same recipient", _by_recipient(bids)), ("Like names", _by_title(bids))):
        for group in groups:
            if len({bid.family for bid in group} - {""}) == 1 and all(bid.family for bid in group):
                continue
            key = tuple(sorted(bid.reference for bid in group))
            found.setdefault(key, Suggestion(key, tuple(bid.title for bid in group), why))
    return list(found.values())


def _by_recipient(bids: Sequence[Like]) -> list[list[Like]]:
    groups: dict[str, list[Like]] = {}
    for bid in bids:
        groups.setdefault(bid.recipient, []).append(bid)
    return [group for group in groups.values() if len(group) > 1]


def _by_title(bids: Sequence[Like]) -> list[list[Like]]:
    groups: list[list[Like]] = []
    for bid in bids:
        for group in groups:
            if SequenceMatcher(None, _core(group[0].title), _core(bid.title)).ratio() >= LIKE_ENOUGH:
                group.append(bid)
                break
        else:
            groups.append([bid])
    return [group for group in groups if len(group) > 1]


def _core(title: str) -> str:
    """A title without its lot number and without what follows a colon."""
    head = re.split(r"[:,]", title.casefold())[0]
    return re.sub(r"\b(lot|part|phase)?\s*\d+\b", "", head).strip()
