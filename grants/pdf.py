"""PDF files: tagged, in the ua-1 standard, from data alone, so that equal data give equal bytes."""

import json
from datetime import datetime
from typing import Any

import typst
from django.conf import settings


def compiled(template: str, data: dict[str, Any], *, stamp: datetime) -> bytes:
    """Make a PDF of a template in `templates/`; each value of `data` reaches it as JSON text, by its name.

    `stamp` is the time that the file carries. Fetches nothing: fonts are the bundled ones.
    """
    inputs = {name: value if isinstance(value, str) else json.dumps(value) for name, value in data.items()}
    return typst.compile(
        str(settings.BASE_DIR / "templates" / template),
        sys_inputs=inputs,
        font_paths=[str(settings.BASE_DIR / "build" / "fonts")],
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=int(stamp.timestamp()),
        format="pdf",
    )
