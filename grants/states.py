"""State machines: the table of a model says which verb leads from which states to which, and is read in one place.

A model with states has its table, `TRANSITIONS`, beside its enumeration `State`. A verb is the name of an action of
`grants.roles`; where its answer decides the state, the answer follows a colon ("record outcome: reject").
A transition first asks `must_allow`, makes its other checks, and then calls `move` and saves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grants.refusal import Refused


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a table: the states in which a verb is allowed, and the state that it leads to.

    `sources` is empty for the verb that makes a new object. `target` is None where the state stays as it is.
    """

    sources: tuple[str, ...]
    target: str | None = None


Transitions = Mapping[str, Transition]


def allows(thing: Any, verb: str) -> bool:
    """Whether the verb is allowed in the state that the object has now. Raises KeyError for an unknown verb."""
    transition: Transition = thing.TRANSITIONS[verb]
    return thing.state in transition.sources


def must_allow(thing: Any, verb: str, refusal: str, *, field: str | None = None) -> None:
    """Raise Refused with the sentence `refusal`, at the form field `field`, where the verb is not allowed now."""
    if not allows(thing, verb):
        raise Refused(refusal, field=field)


def move(thing: Any, verb: str) -> None:
    """Set the state to which the verb leads, for the caller to save. Raises Refused where the verb is not allowed."""
    now = thing.get_state_display().lower()
    must_allow(thing, verb, f"{thing} is {now} now. Open its page again to see what you can do.")
    target = thing.TRANSITIONS[verb].target
    if target is not None:
        thing.state = target
