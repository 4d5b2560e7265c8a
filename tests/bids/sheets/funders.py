"""Files of three invented funders in the shapes that real ones publish: other columns, dates, numbers and letters.

They are made afresh for each test, always the same, with as many rows as are asked for.
"""

import csv
import io
from datetime import date, timedelta
from random import Random

from openpyxl import Workbook
from openpyxl.styles import Font

_FIRST = (
    "Harbour",
    "Quayside",
    "Elm Row",
    "Northgate",
    "Zoë’s",
    "Café",
    "Tideway",
    "Orchard",
    "St Brannoc’s",
    "Mill Lane",
)
_SECOND = ("Youth", "Carers", "Community", "Boxing", "Arts", "Mentoring", "Family", "Refuge", "Sports", "Music")
_THIRD = ("Trust", "CIC", "Association", "Club", "Project", "Forum", "Centre", "Network", "Collective", "Partnership")
_WORK = ("Mentors after dark", "Night bus marshals", "Summer football", "Kitchen of their own", "Safe way home")


def _organisation(number: int) -> str:
    return f"{_FIRST[number % 10]} {_SECOND[number // 10 % 10]} {_THIRD[number // 100 % 10]}"


def standard_csv(rows: int) -> bytes:
    """The 360Giving standard by its titles, as CSV: days with times, some awards without a charity number."""
    chance, out = Random(1), io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        [
            *("Identifier", "Title", "Description", "Currency", "Amount Awarded", "Award Date"),
            *("Planned Dates:Start Date", "Planned Dates:End Date", "Planned Dates:Duration (months)"),
            *("Recipient Org:Identifier", "Recipient Org:Name", "Recipient Org:Charity Number"),
            *("Recipient Org:Company Number", "Recipient Org:Postal Code", "Funding Org:Identifier"),
            *("Funding Org:Name", "Grant Programme:Title", "Beneficiary Location:Name", "Last modified"),
        ]
    )
    for number in range(rows):
        start = date(2027, 4, 1) + timedelta(days=number % 200)
        charity = str(1_000_000 + number) if number % 3 else ""
        company = "" if charity or number % 2 else f"{2_000_000 + number:08}"
        writer.writerow(
            [
                f"360G-LanternFund-{number:06}",
                f"{_WORK[number % 5]}, {_organisation(number)}",
                f"Work in {number % 12 + 1} streets,\nwith “young people” — and their families.",
                "GBP",
                f"{chance.randrange(500_000, 9_000_000) / 100:.2f}",
                "2026-11-02",
                f"{start.isoformat()}T00:00:00+00:00",
                (start + timedelta(days=200)).isoformat(),
                "6",
                f"GB-CHC-{charity}" if charity else f"360G-LanternFund-Org-{number}",
                _organisation(number),
                charity,
                company,
                "SE1 0AA",
                "GB-CHC-1999999",
                "The Lantern Fund",
                "Safer Evenings",
                "England",
                "2026-11-03T10:00:00Z",
            ]
        )
    return out.getvalue().encode("utf-8-sig")


def workbook_xlsx(rows: int) -> bytes:
    """A funder's own workbook: a title above its headings, number formats, a duration, a total, two sheets."""
    chance, book = Random(2), Workbook()
    about = book.worksheets[0]
    about.title = "About"
    about.append(["Grants of the Tideway Foundation"])
    about.append(["Source: our own records. Amounts in pounds."])
    sheet = book.create_sheet("Grants 2026-27")
    sheet.append(["Grants awarded 2026-27"])
    sheet.append([])
    sheet.append(
        [
            *("Grant Reference", "Organisation Name", "Charity No.", "Project Title", "Purpose of grant"),
            *("Amount Requested (£)", "Start Date (dd/mm/yyyy)", "Duration (months)", "Local Authority", "Paid?"),
        ]
    )
    total = 0.0
    for number in range(rows):
        amount = chance.randrange(1_000, 60_000) + 0.1 + 0.2
        total += amount
        start = date(2027, 4, 1) + timedelta(days=number % 100)
        sheet.append(
            [
                number + 1,
                _organisation(number),
                200_000 + number,
                _WORK[number % 5],
                f"To run it for {number % 9 + 2} months",
                amount,
                start,
                number % 12 + 6,
                ("Camden", "Hackney", "Tower Hamlets", "Barking and Dagenham")[number % 4],
                False,
            ]
        )
        sheet.cell(sheet.max_row, 1).number_format = '"TF-"00000'
        sheet.cell(sheet.max_row, 3).number_format = "0000000"
        sheet.cell(sheet.max_row, 6).number_format = '"£"#,##0.00'
        sheet.cell(sheet.max_row, 7).number_format = "dd/mm/yyyy"
    sheet.append([None, "Total", None, None, None, total])
    sheet.cell(sheet.max_row, 2).font = Font(bold=True)
    # Google Sheets leaves its boxes below the last row.
    for _ in range(50):
        sheet.append([None] * 9 + [False])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def export_csv(rows: int) -> bytes:
    """An export of a grants system: semicolons, Windows-1252, £ and commas, days in words, paths as headings."""
    chance, out = Random(3), io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(
        [
            *("id", "title", "description", "currency", "amountAppliedFor", "amountAwarded", "awardDate"),
            *("plannedDates/0/startDate", "plannedDates/0/endDate", "recipientOrganization/0/id"),
            *("recipientOrganization/0/name", "grantProgramme/0/title", "dataSource"),
        ]
    )
    for number in range(rows):
        start = date(2027, 5, 1) + timedelta(days=number % 90)
        end = start + timedelta(days=180)
        identifier = f"GB-CHC-{1_100_000 + number}" if number % 2 else f"GB-COH-{3_000_000 + number:08}"
        writer.writerow(
            [
                f"360G-OrchardTrust-A{number:05}",
                _WORK[number % 5],
                f"£{number} of food – “and” company",
                "GBP",
                f"£{chance.randrange(60_000, 70_000):,}.00",
                f"£{chance.randrange(1_000, 60_000):,}.50",
                "2 November 2026",
                f"{start.day} {start:%B %Y}",
                f"{end:%d-%b-%y}",
                identifier,
                _organisation(number),
                "Open grants",
                "https://orchard.example/grants",
            ]
        )
    return out.getvalue().encode("cp1252")
