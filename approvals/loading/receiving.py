"""The stage `received`: the bids of a folder with their files, read before anything is written and then taken in.

Nobody is there to be asked which organisation a bid means, so its number decides: one number is one organisation, and
two numbers are two. Where the number does not say, the folder is refused with the question.
"""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from approvals.loading import contents
from approvals.loading.contents import Unreadable
from approvals.loading.folder import BadFolder, Folder
from bids.files import adding
from bids.files.checking import Accepted, accept
from bids.files.refusing import NotAccepted
from bids.intake import checking, defaults, intake, uploads
from bids.intake.checking import Preview
from bids.intake.rows import read
from bids.sheets.book import UnreadableSheet
from bids.sheets.cleaning import Row
from grants.bodies import Body
from grants.models import BodyVersion, Round, User
from grants.refusal import Refused

BIDS = "bids.csv"


def errors_of_bids(folder: Folder, body: Body, *, with_organisations: bool) -> list[str]:
    """Return everything that is wrong with the bids and their files, by the rules of an upload. Nothing is written.

    Organisations of the folder are added first if `with_organisations`; without them nothing is said of recipients.
    """
    if "received" not in folder.stages:
        return []
    with transaction.atomic():
        # What is read is compared with what is stored, so a round stands in for the one that is not open yet.
        round = Round.objects.filter(reference=folder.toml["round"]["reference"]).first() or stand_in(body)
        errors = list(_errors(folder, round, with_organisations=with_organisations))
        transaction.set_rollback(True)
    return errors


def stand_in(body: Body) -> Round:
    """Store a round that is gone with the transaction: what is read of a folder is read by its areas and tags."""
    any_day = date(2000, 1, 1)
    round = Round.objects.create(
        reference=f"reading-{secrets.token_hex(12)}",
        title="The bids of a folder are read",
        financial_year="2000/01",
        allocation=Decimal(1),
        opens_on=any_day,
        closes_on=any_day,
        body_version=BodyVersion.objects.keep(body),
    )
    defaults.add_tags(round)
    return round


def _errors(folder: Folder, round: Round, *, with_organisations: bool) -> Iterator[str]:
    try:
        rows = _rows(folder, round)
    except BadFolder as wrong:
        yield str(wrong)
        return
    if with_organisations:
        _add_organisations(folder)
    preview, _ = _settled(round, rows)
    lines = _lines(folder)
    for row in preview.wrong:
        for cell, column, message in row.errors:
            yield f"{BIDS}, line {lines.get(row.number, row.number)}, {column} ({cell}): {message}"
    if with_organisations:
        for question in preview.questions:
            yield f"{BIDS}: {question.sentence}"
    yield from _errors_of_files(folder, {row.reference for row in preview.rows})


def _rows(folder: Folder, round: Round) -> list[Row]:
    """Return the rows of the spreadsheet. Raises BadFolder where it is none."""
    try:
        content = contents.content_of(folder.path / BIDS)
        contents.text_of(folder.path / BIDS)
        return read(io.BytesIO(content), BIDS, round)
    except FileNotFoundError:
        raise BadFolder(f"{BIDS}: is missing, and the stage received takes it in") from None
    except (Unreadable, UnreadableSheet) as wrong:
        raise BadFolder(f"{BIDS}: {wrong}") from None


def _lines(folder: Folder) -> dict[int, int]:
    """Return the line on which each row of the spreadsheet begins, by its number."""
    lines, line = {}, 1
    reader = csv.reader(io.StringIO(contents.text_of(folder.path / BIDS), newline=""))
    for number, _ in enumerate(reader, start=1):
        lines[number], line = line, reader.line_num + 1
    return lines


def _settled(round: Round, rows: Sequence[Row]) -> tuple[Preview, dict[str, str]]:
    """Return the rows with what is wrong and open, and the answers that follow from numbers of registers."""
    rows_read = checking.read(round, rows)
    answers: dict[str, str] = {}
    while True:
        preview = checking.settle(round, rows_read, answers)
        settled = {question.key: question.by_number for question in preview.questions if question.by_number}
        if not settled.keys() - answers.keys():
            return preview, answers
        answers |= settled


def _errors_of_files(folder: Folder, references: set[str]) -> Iterator[str]:
    by_bid, errors = contents.files_of_bids(folder.path)
    yield from (f"{place}: {sentence}" for place, sentence in errors)
    for reference, paths in by_bid:
        place = f"{contents.FILES}/{reference}"
        if reference not in references:
            yield f"{place}: no bid has this reference"
        accepted: list[Accepted] = []
        for path in paths:
            try:
                accepted.append(accept(path.name, contents.content_for_bid(path)))
            except Unreadable as wrong:
                yield f"{place}/{path.name}: {wrong}"
            except NotAccepted as wrong:
                yield f"{place}: {wrong}"
        try:
            adding.must_fit(accepted, [])
        except Refused as wrong:
            yield f"{place}: {wrong}"


def receive(folder: Folder) -> int:
    """Take in the spreadsheet of bids with their files, and return how many bids there are.

    Raises BadFolder with the first thing that is wrong.
    """
    by, at, _ = folder.stage("received")
    _add_organisations(folder)
    rows = _rows(folder, folder.round)
    preview, answers = _settled(folder.round, rows)
    if preview.questions or preview.wrong:
        raise BadFolder(next(_errors(folder, folder.round, with_organisations=True)))
    upload = uploads.keep_rows(round=folder.round, file_name=BIDS, rows=rows, by=by, at=at)
    uploads.keep_answers(upload=upload, answers=answers)
    intake.take_in_upload(upload=upload, by=by, at=at)
    _add_files(folder, by)
    return len(rows)


def _add_organisations(folder: Folder) -> None:
    for entry in folder.toml.get("organisations", []):
        folder.organisation(entry)


def _add_files(folder: Folder, by: User) -> None:
    bids = folder.bids()
    for reference, paths in contents.files_of_bids(folder.path)[0]:
        try:
            accepted = [accept(path.name, contents.content_for_bid(path)) for path in paths]
        except (NotAccepted, Unreadable) as wrong:
            raise BadFolder(f"{contents.FILES}/{reference}: {wrong}") from None
        if accepted:
            adding.add_files(bid=bids[reference], files=accepted, by=by, at=folder.at(folder.stages["received"]["on"]))
