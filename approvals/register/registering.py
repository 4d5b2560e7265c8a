"""Enter a signed decision in the public register, from its frozen data."""

from __future__ import annotations

from dataclasses import asdict

from approvals.models import DecisionRecord, RegisterEntry
from approvals.outputs import bundle, published
from approvals.register import entries


def enter(record: DecisionRecord) -> RegisterEntry:
    """List a signed decision, inside the transaction that publishes it. Raises Changed if its data were changed."""
    signed = published.read(record)
    fields = asdict(entries.entry(signed.paper, signed.record))
    return RegisterEntry.objects.create(decision=record.decision, sizes=_sizes(record), **fields)


def _sizes(record: DecisionRecord) -> dict[str, int]:
    """Return the size of each download in bytes. A file that is made on demand has the same bytes each time."""
    everything = bundle.of_record(record)
    size_of = bundle.sizes(everything)
    return {
        "pdf": size_of["decision.pdf"],
        "docx": size_of["decision.docx"],
        "json": len(published.data(record).encode()),
        "zip": len(everything),
    }
