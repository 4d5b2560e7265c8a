"""Registers by month, the return of delegated grants by quarter, contracts over £10,000, and the feed."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from approvals.decisions import writing
from approvals.decisions.deciding import Answer
from approvals.families import grouping
from approvals.models import Approval, Award, Decision
from approvals.outputs import published
from approvals.paper import settled
from approvals.register import returns
from approvals.review import reviewing
from approvals.routing import approving, awards
from grants.models import User
from grants.tables import as_csv, as_exact_csv, as_xlsx
from tests.approvals.outputs.test_open_data import GRANT, TOTAL
from tests.approvals.steps import LATER, decide, open_paper, sign, sign_off
from tests.every_page import publish

pytestmark = pytest.mark.usefixtures("files_made_once")

ATOM = "{http://www.w3.org/2005/Atom}"
RETURN = ("delegated_return", ["cpie-2019-20"])


def get(name: str, *args: str, asked: str = "", user: User | None = None) -> Any:
    client = Client()
    if user:
        client.force_login(user)
    return client.get(reverse(f"approvals:{name}", args=args) + asked)


def listed(name: str, *args: str, asked: str = "", user: User | None = None) -> Iterator[str]:
    """The reference of each grant on every page of a list."""
    number, pages = 1, 1
    while number <= pages:
        answer = get(name, *args, asked=f"?{asked}&page={number}", user=user)
        assert answer.status_code == 200
        page = answer.context["page"]
        yield from re.findall(r'<h2 class="govuk-heading-s" id="([^"]+)"', answer.content.decode())
        number, pages = number + 1, page.paginator.num_pages


def rows(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


# The periods


@pytest.mark.parametrize(
    ("day", "key", "label"),
    [
        (date(2019, 4, 1), "2019-04", "April to June 2019"),
        (date(2019, 6, 30), "2019-04", "April to June 2019"),
        (date(2019, 12, 31), "2019-10", "October to December 2019"),
        (date(2020, 3, 31), "2020-01", "January to March 2020"),
    ],
)
def test_a_quarter_is_one_of_the_financial_year(day: date, key: str, label: str) -> None:
    assert returns.quarter(day) == returns.Period(key, label)


def test_a_grant_is_listed_only_in_the_month_of_its_approval() -> None:
    grants = [replace(GRANT, reference=f"AWD-{day}", approved_on=date(2019, day, 28)) for day in (5, 6, 6, 8)]
    there = returns.periods(grants, returns.month)
    assert [period.label for period in there] == ["August 2019", "June 2019", "May 2019"]
    parts = [len(returns.within(grants, returns.month, period.key)) for period in there]
    assert parts == [1, 2, 1]
    assert len(returns.within(grants, returns.month, "")) == 4


def test_a_contract_of_exactly_the_limit_is_not_over_it() -> None:
    contract = settled.Contract("PCD-1", "STA-1", "S", "T", Decimal("10000.00"), "", "", "", "", date(2019, 7, 1))
    above = replace(contract, reference="STA-2", amount=Decimal("10000.01"))
    assert returns.large([contract, above]) == [above]


# Grants by month


@pytest.mark.usefixtures("publication", "staged")
def test_the_register_has_every_grant_exactly_once() -> None:
    every = {grant.reference for grant in published.grants()}
    assert len(every) == 39
    assert Counter(listed("grant_register")) == Counter(every)
    months = [period.key for period in returns.periods(published.grants(), returns.month)]
    by_month = [reference for month in months for reference in listed("grant_register", asked=f"month={month}")]
    assert Counter(by_month) == Counter(every)
    file_rows = rows(get("grant_register_file", "csv"))
    assert Counter(row["Grant"] for row in file_rows) == Counter(every)
    assert sum(Decimal(row["Amount (£)"]) for row in file_rows) == TOTAL


@pytest.mark.usefixtures("staged")
def test_a_grant_is_in_the_month_of_its_own_approval(publication: Decision) -> None:
    days = dict(Approval.objects.filter(level="delegated").values_list("award__reference", "approved_at"))
    assert len(days) == 28
    for grant in published.grants():
        expected = days.get(grant.reference, Decision.objects.get(pk=publication.pk).signed_at)
        assert grant.approved_on == settled.day(expected.isoformat())


@pytest.mark.usefixtures("publication", "staged")
def test_the_page_says_recipient_amount_purpose_conditions_and_reasons() -> None:
    page = get("grant_register").content.decode()
    assert "39 grants, £1,438,598 in all" in page
    for heading in ("Recipient", "Amount", "Purpose", "Conditions", "Reasons", "Illustrative"):
        assert heading in page
    first = returns.within(published.grants(), returns.month, "")[0]
    assert first.recipient in page.replace("&amp;", "&").replace("&#x27;", "'")


@pytest.mark.usefixtures("publication", "staged")
def test_an_unknown_month_shows_all_grants() -> None:
    assert get("grant_register", asked="?month=tomorrow").context["count"] == 39


@pytest.mark.usefixtures("staged")
def test_an_empty_register_says_when_it_fills() -> None:
    assert "No grants have been published yet" in get("grant_register").content.decode()
    assert "No contracts over £10,000 have been published yet" in get("contract_register").content.decode()
    assert rows(get("grant_register_file", "csv")) == []


@pytest.mark.usefixtures("publication", "staged")
def test_a_workbook_holds_numbers_days_and_no_formula() -> None:
    sheet = load_workbook(io.BytesIO(get("grant_register_file", "xlsx").content)).active
    assert sheet is not None
    header, *grant_rows = sheet.iter_rows()
    place = {cell.value: number for number, cell in enumerate(header)}
    assert len(grant_rows) == 39
    assert sum(Decimal(str(row[place["Amount (£)"]].value)) for row in grant_rows) == TOTAL
    assert {row[place["Approved on"]].is_date for row in grant_rows} == {True}
    assert not any(cell.data_type == "f" for row in grant_rows for cell in row)


def test_no_cell_of_a_workbook_or_of_an_unpublished_file_is_a_formula() -> None:
    grant = replace(GRANT, recipient="=1+1", purpose="@SUM(1)", conditions="＝1")
    sheet = load_workbook(io.BytesIO(as_xlsx("Grants", returns.grant_rows([grant], returns.month)))).active
    assert sheet is not None
    assert [cell.data_type for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"] == ["s"]
    text = "".join(as_csv(returns.grant_rows([grant], returns.month)))
    assert all(f"'{formula}" in text and f",{formula}" not in text for formula in ("=1+1", "@SUM(1)", "＝1"))


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize("name", ["grant_register_file", "contract_register_file"])
def test_a_file_of_an_unknown_kind_answers_404(name: str) -> None:
    assert get(name, "pdf").status_code == 404


def test_a_published_file_has_the_words_of_the_decision() -> None:
    grant = replace(GRANT, recipient="@Home", conditions="-ing")
    _, cells = csv.reader(io.StringIO("".join(as_exact_csv(returns.grant_rows([grant], returns.month)))))
    assert "@Home" in cells and "-ing" in cells


# Delegated grants and contracts


@pytest.mark.usefixtures("publication", "staged")
def test_the_return_lists_only_delegated_grants(grace: User) -> None:
    delegated = set(Award.objects.filter(route="delegated").values_list("reference", flat=True))
    assert Counter(listed(*[RETURN[0], *RETURN[1]], user=grace)) == Counter(delegated)
    file_rows = rows(get("delegated_return_file", "cpie-2019-20", "csv", user=grace))
    assert sum(Decimal(row["Amount (£)"]) for row in file_rows) == Decimal("491364.00")
    assert all(re.search(r" to \w+ \d{4}$", row["Period"]) for row in file_rows)


@pytest.mark.usefixtures("staged")
def test_the_return_does_not_wait_for_the_publication(grace: User) -> None:
    page = get("delegated_return", "cpie-2019-20", user=grace).content.decode()
    assert "28 grants, £491,364 in all" in page
    assert "Not published yet" in page
    assert list(listed("grant_register")) == []


@pytest.mark.usefixtures("staged")
def test_an_empty_return_says_what_to_do(grace: User) -> None:
    Award.objects.filter(route="delegated").update(state="routed")
    page = get("delegated_return", "cpie-2019-20", user=grace).content.decode()
    assert "No grants in this round have been approved under delegation yet" in page
    assert reverse("approvals:routes", args=["cpie-2019-20"]) in page


@pytest.fixture
def taken(grace: User) -> Award:
    """A delegated grant of a published decision, with nothing paid and no lots."""
    publish()
    single = Award.objects.for_routes().filter(route="delegated", payments=None, bid__family=None)
    return single.order_by("-amount")[0]


def in_public(award: Award) -> list[Decimal]:
    """The amounts at which a grant stands in the open data and in the register by month, which agree."""
    published_json = get("open_data_json").json()["grants"]
    amounts = [Decimal(str(each["amountAwarded"])) for each in published_json if award.reference in each["id"]]
    by_month = [row for row in rows(get("grant_register_file", "csv")) if row["Grant"] == award.reference]
    assert [Decimal(row["Amount (£)"]) for row in by_month] == amounts
    return amounts


@pytest.mark.usefixtures("staged")
def test_a_withdrawn_delegated_grant_is_no_longer_public(taken: Award, grace: User) -> None:
    assert in_public(taken) == [taken.amount]
    reviewing.return_bid(bid=taken.bid, reason="The recipient closed", by=grace, at=LATER)
    assert in_public(taken) == []
    assert taken.reference not in {each.reference for each in published.delegated(taken.round)}


@pytest.mark.usefixtures("staged")
def test_a_delegated_grant_that_became_smaller_is_public_again_once_a_paper_reports_it(
    taken: Award, grace: User
) -> None:
    less = taken.amount - 1
    reviewing.review(bid=taken.bid, amount=less, reason="One part fell away", by=grace, at=LATER)
    awards.route_awards(round=taken.round, by=grace, at=LATER)
    taken.refresh_from_db()
    approving.approve_awards(awards=[taken], reason="Smaller", by=User.objects.get(username="henry.ives"), at=LATER)
    assert in_public(taken) == []
    stands = {each.reference: (each.amount, each.decision) for each in published.delegated(taken.round)}
    assert stands[taken.reference] == (less, "")
    assert sum(1 for _, decision in stands.values() if decision == "PCD-681") == 27


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize("answer", ["refused", "deferred"])
def test_a_delegated_grant_that_went_up_and_was_not_approved_is_no_longer_public(
    taken: Award, grace: User, mo: User, robin: User, answer: str
) -> None:
    other = Award.objects.for_routes().filter(route="delegated", payments=None, bid__family=None).exclude(pk=taken.pk)
    lots = [taken.bid, other.order_by("-amount")[0].bid]
    grouping.group_bids(round=taken.round, bids=lots, name="Together", reason="One project", by=grace, at=LATER)
    paper = open_paper(taken.round, "PCD-700", grace, title="One more", text="One more.", at=LATER)
    sign_off(paper)
    writing.submit_pack(decision=paper, by=grace, at=LATER)
    writing.put_forward(decision=paper, by=mo, at=LATER)
    no = Answer(answer, reason="Not shown to work")
    decide(paper, robin, item_1=no, item_2=no)
    sign(paper, robin)
    writing.publish_decision(decision=paper, by=mo, at=LATER)
    assert in_public(taken) == []
    assert len(published.grants(taken.round)) == 37


@pytest.mark.usefixtures("publication", "staged")
def test_the_contract_of_pcd_681_is_published() -> None:
    page = get("contract_register").content.decode()
    assert "1 contract, £400,000 in all" in page
    (row,) = rows(get("contract_register_file", "csv"))
    assert (row["Whole-life value (£)"], row["Decision"]) == ("400000.00", "PCD-681")


# The feed


@pytest.mark.usefixtures("publication", "staged")
def test_the_feed_is_atom_and_names_the_decision() -> None:
    answer = get("register_feed")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    assert feed.tag == f"{ATOM}feed"
    (entry,) = feed.findall(f"{ATOM}entry")
    text_by_part = {part: entry.findtext(f"{ATOM}{part}") or "" for part in ("title", "summary", "updated", "id")}
    assert text_by_part["title"].startswith("PCD-681 ")
    assert "39 grants, £1,438,598 in all" in text_by_part["summary"]
    assert text_by_part["id"].endswith(reverse("approvals:published_decision", args=["PCD-681"]))
    assert f"{settings.SERVICE_NAME}" in (feed.findtext(f"{ATOM}title") or "")
    register = get("register").content.decode()
    assert f'type="application/atom+xml" title="Published decisions" href="{reverse("approvals:register_feed")}"' in (
        register
    )


@pytest.mark.usefixtures("staged")
def test_the_feed_is_empty_before_anything_is_published() -> None:
    assert ElementTree.fromstring(get("register_feed").content).findall(f"{ATOM}entry") == []
