"""The search of bids: how words, names and numbers are found, who finds what, and that its words are in step."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from approvals.families import bodies
from bids.intake import checking, intake, uploads
from bids.intake.finding import TEXTS
from bids.models import Bid, PanelOutcome
from bids.models.search import BidWords
from bids.panel import interests
from grants import search
from grants.models import Alias, Organisation, RegisterNumber, Round, User
from grants.roles import Role
from tests import factories
from tests.bids.intake.test_intake import rows
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(round: Round) -> User:
    return factories.person(Role.LEAD, round=round)


def body(name: str, register: str = "not stated", number: str = "") -> Organisation:
    return factories.OrganisationFactory(name=name, register=register, number=number)


def answer(user: User, round: Round, **asked: str) -> Any:
    client = Client()
    client.force_login(user)
    page = client.get(reverse("bids:bids", args=[round.reference]), asked)
    assert page.status_code == 200
    return page


def hits(user: User, round: Round, q: str, **asked: str) -> list[str]:
    return [bid.title for bid in answer(user, round, q=q, **asked).context["page"]]


def page(user: User, round: Round, q: str) -> str:
    return answer(user, round, q=q).content.decode()


@pytest.mark.parametrize(
    ("words", "of"),
    [
        ("Cafe", "an accent of the recipient"),
        ("CAFÉ", "another case"),
        ("Cafe\u0301", "an accent that is a character of its own"),
        ("eglise", "a word after an apostrophe"),
        ("l'eglise", "a straight apostrophe for a curly one"),
        ("St Johns", "no apostrophe where the title has one"),
        ("St. John’s", "an apostrophe of another kind, and a full stop"),
        ("st john", "a part of the last word"),
        ("johns st", "another order"),
        ("oneill", "a name without its apostrophe"),
        ("neill", "a name after its apostrophe"),
        ("crim", "the first letters of a word of the case"),
        ("robbery", "the singular of a word of the case"),
        ("policed", "another form of a word of the case"),
        ("those robberies of the café", "small words that it does not say"),
        ("robberies cafe", "a word of the case and one of the recipient"),
        ("kitchen", "a word of the outcomes that it promises"),
        ("rainbow", "a word of the evaluation plan"),
        ("afe", "a part within a word of the recipient"),
        ("SC 012345", "a register number with a space"),
        ("sc012345", "a register number in small letters"),
        ("SC12345", "a register number without its zero"),
        ("SC0123", "the beginning of a register number"),
        ("charity no. SC012345", "a register number with what it is"),
        ("CW-07", "the bidder's reference"),
        ("cw07", "the bidder's reference without its hyphen"),
        ("cw 7", "the bidder's reference without its zero"),
    ],
)
def test_a_bid_is_found_by(words: str, of: str, round: Round, lead: User) -> None:
    factories.bid(round, title="Something else")
    factories.bid(
        round,
        title="St John’s night watch",
        source_reference="CW-07",
        recipient=body("Café de l’Église", "charity", "SC012345"),
        summary="Mr O’Neill and others stop crime and robberies by the school.",
        outcomes="Fewer people are robbed near the kitchen. The market is better policed.",
        evaluation_plan="The Rainbow survey.",
    )
    assert hits(lead, round, words) == ["St John’s night watch"], of


@pytest.mark.parametrize(
    "number", ["234567", "00234567", "0234567", "234 567", "23 45 67", "2345", "Company number 234567"]
)
@pytest.mark.parametrize("stored", ["00234567", "234567"])
def test_a_company_is_found_by_its_number_in_any_spelling(number: str, stored: str, round: Round, lead: User) -> None:
    factories.bid(round, title="Other", recipient=body("Other Body", "company", "09876543"))
    factories.bid(round, title="Ours", recipient=body("Our Body", "company", stored))
    assert hits(lead, round, number) == ["Ours"]


@pytest.mark.parametrize("number", ["SC 012345", "sc12345", "1234567", "company number 12345678"])
def test_a_bid_is_found_by_any_of_the_numbers_of_its_recipient(number: str, round: Round, lead: User) -> None:
    ours = body("Our Body", "charity", "1234567")
    factories.bid(round, title="Other", recipient=body("Other Body", "company", "09876543"))
    factories.bid(round, title="Ours", recipient=ours)
    RegisterNumber.objects.create(organisation=ours, register="scottish charity", number="SC012345")
    RegisterNumber.objects.create(organisation=ours, register="company", number="12345678")
    assert hits(lead, round, number) == ["Ours"]
    RegisterNumber.objects.filter(organisation=ours).delete()
    assert hits(lead, round, number) == (["Ours"] if number == "1234567" else [])


@pytest.mark.parametrize("words", ["Gain Trust Limited", "THE GAIN TRUST", "gain trust c.i.c.", "Gáin  Trust Ltd."])
def test_a_bid_is_found_by_another_spelling_of_its_recipient(words: str, round: Round, lead: User) -> None:
    factories.bid(round, title="Other")
    factories.bid(round, title="Ours", recipient=body("Gain Trust Ltd"))
    assert hits(lead, round, words) == ["Ours"]


@pytest.mark.parametrize(
    "words", ["zebra", "crime zebra", "’", "&|!", "zebra:*", "');--", "\\", "%", "zebra" * 200, "zebra " * 300]
)
def test_what_is_in_no_bid_is_not_found_and_the_page_says_what_to_do(words: str, round: Round, lead: User) -> None:
    factories.bid(round, summary="Stops crime.")
    shown = page(lead, round, words)
    assert "No bids match your search. Check the spelling, use fewer words or" in shown
    assert 'href="?clear=1">show all bids</a>' in shown


def test_bids_that_are_called_so_come_before_bids_that_mention_it(round: Round, lead: User) -> None:
    factories.bid(round, title="Lamps", summary="Boxing is mentioned.")
    factories.bid(round, title="Boxing club")
    assert hits(lead, round, "boxing") == ["Boxing club", "Lamps"]
    assert hits(lead, round, "boxing", sort="-title") == ["Lamps", "Boxing club"]


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("crime", "('crime':*)"),
        ("The Lads Club", "('lads' | 'lad') & ('club':*)"),
        ("body of bench", "('body' | 'bodi') & ('bench':*)"),
        ("Growers Ltd", "('growers' | 'grower') & ('ltd':*) | ('growers':*)"),
        ("Arts & Crafts", "('arts' | 'art') & ('crafts':* | 'craft')"),
    ],
)
def test_a_name_is_asked_for_apart_only_where_it_finds_more(words: str, query: str) -> None:
    sought = search.read(words)
    assert sought is not None
    assert sought.tsquery == query


def test_the_other_filters_stay(round: Round, lead: User) -> None:
    factories.bid(round, title="Boxing east", sponsoring_unit="East Area")
    factories.bid(round, title="Boxing west")
    assert hits(lead, round, "boxing", unit="East Area") == ["Boxing east"]


def test_what_was_hit_is_in_bold_and_its_text_is_shown(round: Round, lead: User) -> None:
    long = "Nothing of it here. " * 30
    factories.bid(
        round,
        title="Café <b>nights</b>",
        summary=f"{long}Officers are policing the <i>market</i> café. {long}",
        recipient=body("Decaf & Co", "charity", "1234567"),
    )
    shown = page(lead, round, "cafe")
    assert '<mark class="app-hit">Café</mark> &lt;b&gt;nights&lt;/b&gt;</a>' in shown
    excerpt = re.search(r'<p class="app-excerpt">(.*?)</p>', shown)
    assert excerpt is not None
    assert 'the &lt;i&gt;market&lt;/i&gt; <mark class="app-hit">café</mark>.' in excerpt[1]
    assert len(excerpt[1]) < 320
    assert "<b>nights" not in shown and "<i>market" not in shown
    # Another form of the word is marked too, and no other word with the same beginning.
    shown = page(lead, round, "police officers")
    assert '<mark class="app-hit">Officers</mark> are <mark class="app-hit">policing</mark>' in shown
    assert 'De<mark class="app-hit">caf</mark> &amp; Co' in page(lead, round, "caf")
    assert 'Charity number <mark class="app-hit">1234567</mark>' in page(lead, round, "1 234 567")


def test_without_a_search_nothing_is_marked(round: Round, lead: User) -> None:
    factories.bid(round)
    shown = answer(lead, round).content.decode()
    assert "<mark" not in shown and "app-excerpt" not in shown


# What may not be searched


HIDDEN = "zanzibar"


def everybody(round: Round, ready: Bid, member: User, chair: User) -> list[User]:
    others = [factories.person(role, round=round) for role in (Role.LEAD, Role.AUDITOR, Role.FINANCE)]
    return [member, chair, *others]


def test_nobody_searches_the_contact_the_outcome_or_the_marks(
    round: Round, ready: Bid, member: User, chair: User
) -> None:
    Bid.objects.filter(pk=ready.pk).update(contact=f"Kim {HIDDEN}", contact_email=f"kim@{HIDDEN}.example")
    factories.outcome(ready, "reject")
    PanelOutcome.objects.filter(bid=ready).update(reason=f"It is {HIDDEN}.", internal_reason=f"Inside it is {HIDDEN}.")
    card = factories.scorecard(factories.bid(round), factories.person(Role.MEMBER, round=round))
    card.marks.update(reason=f"A mark for {HIDDEN}")
    for user in everybody(round, ready, member, chair):
        assert hits(user, round, HIDDEN) == [], user


def test_a_member_finds_only_the_bids_that_they_may_open(round: Round, ready: Bid, member: User) -> None:
    factories.bid(round, title="Not theirs", summary=f"About {HIDDEN}.")
    conflicted = factories.bid(round, title="Of a friend", summary=f"About {HIDDEN}.")
    factories.scorecard(conflicted, member, submit=False)
    interests.declare_interest(bid=conflicted, conflicted=True, nature="A friend", by=member, at=NOW)
    assert hits(member, round, HIDDEN) == []
    assert "Not theirs" not in page(member, round, HIDDEN) and "Of a friend" not in page(member, round, HIDDEN)
    assert hits(member, round, "what it does") == [ready.title]


def test_another_name_of_a_recipient_is_searched_in_the_bid_that_wrote_it_alone(round: Round, lead: User) -> None:
    ours = body("Night Owls")
    Alias.objects.create(organisation=ours, name="Owls of Zanzibar")
    factories.bid(round, title="Before", recipient=ours, recipient_as_written="Night Owls")
    factories.bid(round, title="After", recipient=ours, recipient_as_written="Owls of Zanzibar")
    assert hits(lead, round, HIDDEN) == ["After"]
    assert 'Written in the bid as Owls of <mark class="app-hit">Zanzibar</mark>' in page(lead, round, HIDDEN)


# In step with what it is of


def in_step() -> bool:
    """Whether the words of each bid are what they would be if they were written now."""
    kept = dict(BidWords.objects.values_list("bid", "lexemes")), dict(BidWords.objects.values_list("bid", "names"))
    bids = list(Bid.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT bids_write_words(%s::bigint[])", [bids])
    now = dict(BidWords.objects.values_list("bid", "lexemes")), dict(BidWords.objects.values_list("bid", "names"))
    return kept == now and len(kept[0]) == len(bids)


def test_every_bid_of_the_demo_is_in_step() -> None:
    assert Bid.objects.count() > 100
    assert in_step()


COLUMNS = [
    *TEXTS,
    "title",
    "recipient_as_written",
    "sponsoring_unit",
    "reference",
    "source_reference",
]


@pytest.mark.parametrize("column", COLUMNS)
def test_each_column_is_searched_once_it_is_changed(column: str, bid: Bid) -> None:
    assert not BidWords.objects.filter(pk=bid.pk, lexemes=HIDDEN).exists()
    Bid.objects.filter(pk=bid.pk).update(**{column: HIDDEN})
    assert BidWords.objects.filter(pk=bid.pk, lexemes=HIDDEN).exists()
    assert in_step()


def test_the_words_are_of_the_columns_that_are_walked_here() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname IN ('bids_write_words', 'bids_words_of_changed')")
        sources = [source for (source,) in cursor.fetchall()]
    assert len(sources) == 2
    read = set(re.findall(r"bid\.(\w+)", "".join(sources))) - {"id", "recipient_id"}
    compared = set(re.findall(r"now\.(\w+)", "".join(sources))) - {"recipient_id"}
    assert read == compared == set(COLUMNS)


def draft(round: Round, title: str) -> dict[str, Any]:
    (row,) = checking.check(round, rows({"title": title})).rows
    return row.draft


def added(round: Round, user: User) -> None:
    intake.take_in(round=round, draft=draft(round, HIDDEN), by=user, at=NOW)


def added_in_bulk(round: Round, user: User) -> None:
    bid = factories.bid(round, title="One")
    bid.pk, bid.reference, bid.source_reference, bid.title = None, "BID-BULK1", "bulk", HIDDEN
    Bid.objects.bulk_create([bid])


def imported(round: Round, user: User) -> None:
    upload = uploads.keep_rows(round=round, file_name="a.xlsx", rows=rows({"title": HIDDEN}), by=user, at=NOW)
    upload.refresh_from_db()
    intake.take_in_upload(upload=upload, by=user, at=NOW)


def corrected(round: Round, user: User) -> None:
    bid = intake.take_in(round=round, draft=draft(round, "Before"), by=user, at=NOW)
    intake.change_bid(bid=bid, draft=draft(round, HIDDEN), seen=bid.version, reason="A slip", by=user, at=NOW)


def merged(round: Round, user: User) -> None:
    kept, other = body(HIDDEN.title()), body("Other")
    factories.bid(round, recipient=other)
    bodies.merge_bodies(round=round, kept=kept, others=[other], reason="One body", by=user, at=NOW)


def renamed(round: Round, user: User) -> None:
    ours = body("Before")
    factories.bid(round, recipient=ours)
    ours.name = HIDDEN
    ours.save()


def numbered(round: Round, user: User) -> None:
    ours = body("Before")
    factories.bid(round, recipient=ours)
    Organisation.objects.filter(pk=ours.pk).update(register="charity", number=HIDDEN)


def numbered_once_more(round: Round, user: User) -> None:
    factories.bid(round, recipient=(ours := body("Before")))
    RegisterNumber.objects.create(organisation=ours, register="company", number=HIDDEN)


def numbers_moved(round: Round, user: User) -> None:
    factories.bid(round, recipient=(ours := body("Before")))
    factories.bid(round, recipient=(theirs := body("Other")))
    number = RegisterNumber.objects.create(organisation=ours, register="company", number=HIDDEN)
    RegisterNumber.objects.filter(pk=number.pk).update(organisation=theirs)


@pytest.mark.parametrize(
    "write",
    [
        added,
        added_in_bulk,
        imported,
        corrected,
        merged,
        renamed,
        numbered,
        numbered_once_more,
        numbers_moved,
    ],
    ids=lambda write: write.__name__,
)
def test_every_writer_of_a_bid_or_its_recipient_leaves_the_words_in_step(
    write: Callable[[Round, User], None], round: Round
) -> None:
    lead = factories.person(Role.LEAD, round=round)
    write(round, lead)
    assert len(hits(lead, round, HIDDEN)) == 1
    assert in_step()


def test_a_change_of_state_writes_no_words(bid: Bid) -> None:
    BidWords.objects.filter(pk=bid.pk).update(names="as it was")
    Bid.objects.filter(pk=bid.pk).update(state=Bid.State.REJECTED)
    assert BidWords.objects.get(pk=bid.pk).names == "as it was"
