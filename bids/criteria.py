"""The criteria of a round: which are gates, which are scored, and what each point of the scale means.

A round starts with those of its body's folder. The scale is 0 to 4 for every body.
"""

from dataclasses import dataclass
from decimal import Decimal

LOWEST, HIGHEST = 0, 4


@dataclass(frozen=True, slots=True)
class Rule:
    """One criterion. `gate`: a member says whether the bid passes. `scored`: a member gives it a mark as well.

    `passes` and `fails` say in a line when a bid passes the gate and when it does not; they may be empty.
    """

    number: int
    label: str
    question: str
    gate: bool
    scored: bool
    weight: Decimal = Decimal(1)
    points: tuple[tuple[int, str], ...] = ()
    passes: str = ""
    fails: str = ""

    @property
    def on_scorecard(self) -> tuple[bool, int]:
        """The place of the criterion on a scorecard: what is a gate alone comes first, then what is marked."""
        return self.scored, self.number

    @property
    def kind(self) -> str:
        if self.gate and self.scored:
            return "Gate and scored"
        return "Gate" if self.gate else "Scored"
