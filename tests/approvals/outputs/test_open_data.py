"""Open data of published decisions: 360Giving, to the penny, from what was frozen alone."""

import csv
import dataclasses
import io
import json
import os
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from approvals.decisions import writing
from approvals.decisions.deciding import Answer
from approvals.models import Award, Decision, Pack
from approvals.outputs import open_data, published
from approvals.paper import settled
from bids.models import Bid, Tag
from grants import registers
from grants.models import Organisation, User
from grants.refusal import Refused
from grants.tables import as_exact_csv, as_xlsx
from tests.approvals.steps import LATER, decide, sign
from tests.bodies import MPS

pytestmark = pytest.mark.usefixtures("files_made_once")

BESIDE = Path(settings.BASE_DIR).parent / "shared/data/360giving"
SCHEMAS = Path(os.environ.get("SCHEMAS_360GIVING", BESIDE))
TOTAL = Decimal("1438598.00")
REQUIRED = {
    "id": str,
    "title": str,
    "description": str,
    "currency": str,
    "amountAwarded": Decimal,
    "awardDate": str,
    "recipientOrganization": list,
    "fundingOrganization": list,
}
BY = open_data.Publisher(
    "360G-x", "360G-x-org-funder", "A funder", "https://example.org/licence", "https://a.uk/register/"
)
GRANT = settled.Grant(
    decision="PCD-1",
    reference="AWD-1",
    title="A title",
    recipient="A body",
    register="Charity number 1234567",
    register_value="charity",
    register_number="1234567",
    amount=Decimal("1000.10"),
    approved_on=date(2019, 7, 1),
    level=settled.DELEGATED,
    approved_by="The force, under delegation",
    purpose="What for.",
    conditions="",
    reason="",
    legal_power="",
    tags=(settled.Tag("theme", "violence", "Violence, and fear of it"),),
    locations=tuple(MPS.locations(["E09000007", "E09000012"])),
    starts_on="2019-08-01",
    ends_on="2019-09-01",
    illustrative="",
    round="r-1",
    round_title="Round 1",
)


def changed(**fields: Any) -> dict[str, Any]:
    """The grant as open data, with some of its facts replaced."""
    return open_data.grant(dataclasses.replace(GRANT, **fields), BY)


def fetched() -> dict[str, Any]:
    answer = Client().get(reverse("approvals:open_data_json"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    package: dict[str, Any] = json.loads(answer.content, parse_float=Decimal)
    return package


def table() -> list[dict[str, str]]:
    answer = Client().get(reverse("approvals:open_data_csv"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def decided(robin: User, mo: User, **special: Answer) -> None:
    """PCD 681 published, with other answers to some items."""
    decision = Decision.objects.select_related("round").get(reference="PCD-681")
    decide(decision, robin, **special)
    sign(decision, robin)
    writing.publish_decision(decision=decision, by=mo, at=LATER)


def faults(text: str) -> Iterator[str]:
    """What the schema says against a package; where it is not at hand, what every grant must have."""
    package = json.loads(text)
    if not SCHEMAS.is_dir():
        for grant in json.loads(text, parse_float=Decimal)["grants"]:
            yield from (name for name, kind in REQUIRED.items() if not isinstance(grant.get(name), kind))
        return
    from jsonschema import Draft202012Validator, FormatChecker
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    whole, single = (
        json.loads((SCHEMAS / name).read_text())
        for name in ("360-giving-package-schema.json", "360-giving-schema.json")
    )
    reference = whole["properties"]["grants"]["items"]["$ref"]
    known = Registry().with_resources(
        (address, DRAFT202012.create_resource(single)) for address in (reference, single["$id"])
    )
    checker = Draft202012Validator(whole, registry=known, format_checker=FormatChecker())
    yield from (f"{list(fault.path)}: {fault.message}" for fault in checker.iter_errors(package))


# One grant


def test_an_amount_is_a_number_with_two_decimals_exactly() -> None:
    for amount in ("1000.10", "8000.00", "0.01", "999999999999.99"):
        written = open_data.as_json({"amountAwarded": Decimal(amount)})
        assert f'"amountAwarded": {amount}\n' in written
    # A text that spells the marks out stays text.
    text = r'"\u000012.00\u0000"'
    assert json.loads(open_data.as_json({"title": text})) == {"title": text}


@pytest.mark.parametrize(
    ("register", "number", "expected"),
    [
        ("charity", "1234567", {"id": "GB-CHC-1234567", "charityNumber": "1234567"}),
        ("company", "09876543", {"id": "GB-COH-09876543", "companyNumber": "09876543"}),
        ("company", "SC 123456", {"id": "GB-COH-SC123456", "companyNumber": "SC123456"}),
        ("company", "234567", {"id": "GB-COH-00234567", "companyNumber": "00234567"}),
        ("company", "TBC", {"id": "360G-x-org-a-body"}),
        ("charity", "SC 012345", {"id": "GB-SC-SC012345", "charityNumber": "SC012345"}),
        ("scottish charity", "SC012345", {"id": "GB-SC-SC012345", "charityNumber": "SC012345"}),
        ("northern irish charity", "NIC100123", {"id": "GB-NIC-100123", "charityNumber": "NIC100123"}),
        ("mutual", "12345R", {"id": "GB-MPR-12345R"}),
        ("education", "100123", {"id": "GB-EDU-100123"}),
        ("education", "10012345", {"id": "GB-UKPRN-10012345"}),
        ("local authority", "CMD", {"id": "GB-LAE-CMD"}),
        ("local authority", "E07999923", {"id": "360G-x-org-E07999923"}),
        ("not stated", "1234567", {"id": "360G-x-org-a-body"}),
        ("", "", {"id": "360G-x-org-a-body"}),
    ],
)
def test_a_recipient_is_named_by_its_register(register: str, number: str, expected: dict[str, str]) -> None:
    named = changed(register_value=register, register_number=number)["recipientOrganization"]
    assert named == [{"name": "A body", **expected}]


def test_every_register_of_the_service_is_known() -> None:
    assert set(Organisation.Register.values) == {*registers.SHAPES, "not stated"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("华人社区", "华人社团"), ("বাংলা দল", "বাংলা দলা"), ("Ελλάς", "Ελλάδα"), ("A 华", "A 团"), ("—", "–")],
)
def test_an_own_identifier_tells_names_of_any_script_apart(one: str, other: str) -> None:
    def own(name: str) -> str:
        return changed(register_value="", register_number="", recipient=name)["recipientOrganization"][0]["id"]

    assert own(one) != own(other)
    assert own(one) == own(one)
    assert own("Café Society") == "360G-x-org-cafe-society"


def test_every_kind_of_tag_has_its_vocabulary() -> None:
    assert set(Tag.Kind.values) == set(open_data.VOCABULARIES)


def test_illustrative_rows_are_marked() -> None:
    assert changed()["description"] == "What for."
    assert changed(illustrative="Invented bid")["description"] == "What for. Illustrative: Invented bid."


def test_places_and_days_follow_the_frozen_data() -> None:
    assert [(each["geoCode"], each["geoCodeType"]) for each in changed()["beneficiaryLocation"]] == [
        ("E09000007", "LONB"),
        ("E09000012", "LONB"),
    ]
    every = MPS.locations([area.code for area in MPS.areas.each])
    district = {"name": "All 32 boroughs", "countryCode": "GB", "geoCode": "E23000001", "geoCodeType": "PFA"}
    assert changed(locations=tuple(every))["beneficiaryLocation"] == [district]
    assert changed()["plannedDates"] == [{"startDate": "2019-08-01", "endDate": "2019-09-01"}]
    assert changed()["classifications"] == [
        {"vocabulary": "Theme", "code": "violence", "title": "Violence, and fear of it"}
    ]


def test_what_older_packs_do_not_hold_is_left_out() -> None:
    left_out = {"plannedDates", "beneficiaryLocation", "classifications"}
    assert left_out <= changed().keys()
    assert not left_out & changed(starts_on="", locations=(), tags=()).keys()


def test_a_table_has_the_headings_of_the_standard() -> None:
    header, row = open_data.rows(open_data.package([GRANT], BY))
    value_by_heading = dict(zip(header, row, strict=True))
    assert value_by_heading["Identifier"] == "360G-x-AWD-1"
    assert value_by_heading["Recipient Org:Identifier"] == "GB-CHC-1234567"
    assert value_by_heading["Beneficiary Location:1:Name"] == "Hackney"
    assert value_by_heading["Classifications:0:Title"] == "Violence, and fear of it"
    assert value_by_heading["Amount Awarded"] == Decimal("1000.10")
    assert next(open_data.rows(open_data.package([], BY)))[:2] == ["Identifier", "Title"]


FUNDED: dict[str, Any] = {
    "match": (settled.Source("A trust", "", Decimal("250.00")),),
    "funding": settled.Funding(
        (settled.Source("A ministry", "Fund of 2019", Decimal("900.50")),),
        Decimal("99.50"),
        (settled.Source("Kit Lane", "2019-06-03", Decimal("10.00")),),
    ),
}


def test_other_money_stands_beside_the_grant_in_columns_of_our_own() -> None:
    assert not {"matchFunding", "allocationIncome", "overAllocation"} & changed().keys()
    assert changed(**FUNDED)["amountAwarded"] == GRANT.amount
    header, row = open_data.rows(open_data.package([dataclasses.replace(GRANT, **FUNDED)], BY))
    by_heading = dict(zip(header, row, strict=True))
    assert {
        heading: by_heading[heading] for heading in by_heading if heading.startswith(("Match", "Alloc", "Over"))
    } == {
        "Match Funding:0:Name": "A trust",
        "Match Funding:0:Amount": Decimal("250.00"),
        "Allocation Income:0:Name": "A ministry",
        "Allocation Income:0:Agreement": "Fund of 2019",
        "Allocation Income:0:Amount": Decimal("900.50"),
        "Over Allocation:0:Agreed By": "Kit Lane",
        "Over Allocation:0:Agreed On": "2019-06-03",
        "Over Allocation:0:Amount": Decimal("10.00"),
    }
    assert list(faults(open_data.as_json(open_data.package([dataclasses.replace(GRANT, **FUNDED)], BY)))) == []


def test_what_is_above_the_allocation_is_read_from_the_frozen_paper() -> None:
    above = [{"amount": "10.00", "agreed_by": "Kit Lane", "agreed_on": "2019-06-03"}]
    income = [{"grantor": "A ministry", "agreement": "Fund of 2019", "amount": "900.50"}]
    paper = {"reconciliation": {"income": income, "own_budget": "99.50", "over_agreed": above}}
    assert settled.funding(paper) == FUNDED["funding"]
    assert settled.funding({}) == settled.funding({"reconciliation": {}}) == settled.Funding()


def test_other_money_is_counted_once_where_several_recipients_share_a_grant() -> None:
    grant = dataclasses.replace(GRANT, described=True, **FUNDED)
    named = [settled.Named(f"REC-{place}", f"Body {place}", "", "", "", Decimal(100)) for place in range(2)]
    rows = settled.by_recipient(grant, named)
    assert len(rows) == 3
    assert settled.match_of(rows) == list(FUNDED["match"])


# PCD 681


@pytest.mark.usefixtures("publication", "staged")
def test_pcd_681_is_published_to_the_penny() -> None:
    package = fetched()
    assert len(package["grants"]) == 39
    assert sum(grant["amountAwarded"] for grant in package["grants"]) == TOTAL
    frozen = json.loads(Pack.objects.get(decision__reference="PCD-681").canonical)
    entries = [*frozen["appendix_1"], *frozen["appendix_2"]]
    assert sum(Decimal(entry["amount"]) for entry in entries) == TOTAL
    assert [grant["id"] for grant in package["grants"]] == [
        f"360G-illustrative-{each['reference']}" for each in entries
    ]


@pytest.mark.usefixtures("publication", "staged")
def test_pcd_681_fits_the_schema() -> None:
    text = Client().get(reverse("approvals:open_data_json")).content.decode()
    assert list(faults(text)) == []
    assert list(faults(text.replace('"awardDate"', '"day"', 1)))
    amounts = re.findall(r'"amountAwarded": (\S+),', text)
    assert len(amounts) == 39
    assert all(re.fullmatch(r"\d+\.\d\d", amount) for amount in amounts)


@pytest.mark.usefixtures("publication", "staged")
def test_the_table_says_what_the_json_says() -> None:
    rows, grants = table(), fetched()["grants"]
    assert [row["Identifier"] for row in rows] == [grant["id"] for grant in grants]
    assert sum(Decimal(row["Amount Awarded"]) for row in rows) == TOTAL


@pytest.mark.usefixtures("publication", "staged")
def test_identifiers_are_unique_and_the_bytes_stable() -> None:
    once = Client().get(reverse("approvals:open_data_json")).content
    assert Client().get(reverse("approvals:open_data_json")).content == once
    ids = [grant["id"] for grant in json.loads(once)["grants"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.usefixtures("publication", "staged")
def test_each_grant_has_its_days_its_places_and_its_aims() -> None:
    for grant in fetched()["grants"]:
        assert {"plannedDates", "beneficiaryLocation", "classifications"} <= grant.keys()
        assert grant["fundingOrganization"][0]["name"] == "Illustrative funder (demonstration)"
        assert grant["grantProgramme"][0]["code"] == "cpie-2019-20"


@pytest.mark.usefixtures("publication", "staged")
def test_an_older_pack_is_still_published() -> None:
    decision = published.decisions()[0]
    newer = {"approved_at", "borough_codes", "locations", "starts_on", "ends_on", "tags"}
    paper = {
        **decision.paper,
        **{
            part: [{key: entry[key] for key in entry.keys() - newer} for entry in decision.paper[part]]
            for part in ("appendix_1", "appendix_2")
        },
    }
    grants = settled.grants(paper, decision.record)
    assert sum(grant.amount for grant in grants) == TOTAL
    assert {grant.approved_on for grant in grants} == {settled.day(decision.record["signed_at"])}


@pytest.mark.usefixtures("publication", "staged")
def test_links_lead_to_the_register() -> None:
    grant = fetched()["grants"][0]
    address = settings.PUBLIC_ADDRESS
    page = reverse("approvals:published_decision", args=["PCD-681"])
    assert grant["relatedDocument"][0]["url"] == address + page
    assert grant["dataSource"] == address + reverse("approvals:open_data_json")
    register = Client().get(reverse("approvals:register")).content.decode()
    assert reverse("approvals:open_data_json") in register
    assert reverse("approvals:open_data_csv") in register


@pytest.mark.usefixtures("staged")
def test_a_refused_or_deferred_grant_is_not_in_the_open_data(robin: User, mo: User) -> None:
    refused, deferred = Answer("refused", reason="No"), Answer("deferred", reason="Later")
    decided(robin, mo, item_1=refused, item_2=deferred, item_3=Answer("conditions", conditions="Only if"))
    frozen = json.loads(Pack.objects.get(decision__reference="PCD-681").canonical)["appendix_1"]
    amount_by_id = {grant["id"]: grant["amountAwarded"] for grant in fetched()["grants"]}
    assert len(amount_by_id) == 37
    assert not {f"360G-illustrative-{entry['reference']}" for entry in frozen[:2]} & amount_by_id.keys()
    assert sum(amount_by_id.values()) == TOTAL - sum(Decimal(entry["amount"]) for entry in frozen[:2])
    third = next(grant for grant in published.grants() if grant.reference == frozen[2]["reference"])
    assert "Only if" in third.conditions


@pytest.mark.usefixtures("staged")
def test_nothing_is_open_before_it_is_published(decision: Decision, robin: User) -> None:
    assert fetched()["grants"] == []
    decide(decision, robin)
    sign(decision, robin)
    assert fetched()["grants"] == []
    assert table() == []


@pytest.mark.usefixtures("publication", "staged")
def test_a_later_change_of_the_register_changes_nothing() -> None:
    before = Client().get(reverse("approvals:open_data_json")).content
    Bid.objects.filter(round__reference="cpie-2019-20").update(title="Renamed", summary="Renamed", illustrative="")
    Award.objects.filter(round__reference="cpie-2019-20").update(amount=1, legal_power="Renamed")
    Organisation.objects.filter(register="charity").update(name="Renamed")
    assert Client().get(reverse("approvals:open_data_json")).content == before


@pytest.mark.usefixtures("publication", "staged")
def test_a_record_that_does_not_answer_its_paper_is_refused() -> None:
    decision = published.decisions()[0]
    record = {**decision.record, "items_decided": decision.record["items_decided"][1:]}
    with pytest.raises(Refused, match="does not answer its paper"):
        settled.grants(decision.paper, record)


def test_two_names_in_another_script_have_two_identifiers() -> None:
    names = ("华埠社区中心", "ਪੰਜਾਬੀ ਸਭਾ", "Bangla Khel বাংলা খেলা", "Bangla Khel বাংলা", "Łódź & Świt", "Mutual Gain")
    grants = [dataclasses.replace(GRANT, recipient=name, register_value="", register_number="") for name in names]
    identifiers = [open_data.recipient(grant, BY)["id"] for grant in grants]
    assert len(set(identifiers)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9-]+-org-[a-z0-9-]*[a-z0-9]", each) for each in identifiers)
    assert identifiers[-1].endswith("-org-mutual-gain")


# The same values in each file

ODD_NAMES = (
    "@Home",
    "-ing",
    "+44 group",
    '=HYPERLINK("http://evil")',
    " leading space",
    "trailing space ",
    "'Quoted",
    "＝Equal",
    "-10% knife crime week",
    "Bangla Khel বাংলা খেলা",
    'A "b"; c, d\ne',
    "\tTab",
)


def values(package: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The title, the description and the recipient's name of each grant, as the JSON has them."""
    grants = json.loads(open_data.as_json(package))["grants"]
    return [(each["title"], each["description"], each["recipientOrganization"][0]["name"]) for each in grants]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_table_read_back_equals_the_json(name: str) -> None:
    grant = dataclasses.replace(GRANT, title=name, recipient=name, purpose=f"{name.strip()} for all")
    package = open_data.package([grant], BY)
    text = "".join(as_exact_csv(open_data.rows(package)))
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert [(row["Title"], row["Description"], row["Recipient Org:Name"])] == values(package)
    assert row["Title"] == name
    assert row["Amount Awarded"] == "1000.10" == str(GRANT.amount)


@pytest.mark.parametrize("name", [name for name in ODD_NAMES if "\t" not in name])
def test_the_workbook_has_the_same_values_as_text(name: str) -> None:
    package = open_data.package([dataclasses.replace(GRANT, title=name)], BY)
    sheet = load_workbook(io.BytesIO(as_xlsx("Grants", open_data.rows(package)))).active
    assert sheet is not None
    header, row = list(sheet.iter_rows())
    cell = next(cell for head, cell in zip(header, row, strict=True) if head.value == "Title")
    assert (cell.value, cell.data_type) == (name, "s")


@pytest.mark.usefixtures("publication", "staged")
def test_every_published_grant_has_the_same_values_in_each_file() -> None:
    package = open_data.package(published.grants(), published.publisher())
    rows = [(row["Title"], row["Description"], row["Recipient Org:Name"]) for row in table()]
    assert rows == values(package)
    sheet = load_workbook(io.BytesIO(Client().get(reverse("approvals:open_data_xlsx")).content)).active
    assert sheet is not None
    header, *written = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[header.index("Title")] for row in written] == [title for title, _, _ in rows]
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
