"""What lies in the folder of a round: plain files of a fitting size, under names that are known. Pure rules.

A link is never followed, since it may lead out of the folder.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from bids.files.kinds import LARGEST as LARGEST_FILE_OF_BID
from bids.files.kinds import MEGABYTE

LARGEST = 10 * MEGABYTE
# The folder of files of bids.
FILES = "files"


class Unreadable(ValueError):
    """The file cannot be read from the folder; the message says why, without its name."""


def content_of(file: Path, *, largest: int = LARGEST) -> bytes:
    """Return what a file holds, of at most `largest` bytes.

    Raises FileNotFoundError where there is none, and Unreadable for a link, for what is no file and for a larger one.
    """
    kind = file.lstat()
    if stat.S_ISLNK(kind.st_mode):
        raise Unreadable("is a link. Put the file itself into the folder")
    if not stat.S_ISREG(kind.st_mode):
        raise Unreadable("is not a file")
    if kind.st_size > largest:
        raise Unreadable(f"is larger than {largest // MEGABYTE} MB")
    try:
        return file.read_bytes()
    except OSError as wrong:
        raise Unreadable(f"cannot be read: {wrong.strerror}") from None


def text_of(file: Path) -> str:
    """Return the text of a file in UTF-8, without the mark that some programs put before it.

    Raises as `content_of` does, and Unreadable for another encoding.
    """
    try:
        return content_of(file).decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        raise Unreadable(f"line {line} is not in UTF-8. Save the file in UTF-8") from None


def path_of_body(path: str) -> PurePosixPath:
    """Return the path of the folder of a body, relative to that of the round.

    Raises ValueError for a path that leads further away than to a folder beside it.
    """
    relative = PurePosixPath(path)
    if not path.strip() or relative.is_absolute() or ".." in relative.parts[1:] or "\\" in path:
        raise ValueError("must be a folder in this one or beside it, like ../force-vale")
    return relative


def files_of_bids(path: Path) -> tuple[list[tuple[str, list[Path]]], list[tuple[str, str]]]:
    """Return the files in `files/REFERENCE/` by the reference of their bid, and what is wrong: place and sentence.

    Those whose name begins with a dot are left out.
    """
    by_bid: list[tuple[str, list[Path]]] = []
    errors: list[tuple[str, str]] = []
    top = path / FILES
    if top.is_symlink() or (top.exists() and not top.is_dir()):
        return [], [(FILES, "is a link. Put the folder itself here" if top.is_symlink() else "is not a folder")]
    for folder in _listed(top) if top.exists() else ():
        place = f"{FILES}/{folder.name}"
        if folder.is_symlink():
            errors.append((place, "is a link. Put the folder itself here"))
        elif not folder.is_dir():
            errors.append((place, f"{folder.name} is in no folder named as the reference of its bid"))
        else:
            by_bid.append((folder.name, list(_listed(folder))))
    return by_bid, errors


def content_for_bid(file: Path) -> bytes:
    """Return the content of a file of a bid. Raises as `content_of` does."""
    return content_of(file, largest=LARGEST_FILE_OF_BID)


def unknown_names(path: Path, *, files: Collection[str], folders: Collection[str]) -> Iterator[str]:
    """Yield the names in a folder that are none of these tables and folders. Notes for a reader may be there."""
    for each in _listed(path):
        is_folder = each.is_dir()
        if (is_folder and each.name not in folders) or (
            not is_folder and each.suffix.lower() in (".csv", ".toml") and each.name not in files
        ):
            yield each.name


def _listed(path: Path) -> Iterator[Path]:
    return (each for each in sorted(path.iterdir()) if not each.name.startswith("."))
