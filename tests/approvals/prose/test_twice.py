"""One thing with two sums from elsewhere is refused, wherever the paper says them."""

import pytest

from approvals.prose import elsewhere, twice
from approvals.prose.checking import check
from approvals.prose.elsewhere import Source
from approvals.prose.known import Known
from approvals.prose.twice import Placed


def placed(*texts: str) -> list[Placed]:
    sources = [
        Source(match.mention.text, elsewhere.sentence_around(text, match.mention.start), "Its letter")
        for text in texts
        for match in check(text, Known({}))
    ]
    known = Known({}, external=elsewhere.by_place(sources))
    return [Placed(f"Part {at}", text, match) for at, text in enumerate(texts, 1) for match in check(text, known)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The Jill Dando Institute gets £264,700.", "We grant £246,700 to the Jill Dando Institute."),
        ("The Home Office accepted £1,200,000 for hotspots.", "The Home Office accepted £1,250,000 for hotspots."),
    ],
)
def test_one_thing_with_two_sums_is_refused(first: str, second: str) -> None:
    ((one, other),) = twice.contradictions(placed(first, second))
    assert (one.heading, other.heading) == ("Part 1", "Part 2")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The Jill Dando Institute gets £264,700.", "The Jill Dando Institute gets £264,700."),
        ("The Home Office gave £1,200,000 in 2023.", "The Home Office gave £1,250,000 in 2024."),
        ("Burglary cost £52.8m nationally.", "Insurers paid £28.5m to farmers."),
        ("The Home Office gave £300,000 to Kent and £200,000 to Essex.", "Ambulances were called £90,000 worth."),
    ],
)
def test_two_things_may_have_two_sums(first: str, second: str) -> None:
    assert list(twice.contradictions(placed(first, second))) == []
