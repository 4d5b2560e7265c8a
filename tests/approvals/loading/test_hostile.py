"""Folders that are malformed by mistake or by intent are refused by file, line and field, and nothing is written."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from approvals.loading import checking, keys, order, schema, values
from approvals.loading.folder import BadFolder
from approvals.loading.reading import Reading
from approvals.loading.shapes import Entries, Key, Shape, Table
from bids.models import Bid
from grants.models import Alias, AuditEvent, BodyVersion, Organisation, Round, User
from tests.approvals.loading.test_playing import AMOUNTS, TOML, bid, folder, play, write
from tests.bids.files import samples

__all__ = ["folder"]

ROUND = "round.toml"
MEGABYTE = 1_000_000


def toml(old: str, new: str) -> Callable[[Path], object]:
    assert old in TOML

    def change(folder: Path) -> object:
        return (folder / ROUND).write_text(TOML.replace(old, new, 1), encoding="utf-8")

    return change


def table(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def bids(**cells: str) -> Callable[[Path], object]:
    """Write the bids with other cells in the second one."""
    rows = [bid(reference, amount) for reference, amount in AMOUNTS.items()]
    rows[1] |= cells
    return lambda folder: write(folder, "bids", rows)


def linked(name: str, target: str) -> Callable[[Path], object]:
    def change(folder: Path) -> object:
        (folder / name).unlink(missing_ok=True)
        (folder / name).parent.mkdir(exist_ok=True)
        return (folder / name).symlink_to(target)

    return change


def file_of_bid(path: str, content: bytes) -> Callable[[Path], object]:
    def change(folder: Path) -> object:
        (folder / "files" / path).parent.mkdir(parents=True)
        return (folder / "files" / path).write_bytes(content)

    return change


def pipe(folder: Path) -> None:
    (folder / "review.csv").unlink()
    os.mkfifo(folder / "review.csv")


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "unknown table": (toml("[[budget_lines]]", "[[lines]]"), "round.toml: “lines” is not known"),
    "unknown key": (
        toml('by = "small.chair"', 'done_by = "x"'),
        "round.toml, [stages.outcomes]: “done_by” is not known",
    ),
    "unknown column": (table("families.csv", b"family,bids\nA,S-1\n"), "families.csv, line 1: “bids” is not known"),
    "unknown stage": (toml("[stages.received]", "[stages.gone]"), "round.toml, [stages]: “gone” is not known"),
    "unknown folder": (lambda path: (path / "file").mkdir(), "file: “file” is not known. Did you mean “files”?"),
    "reference of 42 letters": (bids(your_reference="R" * 42), "bids.csv, line 3, your_reference (A3): "),
    "round of 42 letters": (toml("small-2026-27", "r" * 42), "[round], reference: must be at most 40 characters long"),
    "person of 100 letters": (toml("small.chair", "c" * 100), "[[people]] 3, username: must be at most 80 characters"),
    "name of 200 letters": (toml("Small Lead", "n" * 200), "[[people]] 1, name: must be at most 150 characters long"),
    "limit of 0": (toml('"1000.50"', '"0"'), "[[delegation_rules]] 1, limit: must be more than £0 where somebody"),
    "stage before the round": (
        toml("[stages.received]\non = 2026-11-10", "[stages.received]\non = 2026-10-10"),
        "[stages.received], on: 2026-10-10 is before",
    ),
    "stages out of order": (toml("on = 2026-11-15", "on = 2026-11-11"), "[stages.approved], on: 2026-11-11 is before"),
    "day with a time": (
        toml("on = 2026-11-15", "on = 2026-11-15T10:00:00"),
        "[stages.approved], on: “2026-11-15 10:00",
    ),
    "day of another age": (
        toml("on = 2026-11-15", "on = 9999-11-15"),
        "on: “9999-11-15” must be a day from 2000 to 2099",
    ),
    "year that is none": (toml('"2026/27"', '"2026/28"'), "[round], financial_year: “2026/28” must be like 2019/20"),
    "list in place of a name": (toml('"small.chair"', '["a"]'), "[[people]] 3, username: “['a']” must be a text"),
    "invisible character": (
        toml("Small Lead", "Small\\u0000Lead"),
        "[[people]] 1, name: holds a character that nobody",
    ),
    "nested without end": (lambda path: (path / ROUND).write_text("a = " + "[" * 9000), "/round.toml: "),
    "number without end": (lambda path: (path / ROUND).write_text("a = " + "1" * 9000), "/round.toml: "),
    "not in UTF-8": (
        lambda path: (path / ROUND).write_bytes(b"a = 1\nb = '\xe9'"),
        "round.toml: line 2 is not in UTF-8",
    ),
    "table not in UTF-8": (
        table("review.csv", b"bid,amount,reason\nS-1,1,\xe9\n"),
        "review.csv: line 2 is not in UTF-8",
    ),
    "bids not in UTF-8": (table("bids.csv", b"your_reference\nS-\xff\n"), "bids.csv: line 2 is not in UTF-8"),
    "bids that are no sheet": (table("bids.csv", b"a,b\n1,2\n"), "bids.csv: The first row must name the columns"),
    "no bids": (lambda path: (path / "bids.csv").unlink(), "bids.csv: is missing, and the stage received takes it in"),
    "reference twice in bids": (
        bids(your_reference="S-1"),
        "bids.csv, line 3, your_reference (A3): Row 2 has the same",
    ),
    "reference twice": (
        table("families.csv", b"family,bid\nA,S-1\nB,S-1\n"),
        "families.csv, line 3, bid: S-1 stands on",
    ),
    "area that is none": (
        bids(boroughs="Atlantis"),
        "bids.csv, line 3, boroughs (L3): “Atlantis” is not one of the 32",
    ),
    "costs that differ": (bids(costs="All: 1"), "bids.csv, line 3, costs (I3): "),
    "quote without end": (
        table("review.csv", b'bid,amount,reason\nS-1,1,"a\n'),
        "review.csv, line 2: unexpected end of data",
    ),
    "link to a file": (linked("review.csv", "/etc/hostname"), "review.csv: is a link. Put the file itself"),
    "link to the round": (linked(ROUND, "/etc/hostname"), "/round.toml: is a link. Put the file itself"),
    "link to files": (linked("files", "/etc"), "files: is a link. Put the folder itself here"),
    "link of a bid": (linked("files/S-1", "/etc"), "files/S-1: is a link. Put the folder itself here"),
    "pipe": (pipe, "review.csv: is not a file"),
    "body far away": (
        toml("scored =", 'body = "../../etc"\nscored ='),
        "[round], body: must be a folder in this one or",
    ),
    "body at the root": (toml("scored =", 'body = "/etc"\nscored ='), "[round], body: must be a folder in this one or"),
    "huge table": (table("review.csv", b"x" * (11 * MEGABYTE)), "review.csv: is larger than 10 MB"),
    "huge round": (
        lambda path: (path / ROUND).write_bytes(b"#" * (11 * MEGABYTE)),
        "/round.toml: is larger than 10 MB",
    ),
    "huge file": (file_of_bid("S-1/a.pdf", b"%PDF" * (3 * MEGABYTE)), "files/S-1/a.pdf: is larger than 10 MB"),
    "program": (file_of_bid("S-1/a.pdf", samples.PROGRAM), "files/S-1: a.pdf is not a PDF. It looks like a program"),
    "files of no bid": (file_of_bid("S-9/a.pdf", samples.pdf()), "files/S-9: no bid has this reference"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_folder_is_refused_by_file_line_and_field(folder: Path, name: str) -> None:
    change, error = HOSTILE[name]
    change(folder)
    tables = (Round, User, Bid, Organisation, Alias, BodyVersion, AuditEvent)
    counts = [model.objects.count() for model in tables]
    with pytest.raises(BadFolder) as refused:
        play(folder)
    assert error in str(refused.value)
    assert [model.objects.count() for model in tables] == counts


@pytest.mark.django_db
def test_mistakes_in_bids_are_listed_with_all_others(folder: Path) -> None:
    toml("scored = false", 'scored = "no"')(folder)
    bids(recipient="", starts_on="soon")(folder)
    with pytest.raises(BadFolder) as refused:
        play(folder)
    places = [line.partition(": ")[0] for line in str(refused.value).splitlines()[1:]]
    # The form lists the mistakes of a row in an order of its own.
    assert sorted(places, key=lambda place: (not place.startswith("round.toml"), place)) == [
        "round.toml, [round], scored",
        "bids.csv, line 3, recipient (D3)",
        "bids.csv, line 3, starts_on (P3)",
    ]


@pytest.mark.django_db
def test_a_question_about_a_recipient_is_asked_before_anything_is_written(folder: Path) -> None:
    pair = '[[organisations]]\nname = "{}"\nregister = "charity"\nnumber = "{}"\n'
    both = pair.format("Twin", "99420017") + pair.format("Twin Other", "99420025")
    twin = both.replace('number = "99420025"\n', 'number = "99420025"\naliases = ["Twin"]\n')
    toml("[[delegation_rules]]", f"{twin}[[delegation_rules]]")(folder)
    bids(recipient="Twin")(folder)
    with pytest.raises(BadFolder, match=r"bids\.csv: “Twin”\. This name is known: .*Which organisation is meant"):
        play(folder)
    assert not Round.objects.filter(reference="small-2026-27").exists()
    assert not Alias.objects.filter(name="Twin").exists()


def texts(table: Table, names: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Key]]:
    """Every key of a table and of those inside it, with the names of the tables that lead to it."""
    listed = []
    for key in table.keys:
        inner = key.holds.table if isinstance(key.holds, Entries) else key.holds
        listed += [(names, key)] if isinstance(inner, Shape) else texts(inner, (*names, key.name))
    return listed


def test_no_text_is_too_long_for_where_it_is_kept() -> None:
    """A text of any length would otherwise stop the playing half way, with an error of the database."""
    too_long = "x" * (values.LONGEST + 1)
    taken = [
        (*names, key.name)
        for names, key in texts(schema.TOML)
        if isinstance(key.holds, Shape) and not key.holds.names and accepts(key.holds, too_long)
    ]
    assert taken == []


def accepts(shape: Shape, value: str) -> bool:
    try:
        shape.read(value)
    except ValueError:
        return False
    return True


def test_payments_are_played_in_the_order_of_their_day(folder: Path) -> None:
    later = TOML + '[stages.payments]\non = 2026-11-20\nby = "small.lead"\n'
    (folder / ROUND).write_text(later, encoding="utf-8")
    assert checking.errors_in(folder, people=(), criteria=()) == []
    reading = Reading(folder)
    keys.read_toml(reading)
    played = [name for name, _, _ in order.in_order(reading.toml)]
    assert played[-3:] == ["routed", "approved", "payments"]
    early = later.replace("on = 2026-11-20", "on = 2026-11-14")
    (folder / ROUND).write_text(early, encoding="utf-8")
    keys.read_toml(reading)
    assert [name for name, _, _ in order.in_order(reading.toml)][-3:] == ["routed", "payments", "approved"]
