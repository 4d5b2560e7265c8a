"""The criteria of a round: which are gates, which are scored, and what each point of the scale means.

The seven defaults restate PCD 681 para 2.5. The paper gives no scale and no weights: 0 to 4 and equal weights are
this product's own, and the pages say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

LOWEST, HIGHEST = 0, 4


@dataclass(frozen=True, slots=True)
class Rule:
    """One criterion. `gate`: a member says whether the bid passes. `scored`: a member gives it a mark as well."""

    number: int
    label: str
    question: str
    gate: bool
    scored: bool
    weight: Decimal = Decimal(1)
    points: tuple[tuple[int, str], ...] = ()

    @property
    def kind(self) -> str:
        if self.gate and self.scored:
            return "Gate and scored"
        return "Gate" if self.gate else "Scored"


def _scale(*meanings: str) -> tuple[tuple[int, str], ...]:
    return tuple(enumerate(meanings))


DEFAULTS: Sequence[Rule] = (
    Rule(1, "Strategic aim", "Does the bid serve the strategic aim of the round?", gate=True, scored=False),
    Rule(
        2,
        "Results inside the MPS area",
        "Will the results be felt inside the 32 boroughs? The City of London is outside.",
        gate=True,
        scored=False,
    ),
    Rule(3, "A way to measure success", "Does the bid say how its success is to be measured?", gate=True, scored=False),
    Rule(
        4,
        "Proven experience",
        "What has the bidder delivered before, and what difference did it make?",
        gate=False,
        scored=True,
        points=_scale(
            "No record of comparable work",
            "Some comparable work, no results shown",
            "Comparable work with results described",
            "Comparable work with measured results",
            "A strong record, checked by somebody else",
        ),
    ),
    Rule(
        5,
        "Longevity of impact",
        "How long does the difference last after the money ends?",
        gate=False,
        scored=True,
        points=_scale(
            "Ends with the money",
            "May last weeks, nothing planned",
            "Likely to last months, with a plan",
            "Likely to last a year or more",
            "Changes that keep themselves going",
        ),
    ),
    Rule(
        6,
        "Value for money",
        "Are cost, input and output in proportion?",
        gate=True,
        scored=True,
        points=_scale(
            "Costs cannot be justified",
            "Costs high for the output",
            "Costs in line with the output",
            "Good output for the cost",
            "Outstanding output for the cost",
        ),
    ),
    Rule(
        7,
        "No future cost",
        "Can it be completed without further or ongoing cost?",
        gate=True,
        scored=False,
    ),
)
