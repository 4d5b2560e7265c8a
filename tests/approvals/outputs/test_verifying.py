"""manage.py verify_pack: a line a check, 0 where all hold and 1 where one does not."""

import hashlib
from io import StringIO
from typing import Any

import pgtrigger
import pytest
from django.core.management import CommandError, call_command

from approvals.decisions import writing
from approvals.models import Decision, DecisionRecord, Pack
from grants.models import AuditEvent, User
from tests.every_page import publish
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def run() -> tuple[int, list[str]]:
    """How the command ends, and the checks that it says failed."""
    out, ended = StringIO(), 0
    try:
        call_command("verify_pack", "PCD-681", stdout=out)
    except SystemExit as stop:
        ended = int(stop.code or 0)
    lines = out.getvalue().splitlines()
    assert all(line.startswith(("ok ", "FAILED ")) for line in lines[:-1])
    return ended, [line.removeprefix("FAILED").strip() for line in lines if line.startswith("FAILED")]


def tampered(model: Any, **fields: Any) -> None:
    with pgtrigger.ignore(f"approvals.{model.__name__}:frozen"):
        model.objects.filter(decision__reference="PCD-681").update(**fields)


def test_every_check_of_an_unchanged_decision_holds() -> None:
    publish()
    out = StringIO()
    call_command("verify_pack", "PCD-681", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[-1] == "All 15 checks hold."
    assert len(lines) == 16


def test_every_version_is_checked(returned: Decision, grace: User) -> None:
    writing.submit_pack(decision=returned, by=grace, at=NOW)
    out = StringIO()
    call_command("verify_pack", "PCD-681", stdout=out)
    assert [out.getvalue().count(f"Version {number}:") for number in (1, 2)] == [8, 8]


@pytest.mark.parametrize(
    ("model", "field", "expected"),
    [
        (Pack, "canonical", "Version 1: the data fit their hash"),
        (Pack, "html", "Version 1: the page made again is the same"),
        (Pack, "pdf", "Version 1: the PDF fits its hash"),
        (Pack, "trail_head", "Version 1: the head of the trail that it prints"),
        (DecisionRecord, "canonical", "Record: the data fit their hash"),
        (DecisionRecord, "html", "Record: the page fits its hash"),
        (DecisionRecord, "pdf", "Record: the PDF made again is the same"),
    ],
)
def test_a_changed_row_fails(model: type[Pack] | type[DecisionRecord], field: str, expected: str) -> None:
    publish()
    value: Any = getattr(model.objects.get(decision__reference="PCD-681"), field)
    tampered(model, **{field: value[9:] + value[:9] if isinstance(value, str) else bytes(value) + b" "})
    ended, failed = run()
    assert ended == 1
    assert any(line.startswith(expected) for line in failed)


def test_the_page_made_again_may_be_indented_anew() -> None:
    publish()
    decision = Decision.objects.get(reference="PCD-681")
    page = Pack.objects.get(decision=decision).html
    assert "\n    <" in page
    anew = page.replace("\n    <", "\n\n\t<")
    tampered(Pack, html=anew, html_sha256=hashlib.sha256(anew.encode()).hexdigest())
    assert run() == (0, [])
    other = anew.replace("Interests declared", "Interest declared", 1)
    assert other != anew
    tampered(Pack, html=other, html_sha256=hashlib.sha256(other.encode()).hexdigest())
    assert run() == (1, ["Version 1: the page made again is the same"])


def test_data_that_are_no_longer_json_fail(decision: Decision) -> None:
    tampered(Pack, canonical="{")
    assert run()[0] == 1


def test_a_row_changed_together_with_its_hashes_fails_by_the_trail(decision: Decision) -> None:
    from approvals.paper import pack

    paper = pack.read(Pack.objects.get(decision=decision))
    tampered(Pack, **pack.freeze({**paper, "title": "Another"}).fields())
    assert run() == (1, ["Version 1: the trail tells of its submission with this hash"])


def test_a_trail_that_was_changed_before_the_submission_fails(decision: Decision) -> None:
    first = AuditEvent.objects.filter(round=decision.round).order_by("number")[0]
    with pgtrigger.ignore("grants.AuditEvent:append_only"):
        AuditEvent.objects.filter(pk=first.pk).update(because="Another reason")
    ended, failed = run()
    assert ended == 1
    assert "Version 1: that head is in the trail, unbroken up to there" in failed


def test_a_trail_that_was_changed_after_the_submission_does_not_fail(decision: Decision, mo: User) -> None:
    writing.return_pack(decision=decision, reason="A question", by=mo, at=NOW)
    last = AuditEvent.objects.filter(round=decision.round).order_by("-number")[0]
    with pgtrigger.ignore("grants.AuditEvent:append_only"):
        AuditEvent.objects.filter(pk=last.pk).update(because="Another reason")
    assert run()[0] == 0


def test_an_unknown_or_unsubmitted_decision_is_named(decision: Decision, grace: User) -> None:
    with pytest.raises(CommandError, match="There is no decision PCD-1"):
        call_command("verify_pack", "PCD-1")
    writing.prepare_decision(round=decision.round, reference="PCD-1", title="New", decision_by="DMPC", by=grace, at=NOW)
    with pytest.raises(CommandError, match="has not been submitted"):
        call_command("verify_pack", "PCD-1")
