"""The values that the models and the pure rules of approvals share."""

from enum import StrEnum


class Level(StrEnum):
    DELEGATED = "delegated"
    DMPC = "dmpc"

    @property
    def height(self) -> int:
        return 1 if self is Level.DMPC else 0


class Key(StrEnum):
    FAMILY = "family"
    RECIPIENT = "recipient"


class Area(StrEnum):
    """A part of the paper that somebody answers for."""

    FINANCE = "finance"
    LEGAL = "legal"
    COMMERCIAL = "commercial"
    EQUALITY = "equality"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def section(self) -> str:
        """The key of the section whose comments they answer for."""
        return "financial" if self is Area.FINANCE else self.value

    @property
    def action(self) -> str:
        return f"sign off {self.value}"
