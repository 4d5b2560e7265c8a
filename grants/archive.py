"""Several files as one zip whose bytes depend on those files alone."""

import io
import zipfile
from collections.abc import Mapping

# The earliest time that a zip can carry.
_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_UNIX = 3


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files in their order, stored as they are with one fixed time, so that equal files give equal bytes.

    Nothing is compressed: what a compressor makes of a file varies with its version.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr = _READABLE
            # Unix, whatever the machine: else the same files would give other bytes elsewhere.
            entry.create_system = _UNIX
            archive.writestr(entry, content)
    return out.getvalue()
