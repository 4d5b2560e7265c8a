"""Which members are proposed for which bids: knowledge counts first among those not far ahead, and nobody connected."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from bids.panel.assigning import SLACK, Scorer, ToAssign, connection, knows, propose

CAMDEN, BRENT = "E09000007", "E09000005"
THEMES = ("violence", "engagement", "business")


def scorer(
    username: str,
    unit: str = "East Area",
    themes: str = "",
    boroughs: str = "",
    bodies: tuple[int, ...] = (),
    **load: int,
) -> Scorer:
    return Scorer(
        username, unit, frozenset(themes.split()), frozenset(boroughs.split()), frozenset(bodies), load.get("load", 0)
    )


def bid(
    reference: str = "B1",
    themes: str = "",
    boroughs: str = "",
    body: int | None = None,
    had: str = "",
    barred: str = "",
) -> ToAssign:
    return ToAssign(
        reference,
        "Central West",
        frozenset(themes.split()),
        frozenset(boroughs.split()),
        body,
        frozenset(had.split()),
        frozenset(barred.split()),
    )


def loads(pairs: list[tuple[str, str]], scorers: list[Scorer]) -> list[int]:
    assigned = Counter(username for _, username in pairs)
    return [each.load + assigned[each.username] for each in scorers]


# Who may


@pytest.mark.parametrize(
    ("member", "why"),
    [
        (scorer("ada"), ""),
        (scorer("ada", unit="Central West"), "is of Central West, which sponsors the bid"),
        (scorer("ada", bodies=(7,)), "belongs to the recipient"),
        (scorer("ada", unit="Central West", bodies=(7,)), "belongs to the recipient"),
        (scorer("ada", bodies=(8,)), ""),
    ],
    ids=["neither", "unit", "body", "both", "another body"],
)
def test_a_member_of_the_sponsoring_unit_or_the_recipient_is_connected(member: Scorer, why: str) -> None:
    assert connection(bid(body=7), member) == why


def test_a_bid_without_a_recipient_is_connected_with_no_body() -> None:
    assert connection(bid(body=None), scorer("ada", bodies=(7,))) == ""


@pytest.mark.parametrize(
    "kept_out",
    [
        (bid(themes="violence"), scorer("ada", unit="Central West", themes="violence")),
        (bid(themes="violence", body=7), scorer("ada", bodies=(7,), themes="violence")),
        (bid(themes="violence", barred="ada"), scorer("ada", themes="violence")),
        (bid(themes="violence", had="ada"), scorer("ada", themes="violence")),
    ],
    ids=["own unit", "own body", "interest or declined", "has it already"],
)
def test_neither_knowledge_nor_a_light_load_gives_a_bid_to_a_member_who_may_not_have_it(
    kept_out: tuple[ToAssign, Scorer],
) -> None:
    asked, member = kept_out
    busy = scorer("bea", load=50)
    assert propose([asked], [member, busy], 2) == [("B1", "bea")]
    assert propose([asked], [member], 1 + len(asked.had)) == []


# Knowledge and load


@pytest.mark.parametrize(
    ("themes", "boroughs", "points"),
    [
        ("", "", 0),
        ("business", BRENT, 0),
        ("", CAMDEN, 1),
        ("violence", "", 2),
        ("violence engagement", "", 2),
        ("violence", CAMDEN, 3),
    ],
)
def test_a_shared_theme_counts_twice_as_much_as_a_shared_borough(themes: str, boroughs: str, points: int) -> None:
    asked = bid(themes="violence engagement", boroughs=f"{CAMDEN} {BRENT}" if boroughs == CAMDEN else CAMDEN)
    assert knows(asked, scorer("ada", themes=themes, boroughs=boroughs)) == points


@pytest.mark.parametrize(
    ("ahead", "chosen"), [(0, "zoe"), (1, "zoe"), (SLACK, "zoe"), (SLACK + 1, "ada"), (SLACK + 9, "ada")]
)
def test_a_member_who_knows_the_subject_comes_first_until_too_far_ahead(ahead: int, chosen: str) -> None:
    members = [scorer("ada"), scorer("zoe", themes="violence", load=ahead)]
    assert propose([bid(themes="violence")], members, 1) == [("B1", chosen)]


@pytest.mark.parametrize(
    ("members", "chosen"),
    [
        ([scorer("ada", boroughs=CAMDEN), scorer("zoe", themes="violence")], "zoe"),
        ([scorer("ada", themes="violence", load=1), scorer("zoe", themes="violence")], "zoe"),
        ([scorer("ada", themes="violence"), scorer("zoe", themes="violence")], "ada"),
        ([scorer("ada", load=1), scorer("zoe")], "zoe"),
        ([scorer("ada"), scorer("zoe")], "ada"),
    ],
    ids=["theme before borough", "knows as much, has less", "by user name", "least load", "by user name, knowing none"],
)
def test_knowledge_then_load_then_user_name_decide(members: list[Scorer], chosen: str) -> None:
    assert propose([bid(themes="violence", boroughs=CAMDEN)], members, 1) == [("B1", chosen)]


@pytest.mark.parametrize(("bids", "members", "wanted"), [(7, 3, 2), (10, 4, 3), (1, 5, 2), (9, 3, 3), (500, 12, 3)])
def test_without_special_knowledge_loads_differ_by_at_most_one_bid(bids: int, members: int, wanted: int) -> None:
    people = [scorer(f"m{number:02}") for number in range(members)]
    pairs = propose([bid(f"B{number:03}") for number in range(bids)], people, wanted)
    counts = loads(pairs, people)
    assert sum(counts) == bids * wanted
    assert max(counts) - min(counts) <= 1


def test_the_only_member_who_knows_every_subject_is_not_overloaded() -> None:
    people = [scorer("expert", themes="violence"), *(scorer(f"m{number}") for number in range(4))]
    pairs = propose([bid(f"B{number:03}", themes="violence") for number in range(100)], people, 1)
    assert loads(pairs, people) == [22, 20, 20, 19, 19]


def test_bids_that_members_already_have_count() -> None:
    people = [scorer("ada", load=4), scorer("bea", load=1), scorer("cyn")]
    pairs = propose([bid(f"B{number}") for number in range(7)], people, 1)
    assert loads(pairs, people) == [4, 4, 4]


def test_a_bid_that_has_scorers_gets_only_those_that_it_lacks() -> None:
    people = [scorer(name) for name in ("ada", "bea", "cyn", "dot")]
    assert propose([bid(had="ada bea")], people, 3) == [("B1", "cyn")]
    assert propose([bid(had="ada bea cyn")], people, 3) == []
    assert propose([bid(had="ada bea cyn dot")], people, 3) == []


# Where there are too few


@pytest.mark.parametrize(("free", "assigned"), [(0, 0), (1, 1), (2, 2), (3, 3), (5, 3)])
def test_too_few_free_members_give_fewer_pairs_and_never_one_twice(free: int, assigned: int) -> None:
    people = [scorer(f"m{number}") for number in range(free)] + [scorer("own", unit="Central West")]
    pairs = propose([bid()], people, 3)
    assert len(pairs) == len(set(pairs)) == assigned


def test_the_bids_with_the_fewest_free_members_are_served_first() -> None:
    people = [scorer("ada", themes="violence"), scorer("bea", themes="violence"), scorer("cyn")]
    plain, scarce = bid("B1", themes="violence"), bid("B2", themes="violence", barred="bea cyn")
    assert propose([plain, scarce], people, 1) == [("B2", "ada"), ("B1", "bea")]


# For any panel


def random_panel(seed: int) -> tuple[list[ToAssign], list[Scorer], int]:
    """A panel of up to nine and up to thirty bids, with knowledge, connections, bars and loads thrown by lot."""
    dice = random.Random(seed)
    names = [f"m{number}" for number in range(dice.randint(1, 9))]
    members = [
        Scorer(
            username=name,
            unit=dice.choice(["Central West", "East Area", "North Area"]),
            themes=frozenset(dice.sample(THEMES, dice.randint(0, 2))),
            boroughs=frozenset(dice.sample([CAMDEN, BRENT], dice.randint(0, 2))),
            organisations=frozenset(dice.sample(range(4), dice.randint(0, 1))),
            load=dice.randint(0, 3),
        )
        for name in names
    ]
    bids = []
    for number in range(dice.randint(0, 30)):
        apart = dice.sample(names, dice.randint(0, len(names)))
        cut = dice.randint(0, len(apart))
        bids.append(
            ToAssign(
                reference=f"B{number:02}",
                sponsoring_unit=dice.choice(["Central West", "East Area", "North Area"]),
                themes=frozenset(dice.sample(THEMES, 1)),
                boroughs=frozenset(dice.sample([CAMDEN, BRENT], 1)),
                organisation=dice.choice([None, 0, 1, 2, 3]),
                had=frozenset(apart[:cut][:2]),
                barred=frozenset(apart[cut:][:3]),
            )
        )
    return bids, members, dice.randint(1, 4)


SEEDS = range(300)


def test_no_panel_proposes_a_barred_connected_or_doubled_scorer() -> None:
    proposed = 0
    for seed in SEEDS:
        bids, members, wanted = random_panel(seed)
        by_name = {member.username: member for member in members}
        by_reference = {each.reference: each for each in bids}
        pairs = propose(bids, members, wanted)
        assert len(pairs) == len(set(pairs)), seed
        for reference, username in pairs:
            asked = by_reference[reference]
            assert username not in asked.had | asked.barred, seed
            assert connection(asked, by_name[username]) == "", seed
        proposed += len(pairs)
    assert proposed > 3000


def test_every_bid_of_every_panel_gets_all_that_it_wants_or_all_who_are_free() -> None:
    short = 0
    for seed in SEEDS:
        bids, members, wanted = random_panel(seed)
        assigned = Counter(reference for reference, _ in propose(bids, members, wanted))
        for each in bids:
            apart = each.had | each.barred
            free = [m for m in members if m.username not in apart and not connection(each, m)]
            lacks = max(wanted - len(each.had), 0)
            assert assigned[each.reference] == min(lacks, len(free)), (seed, each.reference)
            short += len(free) < lacks
    assert short > 100


def test_the_order_of_members_and_bids_changes_nothing() -> None:
    for seed in SEEDS:
        bids, members, wanted = random_panel(seed)
        before = propose(bids, members, wanted)
        dice = random.Random(seed)
        again = propose(dice.sample(bids, len(bids)), dice.sample(members, len(members)), wanted)
        assert again == before, seed


def test_when_all_are_free_nobody_gets_further_ahead_than_the_slack_for_knowledge() -> None:
    widest = 0
    for seed in SEEDS:
        bids, members, wanted = random_panel(seed)
        everybody = [replace(each, unit="Traffic", organisations=frozenset(), load=0) for each in members]
        anyone = [replace(each, had=frozenset(), barred=frozenset()) for each in bids]
        counts = loads(propose(anyone, everybody, wanted), everybody)
        assert max(counts) - min(counts) <= SLACK + 1, seed
        widest = max(widest, max(counts) - min(counts))
    assert widest > 1
