"""The refusals of a transition: exceptions whose message tells the person why nothing changed."""

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
    """Several answers are missing. `missing` pairs each field with its message, so that the page shows all at once."""

    def __init__(self, missing: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(message for _, message in missing), field=missing[0][0])
        self.missing = missing


class NotEntitled(Refused):
    """The person holds no role that may do this here."""


class Changed(Refused):
    """A frozen document no longer matches its recorded hash, so it is neither shown nor used.

    A view need not catch it: `grants.access` answers with a page that explains it.
    """

    def __init__(self) -> None:
        super().__init__("This document does not match its recorded hash, so it is not shown. Contact the auditor.")


class Stale(Refused):
    """The object changed after the page was drawn. `current` is its version now."""

    def __init__(self, message: str, *, current: int) -> None:
        super().__init__(message)
        self.current = current


def must_be_current(thing: Any, seen: int | None) -> None:
    """Raise Stale if the object, locked by the caller, is no longer at the version that the page was drawn from.

    `seen` is that version, or None for a caller that drew no page.
    """
    if seen is not None and seen != thing.version:
        raise Stale(
            f"Somebody changed {thing} after you opened this page. Your text is kept below. Check it against the "
            "current version, then send it again.",
            current=thing.version,
        )
