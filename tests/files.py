"""Word and PDF files made once for the same data.

They are made from data alone, and making them is most of the time of a test that publishes a decision. Tests of the
files themselves do without this.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from approvals.outputs import word
from grants import pdf


def _remembered(make: Callable[..., bytes]) -> Callable[..., bytes]:
    files: dict[str, bytes] = {}

    def remember(*args: Any) -> bytes:
        key = json.dumps(args, default=str)
        if key not in files:
            files[key] = make(*args)
        return files[key]

    return remember


_word_file, _pdf_file = _remembered(word._made), _remembered(pdf._compiled)


def make_once(patch: pytest.MonkeyPatch) -> None:
    """Hand out a file again where its data are those of an earlier one."""
    patch.setattr(word, "_made", _word_file)
    patch.setattr(pdf, "_compiled", _pdf_file)
