"""A frozen paper never moves, and Part 2 is in none of its forms."""

import io
from decimal import Decimal
from typing import Any

import pgtrigger
import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from approvals.decisions import writing
from approvals.models import (
    Award,
    Decision,
    DecisionRecord,
    DecisionSection,
    Pack,
    PartTwo,
)
from approvals.paper import pack as packs
from bids.models import Bid
from grants import audit
from grants.models import AuditEvent, Organisation, User
from grants.refusal import Refused
from tests.approvals.steps import LATER, decide, sign, state
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_the_frozen_paper_stays_byte_for_byte_when_the_register_moves_on(decision: Decision) -> None:
    before = Pack.objects.get(decision=decision)
    Organisation.objects.filter(name="Mutual Gain").update(name="Renamed")
    Bid.objects.filter(round=decision.round).update(title="Renamed", summary="Renamed")
    Award.objects.filter(bid__source_reference="CPIE-051").update(amount=Decimal(1))
    DecisionSection.objects.filter(decision=decision).update(text="Renamed")
    Decision.objects.filter(pk=decision.pk).update(title="Renamed")
    after = Pack.objects.get(pk=before.pk)
    assert (after.html, bytes(after.pdf), after.canonical) == (before.html, bytes(before.pdf), before.canonical)
    assert "Renamed" not in packs.checked_html(after)
    assert packs.html(packs.read(after), digest=after.sha256) == before.html


@pytest.mark.parametrize("field", ["html", "canonical", "pdf", "sha256"])
def test_the_database_refuses_to_change_a_frozen_paper(decision: Decision, field: str) -> None:
    value: Any = b"x" if field == "pdf" else "x"
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        Pack.objects.filter(decision=decision).update(**{field: value})
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        Pack.objects.filter(decision=decision)._raw_delete("default")


def flipped(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("947234", "947235", 1) if "947234" in value else value.replace("a", "b", 1)
    changed = bytearray(value)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)


@pytest.mark.parametrize(
    ("field", "refused"),
    [
        ("canonical", {"read", "checked_html", "checked_pdf"}),
        ("html", {"checked_html"}),
        ("pdf", {"checked_pdf"}),
    ],
)
def test_one_changed_byte_is_refused(decision: Decision, field: str, refused: set[str]) -> None:
    frozen = Pack.objects.get(decision=decision)
    with pgtrigger.ignore("approvals.Pack:frozen"):
        Pack.objects.filter(pk=frozen.pk).update(**{field: flipped(getattr(frozen, field))})
    changed = Pack.objects.get(pk=frozen.pk)
    for name in ("read", "checked_html", "checked_pdf"):
        if name in refused:
            with pytest.raises(Refused, match="does not match its recorded hash"):
                getattr(packs, name)(changed)
        else:
            assert getattr(packs, name)(changed)


def test_nothing_is_decided_on_data_that_were_changed(decision: Decision, robin: User) -> None:
    frozen = Pack.objects.get(decision=decision)
    with pgtrigger.ignore("approvals.Pack:frozen"):
        Pack.objects.filter(pk=frozen.pk).update(canonical=flipped(frozen.canonical))
    with pytest.raises(Refused, match="does not match its recorded hash"):
        decide(decision, robin)
    assert state(decision) == "ready"


# Part 2


def test_part_2_is_in_no_render_of_the_paper_or_the_record(
    returned: Decision, grace: User, mo: User, robin: User
) -> None:
    secret = "Zanzibar negotiating position"
    writing.write_part_two(decision=returned, text=secret, exemption="Commercial interests", by=grace, at=NOW)
    assert PartTwo.objects.get(decision=returned).text == secret
    frozen = writing.submit_pack(decision=returned, by=grace, at=LATER)
    writing.put_forward(decision=returned, by=mo, at=LATER)
    decide(returned, robin)
    sign(returned, robin)
    for made in (frozen, DecisionRecord.objects.get(decision=returned)):
        assert "Zanzibar" not in made.html
        assert "Zanzibar" not in made.canonical
        assert "Zanzibar" not in pdf_text(bytes(made.pdf))
    events = AuditEvent.objects.filter(round=returned.round)
    assert events.filter(action="write part 2").count() == 1
    assert not any("Zanzibar" in audit.canonical([event.before, event.facts, event.because]) for event in events)


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
