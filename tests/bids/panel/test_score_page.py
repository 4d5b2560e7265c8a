"""The scoring page: what it answers to a script and to a form, and that no refusal costs a word."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bids.models import Bid, Criterion, Practice, Scorecard
from bids.panel import scorecards
from bids.panel.score_form import LONGEST_REASON, as_text, judgement_texts, own_card
from bids.panel.scorecards import Judgement
from grants.models import Round, User
from grants.roles import Role
from tests.factories import NOW, close, marks, person

pytestmark = pytest.mark.django_db

COMPLETE = {
    f"{kind}_{number}": value
    for number in range(1, 8)
    for kind, value in (("passed", "yes"), ("score", "3"), ("reason", f"Reason {number}"))
}


@pytest.fixture
def address(ready: Bid) -> str:
    return reverse("bids:score", args=[ready.reference])


@pytest.fixture
def client(member: User) -> Client:
    made = Client()
    made.force_login(member)
    return made


def send(client: Client, address: str, how: str = "", **fields: Any) -> Any:
    data = {"version": "0", "then": "draft", **fields}
    return client.post(address, data, headers={"X-Autosave": how} if how else {})


def elsewhere(bid: Bid, member: User, reason: str = "Saved in another window") -> Scorecard:
    card = Scorecard.objects.filter(bid=bid, member=member).first()
    judgements = {**marks(), 4: Judgement(None, 1, reason)}
    return scorecards.save_draft(bid=bid, marks=judgements, seen=card.version if card else 0, by=member, at=NOW)


def test_an_autosave_returns_the_version_and_the_time(client: Client, address: str) -> None:
    first = send(client, address, "stay", reason_4="One").json()
    assert first["version"] == 1
    assert first["saved"].startswith("Draft saved ")
    assert send(client, address, "stay", reason_4="Two", version="1").json()["version"] == 2


def test_a_script_that_submits_gets_the_next_address(client: Client, address: str, ready: Bid) -> None:
    assert send(client, address, "go", reason_4="One").json() == {"next": address}
    done = send(client, address, "go", version="1", **{**COMPLETE, "then": "submit"})
    assert done.json() == {"next": reverse("bids:scoring", args=[ready.round.reference])}
    assert Scorecard.objects.get(bid=ready).state == "submitted"


def test_a_stale_save_returns_what_is_saved_to_the_script(
    client: Client, address: str, ready: Bid, member: User
) -> None:
    card = elsewhere(ready, member)
    answer = send(client, address, "stay", reason_4="Typed here")
    assert answer.status_code == 409
    answer_json = answer.json()
    assert answer_json["version"] == card.version
    assert answer_json["standing"]["reason_4"] == "Saved in another window"
    assert answer_json["standing"]["score_4"] == "1"
    assert "score_1" not in answer_json["standing"]


def test_a_stale_page_shows_both_versions_where_they_differ(
    client: Client, address: str, ready: Bid, member: User
) -> None:
    card = elsewhere(ready, member)
    same = {name: value for name, value in own_card(ready, member).answers.items() if not name.endswith("_4")}
    answer = send(client, address, **same, score_4="3", reason_4="Typed\r\nhere")
    assert answer.status_code == 409
    differing = {each.rule.number: each.saved for each in answer.context["form"].criteria if each.saved}
    assert list(differing) == [4]
    assert (differing[4].mark, differing[4].reason) == ("1", "Saved in another window")
    assert answer.content.decode().count("data-saved-meanwhile") == 1
    assert answer.context["form"].typed["reason_4"] == "Typed\nhere"
    # Sent once more, by somebody who saw both, it counts.
    again = send(client, address, **same, score_4="3", reason_4="Typed\r\nhere", version=str(card.version))
    assert again.status_code == 302
    assert card.marks.get(criterion__number=4).reason == "Typed\nhere"


def test_closing_while_typing_keeps_every_word_on_the_page(client: Client, address: str, ready: Bid) -> None:
    close(ready.round)
    answer = send(client, address, score_4="2", reason_4="It’s 🚸\r\nand more", passed_1="no", then="submit")
    page = answer.content.decode()
    assert "Scoring has closed. Your text is below but was not saved." in page
    assert answer.context["untaken"] == ("1. Strategic aim: No\n\n4. Proven experience: 2\nIt’s 🚸\nand more")
    assert '<textarea class="govuk-textarea" id="untaken"' in page
    assert "data-autosave" not in page
    assert "untaken" not in client.get(address).content.decode()


def test_a_second_window_that_submits_late_is_shown_what_it_typed(
    client: Client, address: str, ready: Bid, member: User
) -> None:
    scorecards.submit_scorecard(bid=ready, marks=marks(), seen=0, by=member, at=NOW)
    answer = send(client, address, reason_4="Typed too late", then="submit")
    assert answer.status_code == 409
    assert answer.context["form"].typed["reason_4"] == "Typed too late"
    page = answer.content.decode()
    assert "Submit changes" in page
    assert "data-saved-meanwhile" in page
    close(ready.round)
    late = send(client, address, reason_4="Typed too late", version="1", then="submit")
    assert "You can no longer change it." in late.content.decode()
    assert late.context["untaken"] == "4. Proven experience\nTyped too late"


def test_a_draft_can_still_be_read_after_closing(client: Client, address: str, ready: Bid, member: User) -> None:
    elsewhere(ready, member, "Never submitted")
    close(ready.round)
    assert "Never submitted" in client.get(address).content.decode()


@pytest.mark.parametrize(
    "words",
    [
        "It’s O'Brien's “plan” & <b>not</b> a tag",
        "🚸👩‍👩‍👧‍👦",
        "مرحبا بالعالم ‏(٣)",
        "a" * LONGEST_REASON,
        "\r\n".join(["a"] * (LONGEST_REASON // 2)),
    ],
    ids=["apostrophe", "emoji", "right to left", "longest", "longest, in lines"],
)
def test_whatever_is_typed_survives(client: Client, address: str, words: str) -> None:
    assert send(client, address, "stay", reason_4=words).status_code == 200
    assert client.get(address).context["form"]["reason_4"].value() == words.replace("\r\n", "\n")


def test_a_reason_that_is_too_long_is_refused_with_its_text(client: Client, address: str) -> None:
    answer = send(client, address, reason_4="a" * (LONGEST_REASON + 1))
    assert "a" * (LONGEST_REASON + 1) in answer.content.decode()
    assert 'maxlength="' not in answer.content.decode()
    assert send(client, address, "stay", reason_4="a" * 4001).json() == {
        "error": "4. Proven experience: your reason has 4001 characters. Shorten it to 4,000"
    }


def test_answers_are_read_as_text_criterion_by_criterion(client: Client, address: str) -> None:
    rules = client.get(address).context["form"].rules
    typed = {"passed_6": "no", "score_6": "0", "reason_2": "Two"}
    assert as_text(rules, typed) == "2. Results inside the MPS area\nTwo\n\n6. Value for money: No, 0"
    assert [each.rule.number for each in judgement_texts(rules, typed)] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("state", ["new", "draft", "submitted", "closed"])
def test_the_page_takes_twelve_queries(client: Client, address: str, ready: Bid, member: User, state: str) -> None:
    if state in ("draft", "closed"):
        elsewhere(ready, member)
    if state == "submitted":
        scorecards.submit_scorecard(bid=ready, marks=marks(), seen=0, by=member, at=NOW)
    if state == "closed":
        close(ready.round)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert len(captured) <= 12


def test_the_page_says_what_each_criterion_is_and_each_mark_means(client: Client, address: str) -> None:
    page = client.get(address).content.decode()
    for words in (
        "1. Strategic aim",
        "Gate and scored",
        "<b>0</b>: No record of comparable work",
        "Declare an interest",
    ):
        assert words in page


def test_the_guidance_stands_beside_the_criteria(client: Client, address: str, ready: Bid, chair: User) -> None:
    Round.objects.filter(pk=ready.round_id).update(purpose="Safe places in winter")
    page = " ".join(client.get(address).content.decode().split())
    assert "<b>Yes</b>: The money asked for completes it</label>" in page
    assert "<b>No</b>: It needs more money later, or leaves a cost to somebody</label>" in page
    assert page.count("Safe places in winter") == 1
    assert page.index("1. Strategic aim") < page.index("Safe places in winter") < page.index("2. Results inside")
    assert "Children and young people <strong>(named in this bid)</strong>" in page
    assert "Violence against women and girls</dd>" in page
    assert "The scale and the weights are this round’s own." in page
    practice = reverse("bids:practice", args=[ready.round.reference])
    assert practice not in page.partition("<main")[2]
    Practice.objects.create(round=ready.round, title="Invented", bidder="Nobody", amount=1, case="x", compared_at=NOW)
    assert f'href="{practice}"' in client.get(address).content.decode().partition("<main")[2]


def test_a_criterion_of_before_has_no_line_on_its_gate(client: Client, address: str, ready: Bid) -> None:
    Criterion.objects.filter(round=ready.round).update(passes="", fails="")
    page = client.get(address).content.decode()
    assert page.count("<b>Yes</b></label>") == 5
    assert "<b>Yes</b>:" not in page


def test_a_kept_form_of_an_older_version_is_shown_next_to_what_is_saved(
    client: Client, address: str, ready: Bid, member: User
) -> None:
    """Typed before the session ended, and saved differently since: both are shown."""
    page = client.get(address).content.decode()
    ticket = page.partition('name="typed_by" value="')[2].partition('"')[0]
    session_key = client.cookies["sessionid"].value
    client.session.flush()
    client.post(address, {"typed_by": ticket, "version": "0", "reason_4": "Typed before"})
    assert client.cookies["sessionid"].value != session_key
    elsewhere(ready, member)
    client.force_login(member)
    answer = client.get(address)
    assert [each.rule.number for each in answer.context["form"].criteria if each.saved] == [1, 2, 3, 7, 4, 5, 6]
    assert answer.context["form"]["reason_4"].value() == "Typed before"
    assert "data-held" in answer.content.decode()
    close(ready.round)
    assert client.get(address).context["untaken"] == "4. Proven experience\nTyped before"


def test_ones_own_card_is_read_with_its_rules_and_answers(ready: Bid, member: User) -> None:
    before = own_card(ready, member)
    assert (before.version, before.state, before.saved_at, before.answers) == (0, "", None, {})
    assert before.rules == [criterion.rule for criterion in Criterion.objects.filter(round=ready.round)]
    card = elsewhere(ready, member)
    after = own_card(ready, member)
    assert (after.version, after.state, after.saved_at) == (card.version, "draft", card.saved_at)
    assert after.rules == before.rules
    assert after.answers["score_4"] == "1"
    assert after.answers["reason_4"] == "Saved in another window"
    other = person(Role.MEMBER, round=ready.round)
    assert own_card(ready, other).answers == {}
