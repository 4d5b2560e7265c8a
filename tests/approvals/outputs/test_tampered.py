"""Where one byte of something frozen was changed, each page of it says so, and shows nothing of it."""

from typing import Any

import pgtrigger
import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import DecisionRecord, Pack
from grants.models import User
from tests.approvals.paper.test_frozen import flipped
from tests.every_page import publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]

PUBLIC = {
    name: [f"approvals:{name}", ["PCD-681"]]
    for name in ("published_decision", "published_pdf", "published_word", "published_data", "published_zip")
}
OFFICE = {
    "decision": ["approvals:decision", ["PCD-681"]],
    **{
        name: [f"approvals:{name}", ["PCD-681", 1]]
        for name in ("pack", "pack_pdf", "pack_word", "pack_data", "pack_zip")
    },
}
LISTS = ("open_data_json", "open_data_csv", "open_data_xlsx", "register_feed", "grant_register", "contract_register")


def change(model: type[Pack] | type[DecisionRecord], field: str) -> None:
    """Flip one byte of what is frozen, as only the owner of the database could."""
    (row,) = model.objects.all()
    with pgtrigger.ignore(f"approvals.{model.__name__}:frozen"):
        model.objects.filter(pk=row.pk).update(**{field: flipped(getattr(row, field))})


def asked(name: str, arguments: Any, by: User | None = None) -> Any:
    client = Client()
    if by:
        client.force_login(by)
    return client.get(reverse(name, args=arguments))


def says_so(answer: Any) -> bool:
    if answer.status_code != 500:
        return False
    text = answer.content.decode()
    assert "<h1" in text and "This cannot be shown" in text
    assert answer["Content-Type"].startswith("text/html")
    assert "Content-Disposition" not in answer
    for secret in ("947,234", "947234", "Engagement and crime prevention spending", "London Blues", "Traceback"):
        assert secret not in text
    return True


@pytest.mark.parametrize("model", [Pack, DecisionRecord])
def test_changed_data_are_shown_to_nobody_in_any_form(model: Any, mo: User) -> None:
    publish()
    change(model, "canonical")
    assert {name for name, (url, args) in PUBLIC.items() if says_so(asked(url, args))} == set(PUBLIC)
    assert {name for name in LISTS if says_so(asked(f"approvals:{name}", []))} == set(LISTS)
    inside = {name for name, (url, args) in OFFICE.items() if says_so(asked(url, args, mo))}
    expected = set(OFFICE) if model is Pack else {"decision", "pack_zip"}
    assert inside == expected


def test_a_changed_page_is_shown_to_nobody_and_the_rest_still_is(mo: User) -> None:
    publish()
    change(DecisionRecord, "html")
    assert {name for name, (url, args) in PUBLIC.items() if says_so(asked(url, args))} == {
        "published_decision",
        "published_zip",
    }
    assert asked(*PUBLIC["published_pdf"]).status_code == 200
    assert {name for name, (url, args) in OFFICE.items() if says_so(asked(url, args, mo))} == {"decision", "pack_zip"}


def test_a_changed_pdf_is_shown_to_nobody_and_the_rest_still_is(mo: User) -> None:
    publish()
    change(Pack, "pdf")
    assert {name for name, (url, args) in OFFICE.items() if says_so(asked(url, args, mo))} == {
        "pack_pdf",
        "pack_word",
        "pack_zip",
    }
    assert asked(*PUBLIC["published_decision"]).status_code == 200


def test_the_page_says_what_to_do_to_those_inside_and_to_the_public(mo: User, caplog: pytest.LogCaptureFixture) -> None:
    publish()
    change(Pack, "canonical")
    inside, outside = asked(*OFFICE["pack"], mo).content.decode(), asked(*PUBLIC["published_decision"]).content.decode()
    assert "Send the auditor" in inside and "verify_pack" in inside
    assert "This is a fault in our service" in outside and "verify_pack" not in outside
    assert "Something frozen was changed in storage: /register/PCD-681/" in caplog.text
    assert "947,234" not in caplog.text


def test_the_register_itself_stays_open(mo: User) -> None:
    publish()
    change(Pack, "canonical")
    assert asked("approvals:register", []).status_code == 200
    assert says_so(asked(*PUBLIC["published_decision"]))


@pytest.mark.parametrize("page", ["decide_items", "publish_decision"])
def test_no_form_goes_on_with_what_was_changed(page: str, decision: Any, robin: User, mo: User) -> None:
    from tests.approvals.steps import decide, sign, state

    if page == "publish_decision":
        decide(decision, robin)
        sign(decision, robin)
    change(Pack, "canonical")
    client = Client()
    client.force_login(robin if page == "decide_items" else mo)
    before = state(decision)
    decision.refresh_from_db()
    answer = client.post(reverse(f"approvals:{page}", args=["PCD-681"]), {"version": decision.version})
    if page == "decide_items":
        assert says_so(answer)
    else:
        assert "does not match its recorded hash" in answer.content.decode()
    assert state(decision) == before
