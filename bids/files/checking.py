"""Looking into a file before it can be added: its name, its kind, and what the scanner of the deployment says."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.module_loading import import_string

from bids.files import kinds, names
from bids.files.refusing import NotAccepted

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that was looked into and may be added: made by `accept` alone. `kind` is a key of `kinds.KINDS`."""

    name: str
    kind: str
    content: bytes = field(repr=False)
    sha256: str


def accept(name: str, content: bytes) -> Accepted:
    """Return the file as it may be added, under a clean name.

    Raises NotAccepted, with a sentence that begins with the file's name.
    """
    clean = names.cleaned(name)
    try:
        kind = kinds.kind_of(clean, content)
        _scan(clean, content)
    except NotAccepted as refused:
        raise NotAccepted(f"{clean or 'A file without a name'} {refused}") from None
    return Accepted(clean, kind, content, hashlib.sha256(content).hexdigest())


def _scan(name: str, content: bytes) -> None:
    """Ask the scanner that the deployment names, if any. What it cannot scan is not accepted."""
    if not settings.FILE_SCANNER:
        return
    try:
        malware = import_string(settings.FILE_SCANNER)(content)
        if not isinstance(malware, str):
            raise TypeError(f"{settings.FILE_SCANNER} returned {malware!r} in place of a text")
    except Exception:
        # Whatever went wrong, the file was not scanned.
        log.exception("The scanner of files failed on %s", name)
        raise NotAccepted("could not be checked for viruses. Try again later, or tell the administrator") from None
    if malware:
        log.warning("The scanner of files refused %s: %s", name, malware)
        raise NotAccepted(f"contains a virus ({malware}). Do not open it. Ask the bidder for a clean file")
