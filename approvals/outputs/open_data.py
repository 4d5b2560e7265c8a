"""Grants as open data in the 360Giving standard, version 1.4: as JSON, and flattened as a table.

Source: https://standard.threesixtygiving.org/ and the codes of https://org-id.guide/. Everything comes from what was
frozen and from the publisher's settings, so that the same decisions always give the same bytes.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from approvals.paper.settled import Grant
from grants import money, registers
from grants.names import plain_letters
from grants.references import InAddress

VERSION = "1.4"
# The fields of the standard for a number of its own, by the values of `Organisation.Register`.
_NUMBERS = {
    "charity": "charityNumber",
    "scottish charity": "charityNumber",
    "northern irish charity": "charityNumber",
    "company": "companyNumber",
}
_AUTHORITY = "local authority"
# The names of the kinds of tags in the data, by the values of `bids.models.Tag.Kind`. They are published, so they do
# not change with the labels of the pages.
VOCABULARIES = {"theme": "Theme", "priority": "Police and Crime Plan priority", "objective": "Objective"}
# The headings that the standard gives the columns of a flat file.
_HEADINGS = {
    "id": "Identifier",
    "title": "Title",
    "description": "Description",
    "currency": "Currency",
    "amountAwarded": "Amount Awarded",
    "awardDate": "Award Date",
    "recipientOrganization": "Recipient Org",
    "fundingOrganization": "Funding Org",
    "grantProgramme": "Grant Programme",
    "plannedDates": "Planned Dates",
    "beneficiaryLocation": "Beneficiary Location",
    "classifications": "Classifications",
    "relatedDocument": "Related Document",
    "dataSource": "Data Source",
    # The standard has no field for these, and lets a publisher add its own.
    "matchFunding": "Match Funding",
    "allocationIncome": "Allocation Income",
    "overAllocation": "Over Allocation",
    "name": "Name",
    "charityNumber": "Charity Number",
    "companyNumber": "Company Number",
    "code": "Code",
    "startDate": "Start Date",
    "endDate": "End Date",
    "countryCode": "Country Code",
    "geoCode": "Geographic Code",
    "geoCodeType": "Geographic Code Type",
    "vocabulary": "Vocabulary",
    "url": "Web Address",
    "amount": "Amount",
    "agreement": "Agreement",
    "agreedBy": "Agreed By",
    "agreedOn": "Agreed On",
}
_ORDER = list(_HEADINGS)
# These can occur several times, so their headings are numbered from 0.
_NUMBERED = ("beneficiaryLocation", "classifications", "matchFunding", "allocationIncome", "overAllocation")
_ALWAYS: tuple[tuple[str, int, str], ...] = (
    *((key, 0, "") for key in ("id", "title", "description", "currency", "amountAwarded", "awardDate")),
    *((key, 0, part) for key in ("recipientOrganization", "fundingOrganization") for part in ("id", "name")),
)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes and where: the prefix that 360Giving gave, the funder, the licence, the register's address."""

    prefix: str
    funder_id: str
    funder_name: str
    licence: str
    register: str

    def page(self, decision: str) -> str:
        return f"{self.register}{quote(InAddress().to_url(decision))}/"

    @property
    def data_source(self) -> str:
        return f"{self.register}open-data.json"


def package(grants: Sequence[Grant], by: Publisher) -> dict[str, Any]:
    """Return the grants as one package of the standard. Amounts are Decimal; `as_json` writes them."""
    contents: dict[str, Any] = {
        "version": VERSION,
        "title": f"Crime prevention grants of {by.funder_name}",
        "publisher": {"name": by.funder_name, "identifier": by.funder_id},
        "license": by.licence,
        "accessURL": by.register,
        "downloadURL": by.data_source,
        "grants": [grant(each, by) for each in grants],
    }
    return contents


def grant(settled_grant: Grant, by: Publisher) -> dict[str, Any]:
    """Return one grant in the terms of the standard, without what the frozen data do not hold."""
    fields: dict[str, Any] = {
        "id": f"{by.prefix}-{settled_grant.reference}",
        "title": settled_grant.title,
        "description": _description(settled_grant),
        "currency": "GBP",
        "amountAwarded": settled_grant.amount,
        "awardDate": settled_grant.approved_on.isoformat(),
        "recipientOrganization": [recipient(settled_grant, by)],
        "fundingOrganization": [{"id": by.funder_id, "name": by.funder_name}],
        "grantProgramme": [{"code": settled_grant.round, "title": settled_grant.round_title}],
        "plannedDates": [{"startDate": settled_grant.starts_on, "endDate": settled_grant.ends_on}]
        if settled_grant.starts_on
        else [],
        "beneficiaryLocation": list(settled_grant.locations),
        "classifications": [
            {"vocabulary": VOCABULARIES[tag.kind], "code": tag.code, "title": tag.label} for tag in settled_grant.tags
        ],
        "relatedDocument": [
            {
                "id": settled_grant.decision,
                "title": f"Decision {settled_grant.decision}",
                "url": by.page(settled_grant.decision),
            }
        ],
        "dataSource": by.data_source,
        **_beside(settled_grant),
    }
    return {key: value for key, value in fields.items() if value != []}


def _beside(settled_grant: Grant) -> dict[str, list[dict[str, Any]]]:
    """Return the other money of the project, what grantors give to the allocation, and what was agreed above it.

    None of it is a part of the grant.
    """
    funding = settled_grant.funding
    return {
        "matchFunding": [{"name": each.name, "amount": each.amount} for each in settled_grant.match],
        "allocationIncome": [
            {"name": each.name, "agreement": each.agreement, "amount": each.amount} for each in funding.income
        ],
        "overAllocation": [
            {"agreedBy": each.name, "agreedOn": each.agreement, "amount": each.amount} for each in funding.above
        ],
    }


def _description(settled_grant: Grant) -> str:
    purpose = settled_grant.purpose.strip() or settled_grant.title
    note = settled_grant.illustrative
    return f"{purpose} Illustrative: {note.rstrip('.')}." if note else purpose


def recipient(settled_grant: Grant, by: Publisher) -> dict[str, str]:
    """Return the recipient by its number in a public register, or under the publisher's prefix if it has none."""
    kind, number = settled_grant.register_value, settled_grant.register_number
    name = settled_grant.recipient or "Not stated"
    if settled_grant.described:
        return {"id": f"{by.prefix}-org-to-be-named-{settled_grant.reference.lower()}", "name": name}
    if settled_grant.withheld:
        # Two recipients that are withheld on one ground are not one.
        return {"id": f"{by.prefix}-org-withheld-{settled_grant.reference.lower()}", "name": name}
    if listed := registers.identifier(kind, number):
        own = {"id": listed, "name": name}
        return own | ({_NUMBERS[kind]: registers.normal(kind, number)[1]} if kind in _NUMBERS else {})
    return {"id": f"{by.prefix}-org-{number if kind == _AUTHORITY else _slug(name)}", "name": name}


def _slug(text: str) -> str:
    """Return a text in plain letters for an identifier; where they leave something out, a digest tells texts apart."""
    plain = plain_letters(text)
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if all(letter.isascii() for letter in plain if letter.isalnum()) and slug:
        return slug
    digest = hashlib.sha256(unicodedata.normalize("NFC", text.strip()).encode()).hexdigest()[:12]
    return f"{slug}-{digest}".strip("-")


def as_json(contents: dict[str, Any]) -> str:
    """Return the package as JSON in which every amount is a number with exactly two decimals."""
    # The json module writes no Decimal. Each is marked by null characters, which no text of the database holds.
    text = json.dumps(contents, default=lambda amount: f"\0{money.text(amount)}\0", ensure_ascii=False, indent=1)
    return re.sub(r'"\\u0000(\d+\.\d\d)\\u0000"', r"\1", text) + "\n"


def rows(contents: dict[str, Any]) -> Iterator[list[Any]]:
    """Yield the package as a table under the standard's headings: the header, then a row a grant."""
    flat = [_flat(each) for each in contents["grants"]]
    columns = sorted({*_ALWAYS, *(column for row in flat for column in row)}, key=_place)
    yield [_heading(*column) for column in columns]
    for row in flat:
        yield [row.get(column, "") for column in columns]


def _flat(grant: dict[str, Any]) -> dict[tuple[str, int, str], str | Decimal]:
    cells: dict[tuple[str, int, str], str | Decimal] = {}
    for key, value in grant.items():
        if not isinstance(value, list):
            cells[key, 0, ""] = value
            continue
        for number, part in enumerate(value):
            cells |= {(key, number, name): text for name, text in part.items()}
    return cells


def _place(column: tuple[str, int, str]) -> tuple[int, int, int]:
    key, number, part = column
    return _ORDER.index(key), number, _ORDER.index(part) if part else 0


def _heading(key: str, number: int, part: str) -> str:
    words: Iterable[str] = (
        _HEADINGS[key],
        str(number) if key in _NUMBERED else "",
        _HEADINGS[part] if part else "",
    )
    return ":".join(filter(None, words))
