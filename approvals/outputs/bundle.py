"""All of a decision as one zip: what was frozen, its open data and Word files, a manifest with the sha256 of each.

Nothing here reads Part 2. Word files and open data are made from what was frozen; equal data give equal bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

from approvals.models import DecisionRecord, Pack
from approvals.outputs import open_data, published, word
from approvals.paper import pack
from grants.archive import zipped
from grants.tables import as_exact_csv

MANIFEST = "MANIFEST.json"


def of_record(record: DecisionRecord) -> bytes:
    """Return a signed decision and its pack as a zip. Raises Changed if one byte of them changed."""
    signed = published.read(record)
    package = open_data.package(signed.grants, published.publisher())
    files = {
        "decision.html": pack.checked_html(record).encode(),
        "decision.pdf": pack.checked_pdf(record),
        "decision.docx": word.of_record(record),
        "record.json": record.canonical.encode(),
        "open-data.json": open_data.as_json(package).encode(),
        "open-data.csv": "".join(as_exact_csv(open_data.rows(package))).encode(),
        **_paper(record.pack),
    }
    return _zipped(files, f"{signed.reference}, signed on {signed.record['signed_at'][:10]}")


def sizes(bundle: bytes) -> dict[str, int]:
    """Return the size in bytes of each file in a zip, by its name."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {entry.filename: entry.file_size for entry in archive.infolist()}


def of_pack(frozen: Pack) -> bytes:
    """Return one version of a paper as a zip, with the record if it was signed. Raises Changed if a byte changed."""
    record = DecisionRecord.objects.filter(pack=frozen).select_related("pack__decision").first()
    if record:
        return of_record(record)
    return _zipped(_paper(frozen), frozen.reference)


def _paper(frozen: Pack) -> dict[str, bytes]:
    return {
        "pack.html": pack.checked_html(frozen).encode(),
        "pack.pdf": pack.checked_pdf(frozen),
        "pack.docx": word.of_pack(frozen),
        "pack.json": frozen.canonical.encode(),
    }


def _zipped(files: dict[str, bytes], of: str) -> bytes:
    listed = [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    ]
    manifest = json.dumps({"of": of, "files": listed}, indent=1, ensure_ascii=False) + "\n"
    return zipped({**dict(sorted(files.items())), MANIFEST: manifest.encode()})
