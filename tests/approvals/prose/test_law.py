"""A sentence built from the rows of any round is taken as it is, and refused with one digit changed."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import combinations

from hypothesis import assume, given
from hypothesis import strategies as st

from approvals.prose.checking import check
from approvals.prose.facts import Entry, Facts, worth
from approvals.prose.known import Known
from approvals.prose.matches import Standing
from approvals.prose.vocabulary import Kind, Measure, Side, State
from grants import money
from tests.approvals.positions import amounts

YEARS = ("2026/27", "2027/28")
# Each grant: its recipient, its title, its theme and its area.
GRANTS = (
    ("Corner Club", "Gloves on", "sport", "Northam"),
    ("Estuary Rowing", "Eights for all", "sport", "Tidewell"),
    ("Quiet Room", "Somebody to ask", "mentoring", "Northam"),
    ("Ferry Players", "Curtain up", "arts", "Westhaven"),
)
LIMIT = Decimal(50000)


@st.composite
def rounds(draw: st.DrawFn) -> Facts:
    """A round of two years with four grants, a refused bid, a line and a contract, and something left."""
    entries = []
    for recipient, title, theme, area in GRANTS:
        first, second, cut = draw(amounts), draw(amounts), draw(amounts)
        agreed = first + second
        paid = (agreed * draw(st.integers(1, 9)) / 10).quantize(money.PENNY)
        entries.append(
            Entry(
                Kind.GRANT,
                (recipient, title),
                agreed,
                agreed + cut,
                paid,
                dict(zip(YEARS, (first, second), strict=True)),
                frozenset([theme]),
                frozenset([area]),
                Side.DECIDED if agreed >= LIMIT else Side.DELEGATED,
            )
        )
    entries.append(
        Entry(Kind.GRANT, ("Keel Patrols", "Eyes on the quay"), money.ZERO, draw(amounts), state=State.REFUSED)
    )
    for kind, names in ((Kind.LINE, ("Evaluation",)), (Kind.CONTRACT, ("Pathlight Ltd", "Walk-home app"))):
        first, second = draw(amounts), draw(amounts)
        by_year = dict(zip(YEARS, (first, second), strict=True))
        entries.append(Entry(kind, names, first + second, first + second, by_year=by_year))
    spent = sum((entry.agreed for entry in entries), money.ZERO)
    spare = [draw(amounts), draw(amounts)]
    in_years = [worth([each for each in entries if each.by_year], year=year) or money.ZERO for year in YEARS]
    by_year = {year: part + left for year, part, left in zip(YEARS, in_years, spare, strict=True)}
    return Facts(
        entries=entries,
        allocation=spent + sum(spare, money.ZERO),
        allocation_by_year=by_year,
        limit=LIMIT,
        years=YEARS,
        decided_by=("Commissioner",),
        delegated_to=("Superintendent",),
        numbers={"received": 5, "rejected": 1},
    )


def _of(measure: Measure = Measure.AGREED, year: str = "") -> Callable[[Facts], Decimal]:
    return lambda facts: facts.grants[0].worth(measure, year) or money.ZERO


def _left(facts: Facts) -> Decimal:
    return (facts.allocation or money.ZERO) - (worth(facts.spending) or money.ZERO)


def _sport(facts: Facts) -> Decimal:
    return worth([entry for entry in facts.grants if "sport" in entry.themes]) or money.ZERO


SENTENCES: Mapping[str, Callable[[Facts], Decimal]] = {
    "Corner Club receives {}.": _of(),
    "We recommend {} for Corner Club.": _of(),
    "The award to Corner Club is {}.": _of(),
    "Gloves on is recommended at {}.": _of(),
    "Corner Club asked for {}.": _of(Measure.ASKED),
    "The bid of Corner Club was cut by {}.": _of(Measure.CUT),
    "Corner Club has been paid {}.": _of(Measure.PAID),
    "{} is still to be paid to Corner Club.": _of(Measure.UNPAID),
    "Corner Club receives {} in 2026/27.": _of(Measure.AGREED, YEARS[0]),
    "In the second year {} goes to Corner Club.": _of(Measure.AGREED, YEARS[1]),
    "Sport projects receive {}.": _sport,
    "Grants of {} are recommended.": lambda facts: worth(facts.grants) or money.ZERO,
    "Grants cost {} in 2027/28.": lambda facts: worth(facts.grants, year=YEARS[1]) or money.ZERO,
    "{} is left.": _left,
    "That leaves {} unallocated.": _left,
    "The allocation is {}.": lambda facts: facts.allocation or money.ZERO,
    "Keel Patrols asked for {} and was turned down.": lambda facts: facts.entries[4].asked,
    "Pathlight Ltd will be paid {}.": lambda facts: worth(facts.of(Kind.CONTRACT)) or money.ZERO,
    "In all {} is committed.": lambda facts: worth(facts.spending) or money.ZERO,
}


def _standings(sentence: str, facts: Facts) -> set[Standing]:
    return {match.standing for match in check(sentence, Known({}, facts=facts))}


def _everything(facts: Facts) -> Iterator[Decimal]:
    """Each sum that a sentence can work out: of each set, of each measure, in each year, and the differences."""
    sums = [_left(facts), facts.allocation or money.ZERO, *facts.allocation_by_year.values()]
    for size in range(1, len(facts.entries) + 1):
        for group in combinations(facts.entries, size):
            for measure in Measure:
                for year in ("", *YEARS):
                    sums.append(worth(group, measure, year) or money.ZERO)
    yield from sums


@given(rounds(), st.sampled_from(sorted(SENTENCES)))
def test_a_sentence_built_from_the_register_is_taken(facts: Facts, sentence: str) -> None:
    amount = SENTENCES[sentence](facts)
    assume(amount > 0)
    assert _standings(sentence.format(money.pounds(amount)), facts) == {Standing.MATCHED}, (sentence, amount)


@given(rounds(), st.sampled_from(sorted(SENTENCES)), st.data())
def test_it_is_refused_with_one_digit_changed(facts: Facts, sentence: str, data: st.DataObject) -> None:
    amount = SENTENCES[sentence](facts)
    assume(amount > 0)
    written = money.pounds(amount)
    place = data.draw(st.sampled_from([at for at, letter in enumerate(written) if letter.isdigit()]))
    digit = data.draw(st.sampled_from([each for each in "123456789" if each != written[place]]))
    wrong = written[:place] + digit + written[place + 1 :]
    assume(Decimal(wrong.replace(",", "").removeprefix("£")) not in set(_everything(facts)))
    assert Standing.UNMATCHED in _standings(sentence.format(wrong), facts), (sentence, amount, wrong)
