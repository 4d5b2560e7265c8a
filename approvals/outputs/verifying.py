"""Check that a decision is still what was frozen: each version of its paper, its record, and the audit trail."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from approvals.models import Decision, DecisionRecord, Pack
from approvals.paper import pack
from grants import audit
from grants.models import AuditEvent
from grants.refusal import Refused


@dataclass(frozen=True, slots=True)
class Check:
    """A statement about part of a decision, and whether it holds."""

    of: str
    statement: str
    holds: bool


def checks(decision: Decision) -> Iterator[Check]:
    """Yield every check of a decision, in order: its versions, then its record, each with the trail."""
    sound = audit.unbroken(decision.round)
    for version in decision.packs.select_related("decision__round"):
        yield from _version(version, sound)
    record = DecisionRecord.objects.filter(decision=decision).select_related("pack").first()
    if record:
        yield from _record(record, decision, sound)


def _version(frozen: Pack, sound: frozenset[str]) -> Iterator[Check]:
    of = f"Version {frozen.version}"
    yield from _hashes(of, frozen)
    yield from _again(of, frozen)
    printed = _printed_head(frozen)
    yield Check(
        of, f"the head of the trail that it prints, {printed[:16]}, is the one kept", printed == frozen.trail_head
    )
    yield Check(of, "that head is in the trail, unbroken up to there", printed in sound)
    yield Check(of, "the trail tells of its submission with this hash", _in_trail("submit pack", frozen, sound))


def _record(record: DecisionRecord, decision: Decision, sound: frozenset[str]) -> Iterator[Check]:
    of = "Record"
    yield from _hashes(of, record)
    yield from _again(of, record)
    yield Check(of, f"it is of version {record.pack.version} and names its hash", _names_its_pack(record))
    yield Check(of, "the trail tells of its signature with this hash", _in_trail("sign decision", record, sound))


def _hashes(of: str, frozen: Pack | DecisionRecord) -> Iterator[Check]:
    yield Check(of, "the data fit their hash", pack.sha256(frozen.canonical) == frozen.sha256)
    yield Check(of, "the page fits its hash", pack.sha256(frozen.html) == frozen.html_sha256)
    yield Check(of, "the PDF fits its hash", hashlib.sha256(bytes(frozen.pdf)).hexdigest() == frozen.pdf_sha256)


def _again(of: str, frozen: Pack | DecisionRecord) -> Iterator[Check]:
    """Check that the page, but for its indentation, and the PDF can be made again from the data."""
    try:
        data = pack.read(frozen)
        made = pack.freeze_record(data, frozen.pack) if isinstance(frozen, DecisionRecord) else pack.freeze(data)
    except Refused:
        yield Check(of, "the page and the PDF can be made again from the data", False)
        return
    yield Check(of, "the page made again is the same", pack.as_read(made.html) == pack.as_read(frozen.html))
    yield Check(of, "the PDF made again is the same", made.pdf == bytes(frozen.pdf))


def _printed_head(frozen: Pack) -> str:
    try:
        return str(json.loads(frozen.canonical)["trail_head"])
    except (ValueError, KeyError):
        return ""


def _names_its_pack(record: DecisionRecord) -> bool:
    try:
        data = json.loads(record.canonical)
        return bool((data["pack_version"], data["pack_sha256"]) == (record.pack.version, record.pack.sha256))
    except (ValueError, KeyError):
        return False


def _in_trail(action: str, frozen: Pack | DecisionRecord, sound: frozenset[str]) -> bool:
    events = AuditEvent.objects.filter(
        round=frozen.decision.round, action=action, subject=frozen.decision.reference, facts__sha256=frozen.sha256
    )
    return any(event.hash in sound for event in events)
