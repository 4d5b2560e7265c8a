"""The kinds of values in the folder of a round, such as an amount, a person or a reference. Pure rules."""

from __future__ import annotations

from approvals.loading.shapes import Table, amount, day, financial_year, name_of, pattern, slot, text
from grants import references

# No text of a folder is longer than a section of a paper.
LONGEST = 20_000
TEXT, NEEDED_TEXT, DAY, AMOUNT = text(LONGEST), text(LONGEST, empty=False), day(), amount()
NAME, OFFICE = text(150, empty=False), text(120, empty=False)
REASON, REASON_OR_NONE, WHY = text(2000, empty=False), text(2000), text(4000)
USER_NAME = pattern(r"^[a-z0-9][a-z0-9.-]*\Z", "amara.cole", 80)
PERSON, BID = name_of("person"), name_of("bid")
YEAR, SLOT = financial_year(), slot()
YEARS = Table(every=(SLOT, AMOUNT), words="a financial year = an amount")
LIMIT_KINDS = ("grant", "exemption", "procurement")
LINE_KINDS = ("staffing", "internal", "other")
GROUNDS = ("reg32-technical", "reg32-rights", "teckal", "reg32-urgency")
OUTCOMES = ("recommend", "reject", "redirect")
ANSWERS = ("approved", "conditions", "refused", "deferred", "noted")
DECISION = pattern(references.DECISION, "PCD-681 or 42/2024", references.LONGEST_DECISION)
