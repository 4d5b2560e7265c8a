"""The values that the models and the pure rules of approvals share."""

from dataclasses import dataclass
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


class Amount(StrEnum):
    """Whether an item of a paper has an amount of its own."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


class Base(StrEnum):
    """The sum of a round that a fee is a percentage of."""

    GRANTS = "grants"
    ALLOCATION = "allocation"
    INCOME = "income"

    @property
    def label(self) -> str:
        return _BASES[self]


_BASES = {Base.GRANTS: "All grants", Base.ALLOCATION: "The allocation", Base.INCOME: "All income"}


@dataclass(frozen=True, slots=True)
class ItemRule:
    """What an item of a kind holds: `label` is what a writer chooses, `noun` what tables call it.

    `verb` is a value of `DecisionItem.Verb`. `takes` says that its amount is taken from the allocation, `until` that it
    ends on a day, and `leads` that it is asked before the grants. `whom` asks who it is from or to, with the word that
    links the name to the sentence; both are empty where nobody is named. `percent` says that its amount may be a
    percentage of a sum of the round.
    """

    label: str
    noun: str
    verb: str
    amount: Amount
    takes: bool = False
    whom: str = ""
    link: str = ""
    until: bool = False
    leads: bool = False
    percent: bool = False


class ItemKind(StrEnum):
    """What a writer may ask for in a paper beside the grants and contracts. `rule` says what each kind holds."""

    ACCEPT_MONEY = "accept_money"
    ACCEPT_REPORT = "accept_report"
    AGREE = "agree"
    DELEGATE = "delegate"
    NOTE = "note"
    FEE = "fee"
    TRANSFER = "transfer"
    LINE = "line"

    @property
    def rule(self) -> ItemRule:
        return _ITEM_RULES[self]

    @property
    def label(self) -> str:
        return self.rule.label


_MUST, _MAY, _NEVER = Amount.MUST, Amount.MAY, Amount.NEVER
_ITEM_RULES = {
    ItemKind.ACCEPT_MONEY: ItemRule(
        "Accept money", "Money accepted", "accept", _MUST, whom="Who it is from", link="from", leads=True
    ),
    ItemKind.ACCEPT_REPORT: ItemRule("Accept a report", "Report accepted", "accept", _NEVER, leads=True),
    ItemKind.AGREE: ItemRule("Agree to something", "Agreement", "agree", _MAY),
    ItemKind.DELEGATE: ItemRule(
        "Delegate a power", "Delegation", "delegate", _MAY, whom="Who it is delegated to", link="to", until=True
    ),
    ItemKind.NOTE: ItemRule("Note something", "Note", "note", _MAY),
    ItemKind.FEE: ItemRule(
        "Approve a fee", "Fee", "approve", _MUST, takes=True, whom="Who it is paid to", link="to", percent=True
    ),
    ItemKind.TRANSFER: ItemRule(
        "Approve a transfer to another body", "Transfer", "approve", _MUST, takes=True, whom="Which body", link="to"
    ),
    ItemKind.LINE: ItemRule("Approve a budget line", "Budget line", "approve", _MUST, takes=True),
}
