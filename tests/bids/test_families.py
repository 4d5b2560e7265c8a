"""Which bids are suggested as lots of one project."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bids.families import Like, suggest
from bids.models import Bid
from grants.models import Round

CAMP = [Like(f"B-{n}", f"Safe Camp Extension, lot {n}: {place}", f"Trust {n}") for n, place in enumerate("ABC", 1)]


def groups(bids: list[Like]) -> dict[tuple[str, ...], str]:
    return {found.references: found.why for found in suggest(bids)}


def test_lots_of_one_project_are_suggested_by_their_names() -> None:
    assert groups(CAMP) == {("B-1", "B-2", "B-3"): "Like names"}


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("Sharan Project: advice line", "Sharon Project: school lessons", True),
        ("Safe Camp Extension, lot 1", "Safe camp extension lot 2", True),
        ("Girls on the Green", "GIRLS ON THE GREEN", True),
        ("Summer School 1", "Summer School 2", True),
        ("Phase 1", "Phase 2", True),
        ("Girls on the Green", "Allotment Crew", False),
        ("Market traders' breakfast briefings", "Estate Kitchen Cook-off", False),
        ("Teen Court Nights", "Fix It Fridays", False),
    ],
)
def test_names_are_compared_without_lot_numbers_case_and_spelling(one: str, other: str, together: bool) -> None:
    found = groups([Like("B-1", one, "First"), Like("B-2", other, "Second")])
    assert (found == {("B-1", "B-2"): "Like names"}) is together


def test_the_same_recipient_is_a_reason_whatever_the_names() -> None:
    bids = [Like("B-1", "Allotment Crew", "Dovecote"), Like("B-2", "Teen Court Nights", "Dovecote")]
    assert groups(bids) == {("B-1", "B-2"): "The same recipient"}


def test_a_group_is_suggested_once_where_both_reasons_hold() -> None:
    bids = [Like("B-1", "Camp, lot 1", "Trust"), Like("B-2", "Camp, lot 2", "Trust")]
    assert groups(bids) == {("B-1", "B-2"): "The same recipient"}


def test_a_group_that_is_one_family_already_is_not_suggested_again() -> None:
    bids = [Like(bid.reference, bid.title, bid.recipient, "Safe Camp Extension") for bid in CAMP]
    assert suggest(bids) == []


def test_a_group_of_which_a_part_is_a_family_is_suggested() -> None:
    bids = [Like(bid.reference, bid.title, bid.recipient, "Safe Camp" if i else "") for i, bid in enumerate(CAMP)]
    assert groups(bids) == {("B-1", "B-2", "B-3"): "Like names"}


def test_two_families_by_one_recipient_are_suggested_to_be_looked_at() -> None:
    bids = [Like("B-1", "Allotment Crew", "Dovecote", "One"), Like("B-2", "Teen Court Nights", "Dovecote", "Other")]
    assert groups(bids) == {("B-1", "B-2"): "The same recipient"}


@pytest.mark.parametrize("bids", [[], [Like("B-1", "Alone", "Somebody")]])
def test_a_bid_alone_belongs_to_nothing(bids: list[Like]) -> None:
    assert suggest(bids) == []


bids_of_a_round = st.lists(
    st.tuples(st.sampled_from(["Camp lot 1", "Camp lot 2", "Crew", "Court"]), st.sampled_from("XYZ")),
    max_size=8,
).map(lambda rows: [Like(f"B-{i}", title, recipient) for i, (title, recipient) in enumerate(rows)])


@given(bids_of_a_round, st.randoms(use_true_random=False))
def test_the_order_of_bids_changes_no_group_by_recipient(bids: list[Like], shuffler: random.Random) -> None:
    mixed = list(bids)
    shuffler.shuffle(mixed)
    assert groups(mixed).keys() == groups(bids).keys()


@given(bids_of_a_round)
def test_each_suggestion_holds_two_bids_or_more_and_each_once(bids: list[Like]) -> None:
    found = suggest(bids)
    assert all(len(set(each.references)) == len(each.references) == len(each.titles) >= 2 for each in found)
    assert len({each.references for each in found}) == len(found)


@pytest.mark.django_db
def test_the_loaded_round_suggests_mutual_gain_and_not_the_confirmed_families() -> None:
    round = Round.objects.get(reference="cpie-2019-20")
    bids = Bid.objects.filter(round=round, award__isnull=False).select_related("recipient", "family")
    found = groups(
        [
            Like(bid.source_reference, bid.title, bid.bidder, bid.family.name if bid.family else "")
            for bid in bids.order_by("source_reference")
        ]
    )
    camp = set(Bid.objects.filter(family__name="Safe Camp Extension").values_list("source_reference", flat=True))
    assert any("CPIE-006" in references for references in found)
    assert not any(camp <= set(references) for references in found)
    assert len(camp) == 3
