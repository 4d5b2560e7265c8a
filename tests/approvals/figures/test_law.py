"""A sentence about a figure of the list is taken as it is, and refused with one digit changed."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from approvals.figures import listing
from approvals.prose.checking import Standing, check
from approvals.prose.identity import words_of
from approvals.prose.index import Index
from approvals.prose.known import Known
from approvals.reconciliation.facts import BidEntry, Grant, Outcome, Payment, Position
from grants import money
from grants.years import Slot
from tests.approvals.positions import BIG, GOOD, amounts

YEARS = Slot("2026/27"), Slot("2027/28")
NAMES = ("Corner Club", "Estuary Rowing", "Night Stars", "Padlock Project")
# What a sentence says of each figure of a grant, by the end of the figure's name.
SENTENCES = {
    "": "{name} receives {sum}.",
    " asked": "{name} asked for {sum}.",
    " cut": "The bid of {name} was cut by {sum}.",
    " paid": "{name} has been paid {sum}.",
    " left to pay": "{sum} is still to be paid to {name}.",
    " in 2026/27": "{name} receives {sum} in 2026/27.",
    " in 2027/28": "In the second year {sum} goes to {name}.",
}


@st.composite
def rounds(draw: st.DrawFn) -> Position:
    grants: list[Grant] = []
    for place, name in enumerate(NAMES):
        first, second, cut = draw(amounts), draw(amounts), draw(amounts)
        agreed = first + second
        # Nothing is said of what was paid where that rounds to nothing.
        paid = max((agreed * draw(st.integers(1, 9)) / 10).quantize(money.PENNY), money.PENNY)
        grants.append(
            replace(
                BIG,
                reference=f"AWD-{place}",
                bid=f"B-{place}",
                label=f"The work of {name}",
                recipient=name,
                amount=agreed,
                agreed=agreed,
                asked_for=agreed + cut,
                paid=paid,
                payments=(Payment(f"PAY-{place}", paid, BIG.payments[0].paid_on),),
                years=tuple(zip(YEARS, (first, second), strict=True)),
            )
        )
    bids = [
        BidEntry(
            grant.bid,
            grant.asked_for or money.ZERO,
            (Outcome.DMPC,),
            money.ZERO,
            label=grant.label,
            recipient=grant.recipient,
        )
        for grant in grants
    ]
    allocation = tuple((slot, Decimal(10**9)) for slot in YEARS)
    return replace(
        GOOD,
        allocation=Decimal(2 * 10**9),
        years=allocation,
        lines=(),
        contracts=(),
        grants=tuple(grants),
        bids=tuple(bids),
    )


def may_be_said_of(name: str, figures: Index) -> set[str]:
    """The figures of one body, and those of the whole round."""
    words = words_of(name)
    return {
        figure.exact for figure in figures.values() if figure.identity and figure.identity.subject.is_named_in(words)
    }


@given(rounds(), st.permutations(range(4)), st.sampled_from(sorted(SENTENCES)))
def test_the_figure_of_one_body_is_refused_of_another(position: Position, order: list[int], end: str) -> None:
    figures = listing.of_position(position)
    start = "bid" if end in (" asked", " cut") else "grant"
    written = figures[f"{start} b-{order[0]}{end}"].exact
    assume(written not in may_be_said_of(NAMES[order[1]], figures))
    sentence = SENTENCES[end].format(name=NAMES[order[1]], sum=written)
    assert {match.standing for match in check(sentence, Known({}, others=figures))} == {Standing.UNMATCHED}


@given(rounds(), st.integers(0, 3), st.sampled_from(sorted(SENTENCES)), st.data())
def test_a_sentence_about_a_figure_is_taken_and_refused_with_one_digit_changed(
    position: Position, place: int, end: str, data: st.DataObject
) -> None:
    figures = listing.of_position(position)
    start = "bid" if end in (" asked", " cut") else "grant"
    amount = figures[f"{start} b-{place}{end}"].amount
    assert amount is not None
    name, written = NAMES[place], money.pounds(amount)
    known = Known({}, others=figures)
    assert {match.standing for match in check(SENTENCES[end].format(name=name, sum=written), known)} == {
        Standing.MATCHED
    }
    digit = data.draw(st.sampled_from([at for at, letter in enumerate(written) if letter.isdigit()]))
    other = data.draw(st.sampled_from([each for each in "123456789" if each != written[digit]]))
    wrong = written[:digit] + other + written[digit + 1 :]
    assume(wrong not in may_be_said_of(name, figures))
    assert Standing.UNMATCHED in {match.standing for match in check(SENTENCES[end].format(name=name, sum=wrong), known)}
