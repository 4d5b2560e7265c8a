"""Enter a signed decision in the public register, from its frozen data, and add the recipients who are named later."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from approvals.models import DecisionRecord, RegisterEntry
from approvals.outputs import bundle, published
from approvals.register import entries

# After these acts somebody else may be named as a recipient of a grant that is published, or by another number.
ACTS_ON_RECIPIENTS = {
    "identify recipient",
    "withdraw recipient",
    "withhold recipient",
    "name recipient",
    "merge bodies",
    "separate bodies",
    "correct number",
    # Some are named between its signature and its publication.
    "publish decision",
}


def enter(record: DecisionRecord) -> RegisterEntry:
    """List a signed decision, inside the transaction that publishes it. Raises Changed if its data were changed."""
    signed = published.read(record)
    fields = asdict(entries.entry(signed.paper, signed.record))
    return RegisterEntry.objects.create(decision=record.decision, sizes=_sizes(record), **fields)


def follow(*, actions: Collection[str]) -> None:
    """Bring the recipients who were named later up to date in every entry, inside the transaction of these acts.

    `grants.audit` calls it after each event, so that no act needs to know of the register. An organisation can be
    named in several rounds, so the entries of all of them are read.
    """
    if ACTS_ON_RECIPIENTS.isdisjoint(actions):
        return
    # Locked first, so that two acts do not each overwrite what the other added.
    waiting = RegisterEntry.objects.exclude(described=[]).select_for_update().order_by("pk")
    listed = list(waiting.only("described", "later_recipients", "later_text"))
    named = published.named_later({reference for entry in listed for reference in entry.described})
    for entry in listed:
        later = entries.later([each for reference in entry.described for each in named.get(reference, ())])
        if (later.recipients, later.text) != (entry.later_recipients, entry.later_text):
            entry.later_recipients, entry.later_text = later.recipients, later.text
            entry.save(update_fields=["later_recipients", "later_text"])


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
