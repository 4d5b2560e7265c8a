"""What a record says of joint signatures, of a committee's minutes and of a deferral, as facts with their labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grants.templatetags.words import day, moment


def facts(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each fact with its label; most decisions that one person made have none."""
    for signature in record.get("signatures", []):
        deputy = f", as deputy for {signature['deputy_for']}" if signature["deputy_for"] else ""
        yield f"Signature of {signature['by']}", f"{moment(signature['at'])}{deputy}"
    if minutes := record.get("minutes"):
        yield "Minutes", minutes["reference"]
        yield "Met on", day(minutes["met_on"])
        yield "Present", ", ".join(minutes["present"])
    if deferral := record.get("deferral"):
        yield "Publication", deferral
