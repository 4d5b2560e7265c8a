"""What many tests of a module stand on, such as a signed decision, is played once and kept for all of them.

A fixture made by `stage` writes to the database. A module that asks for `staged` in place of the mark `django_db` keeps
each stage behind a savepoint: the next test that stands on the same stages finds them there, what a test does itself
is undone, and a test that stands on fewer or on others has the rest undone before it begins. The tests of such a module
are put in an order in which stages are played as seldom as can be. Elsewhere a stage is a fixture like any other.
A stage stands on other stages and on fixtures that only read: what another fixture wrote would be kept with it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction

_STAGE = "is_stage"


def stage(play: Callable[..., Any]) -> Any:
    """Make a fixture of a function that brings the database a step further and returns what tests speak of."""
    setattr(play, _STAGE, True)
    return pytest.fixture(play)


class Stages:
    """The stages that are played in the transaction of a module, each in a savepoint over the one before."""

    def __init__(self) -> None:
        self._played: list[tuple[Any, ExitStack]] = []
        self._values: dict[Any, Any] = {}

    def begin(self, wanted: list[Any]) -> None:
        """Undo what was played and a test does not stand on."""
        kept = 0
        while kept < min(len(wanted), len(self._played)) and self._played[kept][0] is wanted[kept]:
            kept += 1
        self.undo(kept)

    def undo(self, kept: int = 0) -> None:
        """Go back to where so many stages were played."""
        while len(self._played) > kept:
            definition, savepoint = self._played.pop()
            del self._values[definition]
            savepoint.close()

    def play(self, definition: Any, function: Callable[[], Any]) -> Any:
        """What the stage returned, as it was then: a test may change it."""
        if definition not in self._values:
            savepoint = ExitStack()
            savepoint.enter_context(undone())
            try:
                self._values[definition] = function()
            except BaseException:
                savepoint.close()
                raise
            self._played.append((definition, savepoint))
        return deepcopy(self._values[definition])


@contextmanager
def undone() -> Iterator[None]:
    """A transaction, or a savepoint within one, to whose start the database goes back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def is_stage(definition: Any) -> bool:
    return getattr(definition.func, _STAGE, False)


def stages_of(item: Any) -> list[Any]:
    """The definitions of the stages that a test stands on, in the order in which they are played."""
    ordered: list[Any] = []

    def visit(name: str, depth: int = 1) -> None:
        definitions = item._fixtureinfo.name2fixturedefs.get(name, ())
        if len(definitions) < depth:
            return
        definition = definitions[-depth]
        for each in definition.argnames:
            # A fixture that asks for its own name asks for the one that it hides.
            visit(each, depth + 1 if each == name else 1)
        if is_stage(definition) and definition not in ordered:
            ordered.append(definition)

    for name in item._fixtureinfo.initialnames:
        visit(name)
    return ordered
