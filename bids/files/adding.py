"""Adding files to a bid and removing them, which nobody can any more once the panel is asked to score it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction

from bids.files.checking import Accepted
from bids.models import Bid, BidFile
from grants import audit, states
from grants.counting import counted
from grants.models import User, new_references
from grants.refusal import Incomplete, Refused
from grants.rounds import rounds

log = logging.getLogger(__name__)

# The alias in STORAGES of what a deployment keeps the files in.
STORE = "bid_files"


def closed(bid: Bid) -> str:
    """Return why the files of a bid can no longer change, empty while they can."""
    if bid.state == Bid.State.INELIGIBLE:
        return "This bid is not eligible. Its files can no longer change."
    if not states.allows(bid, "change bid"):
        return "The panel has judged this bid. Its files can no longer change."
    if bid.assignments.exists():
        return "Members are asked to score this bid. Its files can no longer change."
    return ""


def add_files(*, bid: Bid, files: Sequence[Accepted], by: User, at: datetime) -> list[BidFile]:
    """Add all of these files to the bid and return them.

    Raises Refused, and adds none, if one of them is there already, if they would be too many, or once the panel is
    asked to score the bid.
    """
    store = storages[STORE]
    references = new_references("FILE", len(files), BidFile.objects.values_list("reference", flat=True))
    rows = [_row(bid, file, reference, by, at) for file, reference in zip(files, references, strict=True)]
    if _is_transactional(store):
        with transaction.atomic():
            _place(rows, files)
            _keep(rows, files, store)
            _write(rows, by, at)
        return rows
    # Another machine may be slow, so nobody waits for it behind a lock.
    try:
        _keep_elsewhere(rows, files, store)
        with transaction.atomic():
            _place(rows, files)
            _write(rows, by, at)
    except BaseException:
        _forget(rows, store)
        raise
    return rows


def _row(bid: Bid, file: Accepted, reference: str, by: User, at: datetime) -> BidFile:
    return BidFile(
        bid=bid,
        reference=reference,
        name=file.name,
        kind=file.kind,
        size=len(file.content),
        sha256=file.sha256,
        stored_as=f"{bid.reference}/{reference}.{file.kind}",
        added_by=by,
        added_at=at,
    )


def _place(rows: Sequence[BidFile], files: Sequence[Accepted]) -> None:
    """Lock the bid and find a place for each row. Raises Refused where the bid cannot have the files."""
    bid = _locked(rows[0].bid)
    existing = list(bid.files.all())
    must_fit(files, existing)
    taken = {file.place for file in existing}
    free = [place for place in range(1, BidFile.MOST + 1) if place not in taken]
    for row, place in zip(rows, free, strict=False):
        row.bid, row.place = bid, place


def _keep(rows: Sequence[BidFile], files: Sequence[Accepted], store: Storage) -> None:
    for row, file in zip(rows, files, strict=True):
        row.stored_as = store.save(row.stored_as, ContentFile(file.content))


def _keep_elsewhere(rows: Sequence[BidFile], files: Sequence[Accepted], store: Storage) -> None:
    try:
        _keep(rows, files, store)
    except Exception:
        log.exception("The store of the files of bids failed")
        raise Refused("The files could not be stored, so none was added. Try again later", field="uploads") from None


def _forget(rows: Sequence[BidFile], store: Storage) -> None:
    """Delete what a store outside the database was asked to keep, as far as it answers."""
    for row in rows:
        try:
            store.delete(row.stored_as)
        except Exception:
            log.exception("The store of the files of bids may still hold %s", row.stored_as)


def _write(rows: Sequence[BidFile], by: User, at: datetime) -> None:
    for row in rows:
        row.save()
        audit.record("add file", row, round=row.bid.round, by=by, at=at, facts=_facts(row))


@transaction.atomic
def remove_file(*, file: BidFile, reason: str, by: User, at: datetime) -> None:
    """Remove a file and its content. The trail keeps its name, kind, size and hash.

    Raises Refused if it was removed meanwhile, or once the panel is asked to score the bid.
    """
    bid = _locked(file.bid)
    removed = bid.files.filter(pk=file.pk).first()
    if removed is None:
        raise Refused(f"{file.name} has already been removed.")
    audit.record("remove file", removed, round=bid.round, by=by, at=at, because=reason, before=_facts(removed))
    removed.delete()
    store = storages[STORE]
    if _is_transactional(store):
        store.delete(removed.stored_as)
    else:
        # What is outside the database goes only once the row has gone for good.
        transaction.on_commit(lambda: store.delete(removed.stored_as))


def _locked(bid: Bid) -> Bid:
    """Lock the round and the bid, and return the bid. Raises Refused if its files can no longer change."""
    rounds.lock(bid.round)
    bid = Bid.objects.select_for_update(of=("self",)).select_related("round").get(pk=bid.pk)
    if why := closed(bid):
        raise Refused(why)
    return bid


def must_fit(files: Sequence[Accepted], existing: Sequence[BidFile]) -> None:
    """Raise Incomplete with a message for each file that is there already, or Refused where there are too many."""
    room = BidFile.MOST - len(existing)
    if len(files) > room:
        holds = f"This bid has {counted(len(existing), 'file')} and can have {BidFile.MOST}."
        raise Refused(f"{holds} Choose at most {room}" if room else f"{holds} Remove one first", field="uploads")
    names = {file.name.lower() for file in existing}
    hashes = {file.sha256: file.name for file in existing}
    errors = []
    for file in files:
        if file.sha256 in hashes:
            errors.append(("uploads", f"{file.name} is the same file as {hashes[file.sha256]}, which is already there"))
        elif file.name.lower() in names:
            errors.append(("uploads", f"A file with the name {file.name} is already there. Give this one another name"))
        names.add(file.name.lower())
        hashes.setdefault(file.sha256, file.name)
    if errors:
        raise Incomplete(errors)


def _is_transactional(store: Storage) -> bool:
    return bool(getattr(store, "transactional", False))


def _facts(file: BidFile) -> dict[str, Any]:
    return {"name": file.name, "kind": file.kind, "bytes": file.size, "sha256": file.sha256}
