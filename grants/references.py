"""The shapes of what people choose as a reference or a financial year, and how a reference stands in an address.

Pure rules. The forms, the folder of a round and the constraints of the database all take the shapes from here.
"""

import re
from typing import Any

# Such as PCD-681, 42/2024 or OPCC.2024-7. A figure in it tells it from the names of pages, such as register/feed/.
DECISION = r"^(?=.*[0-9])[A-Za-z0-9]+([-/.][A-Za-z0-9]+)*\Z"
LONGEST_DECISION = 20
# The page rounds/add/ is where a round is opened.
ROUND = r"^(?!add\Z)[-a-zA-Z0-9_]+\Z"
FINANCIAL_YEAR = r"^20[0-9][0-9]/[0-9][0-9]\Z"
# What stands for a slash in an address. No reference holds it.
_SLASH = "~"


class InAddress:
    """How the reference of a decision stands in an address: 42/2024 as 42~2024. It is a converter of Django's paths.

    It takes any text that could be stored, so that a value that no rule would accept today breaks no page.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return value.replace(_SLASH, "/")

    def to_url(self, value: Any) -> str:
        # An empty part would be no address at all.
        return str(value).replace("/", _SLASH) or _SLASH


def file_name(text: str) -> str:
    """Return a text as the name of a file: a hyphen for each character that parts folders or ends a line."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029/\\:*?\"<>|]", "-", text)
