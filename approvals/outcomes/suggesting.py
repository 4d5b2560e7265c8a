"""What a round's own facts suggest about a bid: an outcome and the words of its reason. Pure rules.

The chair confirms or changes each. The words never say a mark or a place, because the reason can be published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bids.scoring import Gate

RECOMMEND, REJECT = "recommend", "reject"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about a bid: its gate, the labels of the gates that it fails, and whether there is money for it.

    `has_money` is None where nothing says it, such as a bid that the proposed scenario holds in reserve. `meeting` is
    what the last meeting that discussed it wrote down.
    """

    gate: Gate
    failed: Sequence[str] = ()
    has_money: bool | None = None
    meeting: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An outcome, empty where a person has to judge first, with its reason and where the reason comes from."""

    verdict: str
    case: str
    reason: str
    source: str


def suggest(known: Known, words: Mapping[str, str]) -> Suggestion:
    """Return what is suggested for a bid. `words` are the body's standard words by case, `OUTCOME_REASONS`.

    A failed gate is a rejection whatever the money. While a gate is split or no card is complete, nothing is suggested.
    """
    verdict, case = _outcome(known)
    if known.meeting:
        return Suggestion(verdict, case, known.meeting, "From the meeting. Check that it can be published.")
    reason = words.get(case, "").replace("{failed}", ", ".join(known.failed))
    return Suggestion(verdict, case, reason, "Standard words" if reason else "")


def _outcome(known: Known) -> tuple[str, str]:
    if known.gate is Gate.FAILED:
        return REJECT, "failed"
    if known.gate is not Gate.PASSED or known.has_money is None:
        return "", ""
    return (RECOMMEND, "funded") if known.has_money else (REJECT, "not_funded")
