"""What is read of a round's folder, and what is wrong with it, each with its place. Pure rules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from approvals.loading.shapes import Shape


@dataclass
class Reading:
    """What a folder holds, as far as it can be read, and what is wrong with it, each with its place.

    `people` are the user names that a value may name, `bids` the references of bids, or None where they are not known.
    """

    path: Path
    people: Collection[str] = ()
    bids: Collection[str] | None = None
    toml: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def wrong(self, place: str, sentence: str) -> None:
        self.errors.append(f"{place}: {sentence}")

    def check(self, value: Any, shape: Shape, place: str) -> None:
        """List what is wrong with a value of this shape, and a name in it that stands for nobody."""
        try:
            shape.read(value)
        except ValueError as wrong:
            self.wrong(place, str(wrong))
            return
        known = {"person": self.people, "bid": self.bids}.get(shape.names)
        if known is None or value in known:
            return
        near = meant_instead(value, known)
        ending = f". Did you mean “{near}”?" if near else ""
        self.wrong(place, f"there is no {shape.names} {value[:80]}{ending}")


def meant_instead(name: str, known: Collection[str]) -> str:
    """Return the known name that a person probably meant, or nothing."""
    return next(iter(get_close_matches(name, known, 1)), "")


def not_known(name: str, known: Collection[str]) -> str:
    """Return the sentence on a name that is none of those known."""
    near = meant_instead(name, known)
    sentence = f"“{name[:80]}” is not known"
    return f"{sentence}. Did you mean “{near}”?" if near else sentence
