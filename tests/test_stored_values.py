"""No stored value breaks a public page: whatever is in a text, a reference or a name, each page still answers.

The frozen data of a published decision are written anew with a hostile text in place of every text, and the
constraints on references are taken away, as a database may hold what came in before there were any.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pgtrigger
import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.decisions.forms import DecisionForm
from approvals.models import Decision, DecisionRecord
from approvals.register import registering
from grants import references
from grants.models import Round, User
from grants.references import InAddress
from grants.rounds.forms import RoundForm
from tests.every_page import publish

pytestmark = [pytest.mark.walk, pytest.mark.usefixtures("in_module_db", "files_made_once")]

HOSTILE = [
    "a vertical tab\x0b, a bell\x07 and the end\x1f",
    "</title><script>alert(1)</script>&amp;]]>",
    "first\r\nSet-Cookie: second=1",
    "\ufffe\uffff\u202e\u2028 \U0001f6b2",
    "{% url 'x' %}{{ y }}%00%2e%2e/../",
    "=HYPERLINK(1)",
    "x" * 150,
]
SLASHED = "42/2024"
# What the folder of a round let in before there were constraints.
LEGACY = ["a/b\r\nc", "..", "/", "\x0b", "%2F", "~", "", "?x=1#y", "feed"]
LISTS = ["register", "register_feed", "open_data_json", "open_data_csv", "open_data_xlsx"]
LISTS += ["grant_register", "contract_register"]
OF_ONE = ["published_decision", "published_pdf", "published_word", "published_data", "published_zip"]
# Each is somebody with tasks of another kind on their home page.
PEOPLE = ["grace.hall", "sam.wills", "mo.novak", "robin.vale", "kit.lane", "iris.jonas", "olive.marsh"]


def addresses() -> Iterator[str]:
    yield from (reverse(f"approvals:{name}") for name in LISTS)
    for kind in ("csv", "xlsx"):
        yield from (reverse(f"approvals:{name}_register_file", args=[kind]) for name in ("grant", "contract"))


def broken(reference: str | None = None) -> list[tuple[str, int]]:
    """The public pages that do not answer, with those of one decision where its reference is named."""
    paths = list(addresses())
    if reference:
        paths += [reverse(f"approvals:{name}", args=[reference]) for name in OF_ONE]
    client = Client(raise_request_exception=False)
    answers = {path: client.get(path).status_code for path in paths}
    return [(path, status) for path, status in answers.items() if status != 200]


def homes_broken() -> list[tuple[str, int]]:
    statuses = {}
    for username in PEOPLE:
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(username=username))
        statuses[username] = client.get(reverse("grants:home")).status_code
    return [(username, status) for username, status in statuses.items() if status != 200]


KEPT = re.compile(r"[\d.,£ -]*|\d{4}-\d\d-\d\d.*|[0-9a-f]{64}", re.DOTALL)
# Code reads these, and a transition writes them from its own choices.
VALUES = {"answer", "verb", "kind", "register", "ground", "level", "key", "anchor", "to", "area", "figure", "typefaces"}


def hostile(data: Any, text: str, name: str = "") -> Any:
    """The data with a text in place of each text that a person may have typed."""
    if isinstance(data, dict):
        return {key: hostile(value, text, key) for key, value in data.items()}
    if isinstance(data, list):
        return [hostile(value, text, name) for value in data]
    is_typed = isinstance(data, str) and not KEPT.fullmatch(data) and name not in VALUES
    return text if is_typed and not name.endswith(("_value", "reference")) else data


def refreeze(decision: Decision, text: str, reference: str) -> None:
    """Put a hostile text into all that was frozen of a decision, as if it had been typed before it was frozen."""
    record = DecisionRecord.objects.select_related("pack").get(decision=decision)
    with pgtrigger.ignore("approvals.Pack:frozen", "approvals.DecisionRecord:frozen"):
        for frozen in (record.pack, record):
            data = hostile(json.loads(frozen.canonical), text)
            if frozen is record:
                data["pack_sha256"] = record.pack.sha256
            data["reference"] = reference
            canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            digest = hashlib.sha256(canonical.encode()).hexdigest()
            frozen.canonical, frozen.sha256 = canonical, digest
            type(frozen)._default_manager.filter(pk=frozen.pk).update(canonical=canonical, sha256=digest)


def without_constraints() -> None:
    with connection.cursor() as cursor:
        # What waits for the end of the transaction would keep the tables as they are.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE approvals_decision DROP CONSTRAINT decision_has_a_reference")
        cursor.execute("ALTER TABLE grants_round DROP CONSTRAINT round_has_a_reference")
        cursor.execute("ALTER TABLE grants_round DROP CONSTRAINT round_has_a_financial_year")


@pytest.fixture(scope="module")
def published(module_db: None) -> None:
    publish()


@pytest.fixture
def decision(published: None) -> Decision:
    return Decision.objects.get(reference="PCD-681")


def test_the_pages_answer_before_anything_is_hostile(decision: Decision) -> None:
    assert broken("PCD-681") == []
    assert homes_broken() == []
    assert len(list(addresses())) == 11


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_decision_breaks_a_public_page(decision: Decision, text: str) -> None:
    refreeze(decision, text, decision.reference)
    entry = decision.entry
    decision.entry.delete()
    registering.enter(DecisionRecord.objects.get(decision=decision))
    assert entry.decision_id == decision.pk
    Round.objects.filter(pk=decision.round_id).update(title=text[:120])
    Decision.objects.filter(pk=decision.pk).update(title=text)
    assert broken(decision.reference) == []
    assert homes_broken() == []
    feed = Client().get(reverse("approvals:register_feed")).content
    assert len(ElementTree.fromstring(feed).findall("{http://www.w3.org/2005/Atom}entry")) == 1


def test_a_reference_with_a_slash_works_on_every_page(decision: Decision) -> None:
    refreeze(decision, "A text", SLASHED)
    Decision.objects.filter(pk=decision.pk).update(reference=SLASHED)
    assert broken(SLASHED) == []
    assert homes_broken() == []
    file = Client().get(reverse("approvals:published_pdf", args=[SLASHED]))
    assert file["Content-Disposition"] == 'attachment; filename="42-2024.pdf"'
    page = Client().get("/register/42~2024/").content.decode()
    assert SLASHED in page
    package = Client().get(reverse("approvals:open_data_json")).json()
    assert {each["url"].rpartition("/register/")[2] for each in package["grants"][0]["relatedDocument"]} == {"42~2024/"}


@pytest.mark.parametrize("reference", LEGACY)
def test_no_reference_that_came_in_earlier_breaks_a_list(decision: Decision, reference: str) -> None:
    without_constraints()
    refreeze(decision, "A text", reference)
    Decision.objects.filter(pk=decision.pk).update(reference=reference)
    Round.objects.filter(pk=decision.round_id).update(reference=reference, financial_year=reference[:7])
    assert broken() == []
    assert homes_broken() == []


@pytest.mark.parametrize("reference", [*LEGACY, "PCD 681", "PCD--1", "-1", "1-", "é1", "1\n", "N" * 21])
def test_the_form_and_the_database_refuse_the_same_references(reference: str) -> None:
    round = Round.objects.get(reference="cpie-2019-20")
    form = DecisionForm({"reference": reference, "title": "T", "decision_by": "D"}, round=round)
    # A form takes blanks at the ends away.
    if form.is_valid():
        assert form.cleaned_data["reference"] == reference.strip() != reference
    with pytest.raises((IntegrityError, DataError, ValueError)), transaction.atomic():
        Decision.objects.create(
            round=round, reference=reference, title="T", decision_by="D", opened_at="2026-01-01T00:00Z"
        )


@pytest.mark.parametrize("reference", [SLASHED, "PCD-681x", "OPCC.2024-7", "2024"])
def test_the_form_and_the_database_take_the_same_references(reference: str) -> None:
    round = Round.objects.get(reference="cpie-2019-20")
    form = DecisionForm({"reference": reference, "title": "T", "decision_by": "D"}, round=round)
    assert form.is_valid()
    Decision.objects.create(round=round, reference=reference, title="T", decision_by="D", opened_at="2026-01-01T00:00Z")


@pytest.mark.parametrize("reference", ["add", "a/b", "é", "a b", "x" * 41])
def test_a_round_has_a_reference_that_fits_an_address(reference: str) -> None:
    assert "reference" in RoundForm({"reference": reference}).errors
    with pytest.raises(Exception, match=r"round_has_a_reference|too long"), transaction.atomic():
        Round.objects.filter(reference="cpie-2019-20").update(reference=reference)


@given(st.text(st.characters(exclude_characters="~\x00", exclude_categories=["Cs"])))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_reference_has_an_address_that_leads_back(text: str) -> None:
    address = InAddress().to_url(text)
    assert reverse("approvals:published_decision", args=[text])
    assert re.fullmatch(InAddress.regex, address, re.DOTALL)
    assert InAddress().to_python(address) == (text or "/")


@given(st.text())
def test_a_file_name_parts_no_folders_and_ends_no_line(text: str) -> None:
    assert not set("/\\\r\n\"'") & set(references.file_name(text)) - {"'"}
