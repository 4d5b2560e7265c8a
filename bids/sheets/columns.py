"""What a sheet of bids may hold: the columns of a round, and the values that it allows in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from grants.characters import without_invisible


class Kind(StrEnum):
    """How the cells of a column are read."""

    LINE = "line"
    TEXT = "text"
    IDENTIFIER = "identifier"
    MONEY = "money"
    COSTS = "costs"
    DAY = "day"
    YES_NO = "yes or no"
    CHOICE = "choice"
    CHOICES = "choices"
    SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a column allows, by its code and by its label."""

    code: str
    label: str


@dataclass(frozen=True)
class Column:
    """A column: the field of a bid, its heading in our spreadsheets, how it is labelled on the form, what it allows.

    `of` says of what its values are, for errors: “the themes of this round”. `everything` is the word for all of them.
    """

    field: str
    heading: str
    label: str
    hint: str = ""
    kind: Kind = Kind.TEXT
    required: bool = True
    may_be_missing: bool = False
    choices: Sequence[Choice] = ()
    of: str = ""
    everything: str = ""
    outside: Mapping[str, str] | None = None

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        """Each code by what may stand for it in a cell, as `plain` compares it."""
        labels = {plain(choice.label): choice.code for choice in self.choices}
        return labels | {plain(choice.code): choice.code for choice in self.choices}

    @property
    def allowed(self) -> str:
        """The allowed values for an error message: each code, with its label where that differs."""
        named = [choice.label if self.everything else _named(choice) for choice in self.choices]
        return ", ".join([*named, *([f"or {self.everything}"] if self.everything else [])])


def _named(choice: Choice) -> str:
    return choice.code if plain(choice.code) == plain(choice.label) else f"{choice.code} ({choice.label})"


def plain(text: str) -> str:
    """A value as it is compared: one form of each letter, without case and what is invisible, with single spaces."""
    letters = without_invisible(unicodedata.normalize("NFKC", text))
    return " ".join(letters.replace("&", " and ").split()).casefold()


@dataclass(frozen=True)
class Columns:
    """All columns of a round, in the order of the template. `helping` are those that only other people's files have."""

    each: Sequence[Column]

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        """Each column by its field, those that help included."""
        return {column.field: column for column in (*self.each, *HELPING)}


# What the files of other funders say apart and a bid says in one field.
HELPING = (
    Column("charity_number", "charity number", "Charity number", "", Kind.IDENTIFIER, False),
    Column("company_number", "company number", "Company number", "", Kind.IDENTIFIER, False),
    Column(
        "organisation_id",
        "organisation identifier",
        "Organisation identifier",
        "Such as GB-CHC-1098765",
        Kind.IDENTIFIER,
        False,
    ),
    Column("months", "months", "Duration in months", "Gives the end date where the file has none", Kind.LINE, False),
    Column("currency", "currency", "Currency", "A row in another currency than pounds is refused", Kind.LINE, False),
)
