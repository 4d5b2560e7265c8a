"""A storage of Django's that keeps files in the database, so that its backup and its transactions hold them too."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import models
from django.db.models.functions import Substr

from bids.models import StoredFile

# How much of a file is read from the database at once.
_PIECE = 512 * 1024


class DatabaseStorage(Storage):
    """Keeps each file in a row of StoredFile, and reads it piece by piece.

    `transactional` tells the transitions that what a transaction did here goes with it.
    """

    transactional = True

    def _save(self, name: str, content: File[Any]) -> str:
        kept = content.read()
        StoredFile.objects.create(name=name, size=len(kept), content=kept)
        return name

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        # Buffered, since whoever sends a file asks for small pieces of it.
        return File(io.BufferedReader(_Content(name, self.size(name)), _PIECE), name)

    def delete(self, name: str) -> None:
        StoredFile.objects.filter(name=name).delete()

    def exists(self, name: str) -> bool:
        return StoredFile.objects.filter(name=name).exists()

    def size(self, name: str) -> int:
        size: int | None = StoredFile.objects.filter(name=name).values_list("size", flat=True).first()
        if size is None:
            raise FileNotFoundError(name)
        return size


class _Content(io.RawIOBase):
    """The bytes of one row, of which each reading asks the database only for the part that it needs."""

    def __init__(self, name: str, size: int) -> None:
        self._row = StoredFile.objects.filter(name=name)
        self._size, self._place = size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), self._size - self._place)
        if length <= 0:
            return 0
        part = Substr("content", self._place + 1, length, output_field=models.BinaryField())
        piece = bytes(self._row.values_list(part, flat=True).first() or b"")
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)
