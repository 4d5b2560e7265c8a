"""Why a transition did not happen, in words for the person who asked for it."""

from collections.abc import Sequence
from typing import Any


class Refused(Exception):
    """A transition was refused and nothing changed.

    `message` is a sentence for the person; `field` names the form field that it concerns, if one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Incomplete(Refused):
    """Several answers are missing; `missing` names each field with its sentence, so that all are shown at once."""

    def __init__(self, missing: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(message for _, message in missing), field=missing[0][0])
        self.missing = missing


class NotEntitled(Refused):
    """The person holds no role that may do this here."""


class Changed(Refused):
    """What is stored is no longer what was frozen, so nothing is shown from it and nothing is done with it.

    A view may let it pass: `grants.access` answers with a page that says so.
    """

    def __init__(self) -> None:
        super().__init__("What is stored does not fit its hash. Nothing is shown from it; tell the auditor.")


class Stale(Refused):
    """The thing changed after the page was drawn. `current` is the version that it has now."""

    def __init__(self, message: str, *, current: int) -> None:
        super().__init__(message)
        self.current = current


def must_be_current(thing: Any, seen: int | None) -> None:
    """Refuse an answer that was given to an older version of a thing than the one locked here.

    `seen` is the version that the page was drawn from; None is a caller that drew no page.
    """
    if seen is not None and seen != thing.version:
        raise Stale(
            f"Somebody changed {thing} after you opened this page. What you typed is kept below; check it against "
            "what is there now, then send it again.",
            current=thing.version,
        )
