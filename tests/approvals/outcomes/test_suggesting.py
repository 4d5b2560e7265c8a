"""What the page of outcomes suggests for a bid: gates first, then the money, and never a mark or a place."""

import pytest

from approvals.outcomes.suggesting import Known, suggest
from bids.scoring import Gate

WORDS = {"funded": "There is money.", "failed": "It fails: {failed}.", "not_funded": "There is none left."}


@pytest.mark.parametrize(
    ("known", "verdict", "reason"),
    [
        (Known(Gate.PASSED, has_money=True), "recommend", "There is money."),
        (Known(Gate.PASSED, has_money=False), "reject", "There is none left."),
        (Known(Gate.PASSED, has_money=None), "", ""),
        (Known(Gate.FAILED, ["Legal", "Prevention"], has_money=True), "reject", "It fails: Legal, Prevention."),
        (Known(Gate.FAILED, ["Legal"], has_money=None), "reject", "It fails: Legal."),
        (Known(Gate.SPLIT, has_money=True), "", ""),
        (Known(Gate.OPEN, has_money=True), "", ""),
    ],
)
def test_gates_come_before_the_money(known: Known, verdict: str, reason: str) -> None:
    suggested = suggest(known, WORDS)
    assert (suggested.verdict, suggested.reason) == (verdict, reason)


def test_what_a_meeting_wrote_comes_before_the_standard_words() -> None:
    suggested = suggest(Known(Gate.PASSED, has_money=True, meeting="We asked twice."), WORDS)
    assert (suggested.verdict, suggested.reason) == ("recommend", "We asked twice.")
    assert suggested.source == "From the meeting. Check that it can be published."


def test_a_body_without_standard_words_leaves_the_reason_to_the_chair() -> None:
    suggested = suggest(Known(Gate.PASSED, has_money=True), {})
    assert (suggested.verdict, suggested.reason, suggested.source) == ("recommend", "", "")
