"""The result of a check: what a text says, and whether it matches. Pure rules."""

from dataclasses import dataclass
from enum import StrEnum

from approvals.prose.amounts import Mention


class Standing(StrEnum):
    """Whether a mention matches a figure, matches none, comes from a named source, or is not understood."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"
    EXTERNAL = "external"
    UNCHECKED = "not checked"


class Kind(StrEnum):
    """What a mention is."""

    MONEY = "money"
    COUNT = "count"
    CLAIM = "claim"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Match:
    """A mention with the result of its check.

    `what` names the figure, the source or the set that it matches. `message` explains the result to the writer and
    follows the text of the mention, as in “£9m matches no figure in this paper”. With `may_have_source` nothing in the
    register contradicts the mention, so that it can come from elsewhere.
    """

    mention: Mention
    kind: Kind
    standing: Standing
    what: str
    message: str
    may_have_source: bool = False


def overlap(one: Mention, other: Mention) -> bool:
    """Whether two mentions share a character."""
    return one.start < other.end and other.start < one.end
