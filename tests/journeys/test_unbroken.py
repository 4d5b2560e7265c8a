"""A title, a name or a reference without a space pushes no page sideways on a narrow phone."""

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat, Substr
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from bids.models import Bid, ProjectFamily, Upload
from grants.models import Organisation, User
from grants.roles import Role
from tests.bids.intake.test_intake import GOOD
from tests.bids.sheets.making import INPUTS
from tests.every_page import addresses_of
from tests.factories import open_round, person
from tests.journeys.helpers import PHONE
from tests.test_matrix import POST_ONLY, ROLES, TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]

LONG = "Neighbourhoodwatch" * 9
# The page is drawn here by Django's client and only laid out by the browser, with the style sheet in place of its link.
STYLES = re.compile(r'<link[^>]+rel="stylesheet"[^>]*>')
WIDER = """() => {
  document.querySelectorAll('details').forEach((each) => { each.open = true; });
  const wide = document.documentElement.scrollWidth;
  if (wide <= innerWidth) return '';
  const hidden = (each) => each.closest('.app-scroll, .govuk-visually-hidden, svg');
  const past = [...document.body.querySelectorAll('*')].filter(
    (each) => !hidden(each) && each.getBoundingClientRect().right > innerWidth + 1);
  return `${wide}: ` + past.slice(-3).map((each) => `${each.localName}.${each.className}`).join(' ');
}"""


def measured(page: Page, answer: Any) -> str:
    """What reaches past the edge of a narrow phone on a page that Django's client was answered, or nothing."""
    style_sheet = finders.find("styles.css")
    assert isinstance(style_sheet, str)
    styles = f"<style>{Path(style_sheet).read_text(encoding='utf-8')}</style>"
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.set_content(STYLES.sub(lambda _: styles, answer.content.decode(), count=1))
    return str(page.evaluate(WIDER))


@pytest.fixture
def addresses() -> dict[str, str]:
    """An address for each page, with every bid, family and recipient called by a word that does not end."""
    addresses = addresses_of(TABLE)
    Bid.objects.update(
        title=Substr(Concat(Value("T"), Cast("pk", CharField()), Value(LONG)), 1, 150),
        source_reference=Substr(Concat(Value("R"), Cast("pk", CharField()), Value(LONG)), 1, 40),
        summary=LONG * 3,
    )
    ProjectFamily.objects.update(name=Substr(Concat(Value("F"), Cast("pk", CharField()), Value(LONG)), 1, 120))
    Organisation.objects.update(name=Substr(Concat(Value("O"), Cast("pk", CharField()), Value(LONG)), 1, 150))
    rows = [GOOD | {"row": "2", "title": LONG[:150]}, GOOD | {"row": "3", "your_reference": LONG, "amount": LONG}]
    Upload.objects.filter(reference="UP-TEST").update(rows=[list(row.items()) for row in rows])
    return addresses


def test_a_file_with_a_word_that_does_not_end_fits_a_narrow_phone(page: Page) -> None:
    round = open_round(closes_on=max(date(2026, 12, 31), timezone.localdate()))
    client = Client()
    client.force_login(person(Role.LEAD, round=round))
    name = "c26-long-unbroken.xlsx"
    sent = {"file": SimpleUploadedFile(name, (INPUTS / name).read_bytes())}
    preview = client.post(reverse("bids:import_bids", args=[round.reference]), sent)["Location"]
    wide = {preview: measured(page, client.get(preview))}
    client.post(preview, {"csrfmiddlewaretoken": "token"})
    bid = Bid.objects.get(round=round)
    for address in (
        reverse("bids:bid", args=[bid.reference]),
        reverse("bids:change_bid", args=[bid.reference]),
        reverse("bids:bids", args=[round.reference]),
    ):
        answer = client.get(address)
        assert bid.title in html.unescape(answer.content.decode())
        wide[address] = measured(page, answer)
    assert wide == dict.fromkeys(wide, "")


def test_no_page_is_wider_than_a_narrow_phone(page: Page, addresses: dict[str, str]) -> None:
    clients: dict[str, Client] = {}
    wide, seen = {}, 0
    for name, allowed in TABLE.items():
        if name in POST_ONLY or name == "grants:sign_out":
            continue
        letter = "l" if "l" in allowed else allowed[0]
        client = clients.setdefault(letter, Client())
        if letter in ROLES and not client.session.get("_auth_user_id"):
            client.force_login(User.objects.get(username=ROLES[letter][1]))
        answer = client.get(addresses[name])
        if answer.status_code != 200 or answer.streaming or not answer["Content-Type"].startswith("text/html"):
            continue
        if too_wide := measured(page, answer):
            wide[name] = too_wide
        seen += LONG[:18] in answer.content.decode()
    assert wide == {}
    assert seen > 30
