"""The last release, kept as files: a database, and PCD 681 decided and signed by its code.

`last_release.sql.xz` is the database of the demo of version 0.1.0, with its four rounds, from `pg_dump --inserts`.
`last_release_signed.json.xz` holds the canonical data of PCD 681 from the same database, decided with each kind of
answer, and under `reads` what the code of that version read from them. Both are replaced only at a release.
"""

import json
import lzma
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2
from django.contrib.contenttypes.models import ContentType
from django.db import connection

DATA = Path(__file__).resolve().parent / "data"
DATABASE = "last_release.sql.xz"


@cache
def signed() -> dict[str, Any]:
    """The kept data of PCD 681: `pack` and `record` as canonical text with their hashes, and `reads`."""
    kept: dict[str, Any] = json.loads(lzma.decompress((DATA / "last_release_signed.json.xz").read_bytes()))
    return kept


@contextmanager
def database(name: str, *, restored: bool) -> Iterator[str]:
    """A database of a test's own in the server of the tests, with the rows of the last release or empty."""
    name = f"{name}_{os.getpid()}"
    _run("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _run("postgres", f'CREATE DATABASE "{name}"')
    try:
        if restored:
            _run(name, lzma.decompress((DATA / DATABASE).read_bytes()).decode())
        yield name
    finally:
        _run("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def speaking_to(name: str) -> Iterator[None]:
    """Let Django use this database instead of the one of the tests, until the block ends."""
    usual = connection.settings_dict["NAME"]
    _change_to(name)
    try:
        yield
    finally:
        _change_to(usual)


def _change_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    # Their row numbers are cached for the process, and another database has others.
    ContentType.objects.clear_cache()


def _run(name: str, statements: str) -> None:
    settings = connection.settings_dict
    other = psycopg2.connect(dbname=name, user=settings["USER"], host=settings["HOST"], port=settings["PORT"])
    other.autocommit = True
    try:
        with other.cursor() as cursor:
            cursor.execute(statements)
    finally:
        other.close()
