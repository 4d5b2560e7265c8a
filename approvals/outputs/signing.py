"""What a record says of the joint signatures and of a committee's minutes, as facts with their labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grants.templatetags.words import day, moment


def facts(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each fact with its label; none for a decision that one person made."""
    for signature in record.get("signatures", []):
        deputy = f", as deputy for {signature['deputy_for']}" if signature["deputy_for"] else ""
        yield f"Signature of {signature['by']}", f"{moment(signature['at'])}{deputy}"
    if minutes := record.get("minutes"):
        yield "Minutes", minutes["reference"]
        yield "Met on", day(minutes["met_on"])
        yield "Present", ", ".join(minutes["present"])
