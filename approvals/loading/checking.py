"""The check of a round's folder by its schema: everything is read, and everything that is wrong is listed. Pure rules.

What is wrong is named by its place: `round.toml, [[people]] 3, roles` or `review.csv, line 4, amount`. Bids and their
files are read by `receiving.py`, since the rules of their form need a round.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from approvals.loading import csv_files
from approvals.loading.consistency import check_consistency
from approvals.loading.contents import FILES, path_of_body, unknown_names
from approvals.loading.keys import check_toml, read_toml
from approvals.loading.reading import Reading, not_known
from approvals.loading.tables import check_table, references_of_bids


def errors_in(path: Path, *, people: Collection[str], criteria: Sequence[int]) -> list[str]:
    """Return everything that is wrong with a folder, in the order of its files; nothing where it can be played.

    `people` are the user names that exist before it is played, `criteria` the numbers of the criteria of its body.
    """
    reading = Reading(path, people)
    read_toml(reading)
    if not reading.toml:
        return reading.errors
    reading.bids = _references(reading)
    check_toml(reading)
    check_consistency(reading)
    _check_names(reading)
    for name, columns in csv_files.FILES.items():
        marks = criteria if name in csv_files.WITH_MARKS else ()
        check_table(reading, name, columns, marks)
    return reading.errors


def _references(reading: Reading) -> Collection[str] | None:
    """Return the references of the bids and the direct awards, or None where it is not known which bids there are."""
    of_bids, direct = references_of_bids(reading), reading.toml.get("direct_awards", [])
    own = {each.get("reference") for each in direct if isinstance(each, dict)} if isinstance(direct, list) else set()
    known = {each for each in own if isinstance(each, str)}
    return {*(of_bids or ()), *known} if of_bids is not None or known else None


def _check_names(reading: Reading) -> None:
    files = ["round.toml", "bids.csv", *(f"{name}.csv" for name in csv_files.FILES)]
    settings = reading.toml.get("round")
    try:
        body = path_of_body(settings["body"]).parts if isinstance(settings, dict) else ()
    except (KeyError, ValueError, TypeError):
        body = ()
    folders = [FILES, *body[:1]]
    for name in unknown_names(reading.path, files=files, folders=folders):
        reading.wrong(name, not_known(name, [*files, *folders]))
