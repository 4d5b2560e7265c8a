"""Uploaded spreadsheets: what was read, which columns hold what, which rows come in. No bid is added here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from bids.intake.rows import columns_of, must_fit
from bids.models import ColumnMapping, Upload
from bids.sheets.book import Book, UnreadableSheet, book_of
from bids.sheets.cleaning import Row, about_file, clean
from bids.sheets.columns import Columns
from bids.sheets.encodings import choices
from bids.sheets.mapping import Answers, Proposal, Remembered, answers_of, header_row, key, propose
from bids.sheets.text_file import read_text
from grants.models import Round, User, new_references
from grants.refusal import Refused


def proposals(round: Round, book: Book, columns: Columns, headers: dict[int, int] | None = None) -> list[Proposal]:
    """Return what the headings of each sheet say. `headers` are the rows of the headings, where somebody named one."""
    known = _remembered(round, book, columns, headers or {})
    return [
        propose(sheet, number, columns, known, (headers or {}).get(number, 0))
        for number, sheet in enumerate(book.sheets)
    ]


def _remembered(round: Round, book: Book, columns: Columns, headers: dict[int, int]) -> dict[str, Remembered]:
    """What was settled before for files of the same headings: in this round, else in another round of the body.

    Only the columns come from another round. Values for all rows are a matter of the round that they were given in.
    """
    keys = {key(sheet, headers.get(number) or header_row(sheet, columns)) for number, sheet in enumerate(book.sheets)}
    mappings = _of_body(round).filter(headings__in=keys)
    known: dict[str, Remembered] = {}
    for mapping in sorted(mappings, key=lambda own: own.round_id == round.pk):
        own_round = mapping.round_id == round.pk
        defaults = mapping.defaults if own_round else {}
        known[mapping.headings] = Remembered(mapping.columns, defaults, mapping.month_first, own_round)
    return known


def _of_body(round: Round) -> QuerySet[ColumnMapping]:
    """The mappings of all rounds of the body, the latest last."""
    return ColumnMapping.objects.filter(round__body_version__name=round.body.name).order_by("saved_at")


def _as_chosen_before(round: Round, book: Book, content: bytes, columns: Columns) -> Book:
    """The book of a text file in the encoding that was chosen by hand for a file of the same headings, if one was."""
    chosen = list(_of_body(round).exclude(encoding="").values_list("encoding", "headings"))
    for encoding, headings in reversed(chosen):
        other = read_text(content, encoding)
        if key(other.sheets[0], header_row(other.sheets[0], columns)) == headings:
            return other
    return book


def keep(*, round: Round, file_name: str, book: Book, by: User, at: datetime, content: bytes = b"") -> Upload:
    """Save a file as it was read. Where nothing about it is to be asked, its rows are ready for the preview.

    The content of a text file is saved with it where its letters can be read in several ways. Raises UnreadableSheet if
    the one sheet of bids has none, or too many.
    """
    columns = columns_of(round)
    several = len(choices(content, book.encoding)) > 1
    # UTF-8 is never hit by chance.
    if several and book.encoding != "utf-8":
        book = _as_chosen_before(round, book, content, columns)
    of_bids = [proposal for proposal in proposals(round, book, columns) if proposal.of_bids]
    taken = Upload.objects.values_list("reference", flat=True)
    upload = Upload(
        round=round,
        reference=new_references("UP", 1, taken)[0],
        file_name=file_name[:150],
        book=book.as_data(),
        content=content if several else None,
        rows=[],
        uploaded_by=by,
        uploaded_at=at,
    )
    if len(of_bids) == 1 and of_bids[0].settled and not book.sheets[of_bids[0].answers.sheet].hidden:
        _make_rows(upload, book, of_bids[0].answers, columns)
    upload.save()
    return upload


def _make_rows(upload: Upload, book: Book, answers: Answers, columns: Columns) -> None:
    sheet = book.sheets[answers.sheet]
    reading = clean(sheet, answers, columns)
    if sheet.cut:
        raise UnreadableSheet(f"The sheet has more than {len(sheet.rows):,} rows. Split it into smaller files")
    # Where every row was left out, the preview says so and lets them be brought in.
    if reading.rows or not reading.left_out:
        must_fit(reading.rows)
    upload.answers = answers.as_data()
    upload.rows = [row.as_data() for row in reading.rows]
    upload.left_out = [[row.number, row.why, row.holds] for row in reading.left_out]
    upload.notes = [*about_file(book, answers), *reading.notes]


def keep_rows(*, round: Round, file_name: str, rows: Sequence[dict[str, str]], by: User, at: datetime) -> Upload:
    """Save rows that nobody is asked about, such as those of the folder of a round."""
    taken = Upload.objects.values_list("reference", flat=True)
    return Upload.objects.create(
        round=round,
        reference=new_references("UP", 1, taken)[0],
        file_name=file_name[:150],
        rows=[row.as_data() if isinstance(row, Row) else list(row.items()) for row in rows],
        uploaded_by=by,
        uploaded_at=at,
    )


def keep_answers(*, upload: Upload, answers: Mapping[str, str]) -> None:
    """Keep what a person answered about the recipients of a spreadsheet until it is taken in. It adds no bid yet."""
    upload.recipients = upload.recipients | dict(answers)
    upload.save(update_fields=["recipients"])


@transaction.atomic
def settle(*, upload: Upload, answers: Answers, by: User, at: datetime, encoding: str = "") -> Upload:
    """Say which columns of a file hold what, and remember it for files of the same headings.

    `encoding` is the one in which a text file is to be read, where there are several. Raises Refused if the sheet has
    no bids then, or more than one file may have.
    """
    upload = Upload.objects.select_for_update().select_related("round").get(pk=upload.pk)
    book = book_of(upload.book or {})
    if encoding and upload.content is not None:
        content = bytes(upload.content)
        detected = read_text(content).encoding
        if encoding != book.encoding:
            book = read_text(content, encoding)
            upload.book = book.as_data()
        encoding = "" if encoding == detected else encoding
    earlier = answers_of(upload.answers) if upload.answers else None
    if earlier and (earlier.sheet, earlier.header) == (answers.sheet, answers.header):
        answers = replace(answers, taken=earlier.taken)
    _save(upload, book, answers)
    ColumnMapping.objects.update_or_create(
        round=upload.round,
        headings=key(book.sheets[answers.sheet], answers.header),
        defaults={
            "columns": dict(answers.columns),
            "defaults": dict(answers.defaults),
            "month_first": answers.month_first,
            "encoding": encoding,
            "saved_by": by,
            "saved_at": at,
        },
    )
    return upload


@transaction.atomic
def choose_rows(*, upload: Upload, numbers: list[int]) -> Upload:
    """Say which of the rows that were left out come in after all."""
    upload = Upload.objects.select_for_update().select_related("round").get(pk=upload.pk)
    if not upload.answers:
        raise Refused("Choose the columns first")
    _save(upload, book_of(upload.book or {}), replace(answers_of(upload.answers), taken=sorted(numbers)))
    return upload


def _save(upload: Upload, book: Book, answers: Answers) -> None:
    try:
        _make_rows(upload, book, answers, columns_of(upload.round))
    except UnreadableSheet as wrong:
        raise Refused(str(wrong)) from None
    upload.save(update_fields=["book", "answers", "rows", "left_out", "notes"])


def odd_rows(upload: Upload, book: Book) -> list[tuple[int, str, str]]:
    """Return every row of a file that stays out unless somebody brings it in, whether or not they did."""
    if not upload.answers:
        return []
    without = replace(answers_of(upload.answers), taken=())
    reading = clean(book.sheets[without.sheet], without, columns_of(upload.round))
    return [(row.number, row.why, row.holds) for row in reading.left_out]
