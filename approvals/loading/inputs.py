"""What of a folder each stage rests on, and its digest, by which a change since the stage was played is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from approvals.loading import contents, order

# The tables of `round.toml` and the CSV files that each stage reads beside its own table. Each belongs to one stage.
TABLES = {
    "opened": ("round", "administrator", "people", "income", "budget_lines", "delegation_rules"),
    "received": ("organisations",),
    "scoring": ("knowledge", "practice"),
    "entered": ("direct_awards",),
    "reviewed": ("single_tender_actions", "match_funding"),
    "paper": ("decision",),
    f"{order.SECOND}paper": ("amendment",),
}
FILES = {
    "received": ("bids",),
    "scoring": ("assignments", "scorecards", "practice"),
    "outcomes": ("outcomes",),
    "reviewed": ("families", "review"),
    "payments": ("payments",),
}


def digest_of(path: Path, toml: dict[str, Any], stage: str) -> str:
    """Return the digest of all that a stage of a checked folder rests on. `stage` has its prefix."""
    digest = hashlib.sha256()
    for part in _parts(path, toml, stage):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _parts(path: Path, toml: dict[str, Any], stage: str) -> Iterator[bytes]:
    for name, prefix, own in order.in_order(toml):
        if f"{prefix}{name}" == stage:
            yield _plain(own)
    for name in TABLES.get(stage, ()):
        table = toml.get(name)
        if isinstance(table, dict):
            # The stages of the second paper are inside its table, and each has a digest of its own.
            table = {key: value for key, value in table.items() if key != "stages"}
        yield _plain(table)
    for name in FILES.get(stage, ()):
        file = path / f"{name}.csv"
        yield contents.content_of(file) if file.exists() else b""
    if stage == "received":
        for reference, files in contents.files_of_bids(path)[0]:
            for file in files:
                yield f"{reference}/{file.name}".encode()
                yield contents.content_for_bid(file)


def _plain(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, default=str).encode()
