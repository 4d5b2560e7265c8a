"""Everything of a decision as one zip: the same bytes each time, each file with its hash, nothing of Part 2."""

import hashlib
import io
import json
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Decision, DecisionRecord, Pack
from grants.models import User
from tests.approvals.steps import decide, sign

pytestmark = pytest.mark.usefixtures("files_made_once", "staged")

OF_THE_PACK = {"pack.html", "pack.pdf", "pack.docx", "pack.json"}
MADE = {"record.json", "open-data.json", "open-data.csv"}
SIGNED = OF_THE_PACK | MADE | {"decision.html", "decision.pdf", "decision.docx"}


def public() -> bytes:
    answer = Client().get(reverse("approvals:published_zip", args=["PCD-681"]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    return answer.content


def inside(mo: User) -> bytes:
    client = Client()
    client.force_login(mo)
    answer = client.get(reverse("approvals:pack_zip", args=["PCD-681", 1]))
    assert answer.status_code == 200
    return answer.content


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.usefixtures("publication")
def test_the_zip_holds_the_frozen_files_with_their_hashes() -> None:
    content_by_name = files(public())
    listed = json.loads(content_by_name.pop("MANIFEST.json"))["files"]
    assert set(content_by_name) == SIGNED == {each["name"] for each in listed}
    for each in listed:
        assert hashlib.sha256(content_by_name[each["name"]]).hexdigest() == each["sha256"]
        assert len(content_by_name[each["name"]]) == each["bytes"]
    frozen, record = Pack.objects.get(decision__reference="PCD-681"), DecisionRecord.objects.get()
    assert content_by_name["pack.json"] == frozen.canonical.encode()
    assert content_by_name["record.json"] == record.canonical.encode()
    assert content_by_name["decision.pdf"] == bytes(record.pdf)
    assert hashlib.sha256(content_by_name["pack.json"]).hexdigest() == frozen.sha256
    assert len(json.loads(content_by_name["open-data.json"])["grants"]) == 39


@pytest.mark.usefixtures("publication")
def test_a_second_run_gives_the_same_bytes() -> None:
    assert public() == public()


@pytest.mark.usefixtures("publication")
def test_nothing_of_part_two_is_in_it() -> None:
    for name, content in files(public()).items():
        assert b"Exempt words" not in content, name


def test_an_unsigned_version_holds_only_its_paper(mo: User) -> None:
    content = inside(mo)
    assert set(files(content)) == OF_THE_PACK | {"MANIFEST.json"}
    assert inside(mo) == content


def test_the_office_can_open_a_signed_decision_before_it_is_published(
    decision: Decision, robin: User, mo: User
) -> None:
    decide(decision, robin)
    sign(decision, robin)
    assert set(files(inside(mo))) == SIGNED | {"MANIFEST.json"}
    assert Client().get(reverse("approvals:published_zip", args=["PCD-681"])).status_code == 404


@pytest.mark.usefixtures("publication")
def test_the_public_page_links_to_it() -> None:
    page = Client().get(reverse("approvals:published_decision", args=["PCD-681"])).content.decode()
    assert reverse("approvals:published_zip", args=["PCD-681"]) in page
