"""What it costs to import many bids: as many queries for many rows as for few, and none for each row under the lock."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bids.models import Bid
from grants.models import Organisation, Round
from grants.roles import Role
from tests.bids.sheets.making import HEADER, cells, csv_file
from tests.factories import open_round, person

pytestmark = pytest.mark.django_db


def imported(rows: int) -> tuple[list[str], list[str]]:
    """Import so many rows of as many organisations; the queries of the preview, and those of the import."""
    round: Round = open_round(closes_on=max(date(2026, 12, 31), timezone.localdate()))
    client = Client()
    client.force_login(person(Role.LEAD, round=round))
    before = Organisation.objects.count()
    lines = [
        cells(your_reference=f"B-{n}", recipient=f"Crew {rows} of {n}", register_number=str(3_000_000 + rows * 100 + n))
        for n in range(rows)
    ]
    sent = {"file": SimpleUploadedFile("bids.csv", csv_file(HEADER, *lines))}
    preview = client.post(reverse("bids:import_bids", args=[round.reference]), sent)["Location"]
    with CaptureQueriesContext(connection) as shown:
        assert client.get(preview).status_code == 200
    with CaptureQueriesContext(connection) as taken:
        assert client.post(preview, {"csrfmiddlewaretoken": "token"}).status_code == 302
    assert Bid.objects.filter(round=round).count() == rows == Organisation.objects.count() - before
    return [each["sql"] for each in shown], [each["sql"] for each in taken]


def test_an_import_takes_as_many_queries_for_sixty_rows_as_for_two() -> None:
    few_shown, few_taken = imported(2)
    many_shown, many_taken = imported(60)
    assert len(many_shown) == len(few_shown)
    assert len(many_taken) == len(few_taken)


def test_the_round_is_locked_only_after_the_rows_were_read() -> None:
    _, taken = imported(3)
    lock = next(at for at, sql in enumerate(taken) if "grants_round" in sql and "FOR NO KEY UPDATE" in sql)
    tags = next(at for at, sql in enumerate(taken) if "bids_tag" in sql and sql.startswith("SELECT"))
    # The tags are what the forms of the rows are made with.
    assert tags < lock
    assert not [sql for sql in taken[:lock] if sql.startswith("INSERT")]
