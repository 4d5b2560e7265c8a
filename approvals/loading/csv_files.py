"""The CSV files in the folder of a round and their columns, described once. Pure rules.

`bids.csv` has the columns of the sheet of bids, which `bids.sheets` describes.
"""

from __future__ import annotations

from approvals.loading.shapes import Key, Shape, amount, one_of, pattern, text
from approvals.loading.values import AMOUNT, BID, DAY, OFFICE, OUTCOMES, PERSON, REASON_OR_NONE, TEXT

# A column of marks is named as its criterion, and the next one has the reason.
MARK = Shape("`yes`, `no`, a mark, or `yes 3`", pattern(r"^\s*((yes|no)?(\s*[0-4])?)\s*\Z", "yes, no, 3 or yes 3").read)
_BID, _MEMBER = Key("bid", BID), Key("member", PERSON)
FILES = {
    "assignments": (_BID, _MEMBER),
    "scorecards": (_BID, _MEMBER, Key("on", DAY), Key("state", one_of("submitted", "draft"))),
    "practice": (_MEMBER, Key("on", DAY)),
    "outcomes": (
        _BID,
        Key("outcome", one_of(*OUTCOMES)),
        Key("destination", text(150)),
        Key("reason", REASON_OR_NONE),
        Key("internal_reason", REASON_OR_NONE),
    ),
    "families": (Key("family", OFFICE), _BID),
    "review": (
        _BID,
        Key("amount", AMOUNT),
        Key("reason", REASON_OR_NONE),
        Key(
            "years",
            TEXT,
            needed=False,
            note="in a round of several years, like `2023/24: 82500.00; 2024/25: 165000.00`",
        ),
        Key("withheld", TEXT, needed=False, note="the ground, if the recipient is not published"),
        Key("public_title", TEXT, needed=False, note="with `withheld`, and so is `public_purpose`"),
        Key("public_purpose", TEXT, needed=False),
        Key("legal_power", TEXT, needed=False, note="one of the body's, its usual one unless it is given"),
    ),
    "payments": (
        _BID,
        Key("amount", amount(above=True)),
        Key("paid_on", DAY),
        Key("reason", REASON_OR_NONE),
        Key("illustrative", text(300)),
        Key("recipient", text(150), needed=False, note="of a direct award, who of those named was paid"),
    ),
}
# The files whose further columns are the marks of the criteria.
WITH_MARKS = ("scorecards", "practice")
# The columns whose values together stand on one row of a file.
ONCE = {
    "assignments": ("bid", "member"),
    "scorecards": ("bid", "member"),
    "practice": ("member",),
    "outcomes": ("bid",),
    "families": ("bid",),
    "review": ("bid",),
}
