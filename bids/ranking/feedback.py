"""The letter to an unsuccessful bidder: the outcome, the published reason, and the result on each criterion.

It holds no member's name, mark or reason, no place in the ranking and nothing about another bid. Pure rules.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from bids.criteria import Rule
from bids.scoring import Gate, Result

_GATES = {
    Gate.PASSED: "The panel found that the bid meets this.",
    Gate.FAILED: "The panel found that the bid does not meet this, and no mark elsewhere makes up for it.",
    Gate.SPLIT: "Members of the panel differed on whether the bid meets this.",
    Gate.OPEN: "This was not judged.",
}


def letter(
    *, bidder: str, title: str, round: str, scored: bool, verdict: str, reason: str, destination: str
) -> list[str]:
    """Return the opening paragraphs of the letter. `verdict` is `reject` or `redirect`."""
    how = "was scored by members of the panel, who did not see each other’s marks" if scored else "was considered"
    decided = f"We passed it on to {destination}." if verdict == "redirect" else "It was not recommended for a grant."
    return [
        f"Dear {bidder},",
        f"Thank you for your bid “{title}” to {round}. Every bid {how}. {decided}",
        f"The panel’s reason: {reason}",
    ]


def by_criterion(result: Result, rules: Sequence[Rule]) -> list[str]:
    """Return a paragraph for each criterion: gates in words, marks with the meaning of the nearest point."""
    return [f"{rule.number}. {rule.label}\n{_standing(result, rule)}" for rule in rules]


def _standing(result: Result, rule: Rule) -> str:
    sentences = []
    if rule.gate:
        sentences.append(_GATES[result.gates.get(rule.number, Gate.OPEN)])
    mean = result.means.get(rule.number)
    if rule.scored and mean is not None:
        meanings = dict(rule.points)
        nearest = meanings.get(int(mean.quantize(Decimal(1), ROUND_HALF_UP)), "").lower()
        sentences.append(f"On average the panel’s mark was {mean} of {max(meanings)}, nearest to: {nearest}.")
    return " ".join(sentences) or "This was not judged."


def text(opening: Sequence[str], criteria: Sequence[str], closing: str) -> str:
    """Return the whole letter as plain text."""
    heading = ["How the panel saw the bid on each criterion:"] if criteria else []
    return "\n\n".join([*opening, *heading, *criteria, closing])
