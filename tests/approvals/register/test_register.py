"""The public register: its list, its search and filters, and that nothing unpublished shows."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals.models import Decision, DecisionRecord, PartTwo, RegisterEntry, RegisterWords
from approvals.outputs import published
from bids.models import Bid
from grants.models import Organisation, User
from tests.approvals.steps import Answer, decide, sign
from tests.conftest import ROOT
from tests.every_page import AT, publish

pytestmark = pytest.mark.usefixtures("files_made_once", "staged")


def listed(**asked: str) -> list[str]:
    """The references that the register shows for a search, in its order."""
    answer = Client().get(reverse("approvals:register"), asked)
    assert answer.status_code == 200
    return [entry.decision.reference for entry in answer.context["page"]]


def register_page(**asked: str) -> str:
    return Client().get(reverse("approvals:register"), asked).content.decode()


def copies(count: int, first: int = 0, **other: Any) -> None:
    """So many more published decisions, numbered from the `first`: the entry of PCD 681 with something else."""
    entry = RegisterEntry.objects.get(decision__reference="PCD-681")
    kept = {field.name: getattr(entry, field.name) for field in RegisterEntry._meta.fields if field.name != "id"}
    for number in range(first, first + count):
        decision = Decision.objects.create(
            round=entry.decision.round,
            reference=f"PCD-{1000 + number}",
            title="Of no account here",
            decision_by="Deputy Mayor",
            state=Decision.State.PUBLISHED,
            opened_at=AT,
            signed_at=AT,
            published_at=AT,
        )
        RegisterEntry.objects.create(
            **{**kept, "decision": decision, "title": "Another", "text": "Zeppelin", "recipients": [], **other}
        )


@pytest.mark.parametrize(
    ("words", "of"),
    [
        ("PCD-681", "its reference"),
        ("681", "a part of its reference"),
        ("engagement", "its title"),
        ("ENGAGEMENT prevention", "its title, in another case and order"),
        ("Mutual Gain", "a recipient"),
        ("Police Crime Prevention Initiatives", "the supplier of its contract"),
        ("crime prevention 2019/20", "its round"),
        ("living wage", "the text of a section"),
        ("forced marriage", "the title of a grant"),
        ("estates", "the purpose of a grant"),
        ("robin vale", "who signed it"),
    ],
)
@pytest.mark.usefixtures("publication")
def test_the_search_finds_a_decision_by(words: str, of: str) -> None:
    copies(1)
    assert listed(q=words) == ["PCD-681"], of


@pytest.mark.parametrize(
    "words", ["friends CAFÉ", "friends of the cafes", "SC 12345", "charity no. sc012345", "cafés frien"]
)
@pytest.mark.usefixtures("publication")
def test_the_search_folds_accents_and_apostrophes_and_the_spelling_of_numbers(words: str) -> None:
    copies(1, text="A grant to the Friends of the Cafés\ncharity number SC012345")
    assert listed(q=words) == ["PCD-1000"]


@pytest.mark.usefixtures("publication")
def test_what_was_hit_is_in_bold_in_the_title_and_the_text() -> None:
    copies(1, title="Of <Lamps>", text="Of <Lamps>\n" + "Nothing. " * 50 + "The lamps & locks. " + "Nothing. " * 50)
    page = register_page(q="lamps")
    assert 'Of &lt;<mark class="app-hit">Lamps</mark>&gt;</a>' in page
    assert 'The <mark class="app-hit">lamps</mark> &amp; locks.' in page
    assert "<mark" not in register_page()


def test_what_is_not_published_is_not_searched() -> None:
    assert listed(q="engagement") == []
    assert not RegisterWords.objects.filter(entry__decision__reference="PCD-681").exists()


def test_part_2_is_not_searched(publication: Decision) -> None:
    PartTwo.objects.filter(decision=publication).update(text="Zeppelin", exemption="Zeppelin")
    assert listed(q="zeppelin") == []


@pytest.mark.usefixtures("publication")
def test_a_search_takes_as_many_queries_for_three_decisions_as_for_one() -> None:
    address = reverse("approvals:register") + "?q=zeppelin"
    counts = []
    for number in (1, 2):
        for _ in range(number):
            copies(1, first=RegisterEntry.objects.count())
        with CaptureQueriesContext(connection) as captured:
            Client().get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("publication")
def test_the_words_are_in_step_with_the_entry() -> None:
    entry = RegisterEntry.objects.get(decision__reference="PCD-681")
    kept = RegisterWords.objects.values().get(pk=entry.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT approvals_write_register_words(ARRAY[%s]::bigint[])", [entry.pk])
    assert RegisterWords.objects.values().get(pk=entry.pk) == kept
    RegisterEntry.objects.filter(pk=entry.pk).update(text="Zeppelin")
    assert listed(q="zeppelin") == ["PCD-681"]


@pytest.mark.usefixtures("publication")
def test_every_word_has_to_be_there() -> None:
    assert listed(q="engagement zeppelin") == []


@pytest.mark.usefixtures("publication")
def test_the_search_reads_what_was_published_and_not_what_the_rows_say_now() -> None:
    Organisation.objects.filter(name="Mutual Gain").update(name="Zanzibar Trust")
    Decision.objects.filter(reference="PCD-681").update(title="Zanzibar")
    Bid.objects.filter(round__reference="cpie-2019-20").update(title="Zanzibar", summary="Zanzibar")
    assert listed(q="Zanzibar") == []
    assert listed(q="Mutual Gain") == ["PCD-681"]
    assert "Zanzibar" not in register_page()


@pytest.mark.usefixtures("publication")
def test_nothing_of_part_two_or_of_the_panel_is_searched() -> None:
    text = RegisterEntry.objects.get().text
    assert "Exempt words" not in text
    assert listed(q="Amara Cole") == []


@pytest.mark.usefixtures("publication")
def test_filters_by_year_subject_and_recipient() -> None:
    copies(1, themes=["Another subject"], recipients=["Somebody else"], signed_on="2021-03-01")
    everything = ["PCD-681", "PCD-1000"]
    assert listed() == listed(year="", theme="", recipient="") == everything
    assert listed(year="2021") == listed(theme="Another subject") == listed(recipient="Somebody else") == ["PCD-1000"]
    business = RegisterEntry.objects.get(decision__reference="PCD-681").themes[0]
    assert listed(theme=business) == listed(recipient="London Blues", year="2026") == ["PCD-681"]
    assert listed(recipient="London Blues", year="2021") == []


@pytest.mark.parametrize("asked", [{"year": "x"}, {"year": "99999999999"}, {"theme": "nothing"}, {"page": "-1"}])
@pytest.mark.usefixtures("publication")
def test_an_unknown_filter_value_is_no_error(asked: dict[str, str]) -> None:
    assert Client().get(reverse("approvals:register"), asked).status_code == 200


@pytest.mark.usefixtures("publication")
def test_the_entry_says_what_the_decision_came_to() -> None:
    text = " ".join(register_page().split())
    assert "1 decision, newest first." in text
    assert "39 grants, £1,438,598 · 1 contract, £400,000" in text
    assert "refused or deferred" not in text
    assert 'type="application/atom+xml"' in text
    assert reverse("approvals:register_feed") in text


def test_a_refused_item_is_counted_as_held_back_and_not_as_a_grant(decision: Decision, robin: User, mo: User) -> None:
    from approvals.decisions import writing

    decide(decision, robin, item_1=Answer("refused", reason="Not now."))
    sign(decision, robin)
    decision.refresh_from_db()
    writing.publish_decision(decision=decision, by=mo, at=AT)
    refused = decision.items.get(number=1)
    text = " ".join(register_page().split())
    assert "1 item refused or deferred" in text
    assert "38 grants" in text
    assert refused.award
    entry = RegisterEntry.objects.get()
    assert refused.award.bid.recipient.name not in entry.recipients
    assert listed(q="Not now.") == ["PCD-681"]
    page = Client().get(reverse("approvals:published_decision", args=["PCD-681"])).content.decode()
    assert "1 item refused or deferred" in page


def test_an_empty_register_and_an_empty_answer_say_what_to_do() -> None:
    assert "No decisions have been published yet." in register_page()
    publish()
    text = register_page(q="zeppelin")
    assert "No decisions match your search. Check the spelling, use fewer words, remove a filter" in text
    assert f'href="{reverse("approvals:register")}"' in text


@pytest.mark.usefixtures("publication")
def test_a_page_lists_25_decisions() -> None:
    copies(26)
    text = " ".join(register_page().split())
    assert "27 decisions, showing 1 to 25, newest first." in text
    assert len(listed()) == 25
    assert len(listed(page="2")) == 2
    assert "26 decisions found, showing 1 to 25" in " ".join(register_page(q="zeppelin").split())
    assert "?q=zeppelin&amp;page=2" in register_page(q="zeppelin")


@pytest.mark.usefixtures("publication")
def test_the_list_takes_as_many_queries_for_many_decisions_as_for_one() -> None:

    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            listed(q="a", recipient="Mutual Gain")
        return [each["sql"] for each in captured]

    one = queries()
    copies(3, recipients=["Mutual Gain"])
    many = queries()
    assert len(many) == len(one) <= 8
    assert not any('"canonical"' in sql or '"html"' in sql for sql in many), "The register reads whole papers"


def test_every_file_is_as_large_as_the_page_says(publication: Decision) -> None:
    sizes = RegisterEntry.objects.get(decision=publication).sizes
    page = Client().get(reverse("approvals:published_decision", args=["PCD-681"])).content.decode()
    names = {"pdf": "published_pdf", "docx": "published_word", "json": "published_data", "zip": "published_zip"}
    assert set(sizes) == set(names)
    for ending, name in names.items():
        address = reverse(f"approvals:{name}", args=["PCD-681"])
        answer = Client().get(address)
        assert len(answer.content) == sizes[ending], ending
        assert answer["Content-Disposition"] == f'attachment; filename="PCD-681.{ending}"'
        assert address in page
    assert f"PDF of PCD-681, {sizes['pdf'] / 1024:.1f}\xa0KB" in page


def test_the_page_of_a_decision_links_to_every_part_of_its_paper() -> None:
    import re

    publish()
    page = Client().get(reverse("approvals:published_decision", args=["PCD-681"])).content.decode()
    contents = page[page.index('aria-label="Contents of the paper"') :].partition("</nav>")[0]
    targets = re.findall(r'href="#([^"]+)"', contents)
    headings = re.findall(r'<h2[^>]* id="([^"]+)"', page)
    assert targets == [each for each in headings if each != "part-1"]
    for part in ("11 grants approved, £947,234", "28 grants noted", "£491,364", "1 contract", "£400,000"):
        assert part in page.partition("Contents of the paper")[0]


NOT_THERE = ("published_decision", "published_pdf", "published_word", "published_data", "published_zip")


@pytest.mark.parametrize("name", NOT_THERE)
def test_a_decision_that_is_not_published_looks_like_one_that_does_not_exist(
    name: str, decision: Decision, robin: User
) -> None:
    decide(decision, robin)
    sign(decision, robin)
    there = Client().get(reverse(f"approvals:{name}", args=["PCD-681"]))
    nowhere = Client().get(reverse(f"approvals:{name}", args=["PCD-186"]))
    assert there.status_code == nowhere.status_code == 404
    assert there.content == nowhere.content
    assert sorted(there.items()) == sorted(nowhere.items())
    assert b"PCD" not in there.content
    assert listed() == []


def test_the_migration_lists_what_was_published_before() -> None:
    from importlib import import_module

    from django.apps import apps

    publish()
    before = RegisterEntry.objects.values("title", "signed_on", "grants", "grants_total", "recipients", "text").get()
    RegisterEntry.objects.all().delete()
    (migration,) = (ROOT / "approvals/migrations").glob("*_outputs.py")
    import_module(f"approvals.migrations.{migration.stem}").enter_published(apps, None)
    again = RegisterEntry.objects.values("title", "signed_on", "grants", "grants_total", "recipients", "text").get()
    assert again == before
    page = Client().get(reverse("approvals:published_decision", args=["PCD-681"])).content.decode()
    assert ">PDF of PCD-681</a>" in page


@pytest.mark.usefixtures("publication")
def test_the_data_to_download_are_the_very_text_that_was_hashed() -> None:
    record = DecisionRecord.objects.get()
    assert record.pack.canonical in published.data(record)
    assert record.canonical in published.data(record)
