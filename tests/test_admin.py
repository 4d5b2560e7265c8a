"""The admin is for reference data: no judgement or decision changes there, and every other change is recorded."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from bids.models import Interest, Mark, Scorecard
from bids.panel import assignments
from grants.models import Alias, AuditEvent, Organisation, Round, User
from grants.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db

REFERENCE = {"organisation", "alias", "tag", "criterion"}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=str))
def test_only_reference_data_can_be_added_or_changed(model: type) -> None:
    client = signed_in("iris.jonas")
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    added = client.get(reverse(f"{name}_add"))
    assert added.status_code == (200 if model._meta.model_name in REFERENCE - {"criterion"} else 403)
    first = model.objects.first()
    if first is not None:
        assert client.post(reverse(f"{name}_delete", args=[first.pk])).status_code == 403
        if model._meta.model_name not in REFERENCE:
            assert client.post(reverse(f"{name}_change", args=[first.pk])).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        "bids/bid/?scorecards__isnull=0",
        "bids/criterion/?marks=1",
        "grants/user/?interests__isnull=0",
        "grants/round/?events=1",
        "grants/user/?password__startswith=scrypt",
        "bids/paneloutcome/?internal_reason__contains=a",
        "bids/bid/?round__events__isnull=0",
    ],
)
def test_a_list_is_not_asked_for_what_it_does_not_show(asked: str) -> None:
    assert signed_in("iris.jonas").get(f"/admin/{asked}").status_code == 400


def test_a_list_is_asked_by_its_own_filters() -> None:
    round = Round.objects.get(reference="safer-summer-2026-27")
    page = signed_in("iris.jonas").get("/admin/bids/bid/", {"round__id__exact": round.pk, "state__exact": "eligible"})
    assert page.status_code == 200


@pytest.mark.parametrize("model", [Scorecard, Mark, Interest, AuditEvent])
def test_what_was_scored_and_the_trail_are_not_in_the_admin(model: type) -> None:
    assert model not in admin.site._registry


@pytest.mark.parametrize("assigned", [False, True])
def test_the_criteria_of_a_round_are_fixed_once_a_member_is_asked_to_score(assigned: bool) -> None:
    round = factories.open_round()
    bid, member = factories.bid(round), factories.person(Role.MEMBER, round=round)
    if assigned:
        assignments.assign(bid=bid, member=member, by=factories.person(Role.CHAIR, round=round), at=factories.NOW)
    criterion = round.criteria.all()[0]
    client = Client()
    client.force_login(factories.person(Role.ADMINISTRATOR, round=round))
    posted = client.post(reverse("admin:bids_criterion_change", args=[criterion.pk]))
    assert posted.status_code == (403 if assigned else 200)


@pytest.mark.parametrize("username", ["grace.hall", "olive.marsh", "amara.cole", "robin.vale", "sam.wills", "kit.lane"])
def test_nobody_but_an_administrator_opens_the_admin(username: str) -> None:
    assert signed_in(username).get(reverse("admin:index")).status_code == 302
    assert signed_in(username).get(reverse("admin:grants_organisation_changelist")).status_code == 302


def test_a_change_of_reference_data_is_an_event() -> None:
    body = Organisation.objects.get(name="Mutual Gain")
    before = AuditEvent.objects.filter(action="keep reference data").count()
    answer = signed_in("iris.jonas").post(
        reverse("admin:grants_alias_add"), {"organisation": body.pk, "name": "Mutual Gain CIC Group"}
    )
    assert answer.status_code == 302
    assert Alias.objects.get(name="Mutual Gain CIC Group").organisation == body
    event = AuditEvent.objects.filter(action="keep reference data").latest("number")
    assert AuditEvent.objects.filter(action="keep reference data").count() == before + 1
    assert event.actor.username == "iris.jonas"
    assert event.facts["name"] == "Mutual Gain CIC Group"


def test_the_admin_has_these_addresses_and_no_others_of_its_own() -> None:
    own = {pattern.name for pattern in admin.site.get_urls() if getattr(pattern, "name", None)}
    assert own == {
        "index",
        "login",
        "logout",
        "password_change",
        "password_change_done",
        "autocomplete",
        "jsi18n",
        "view_on_site",
        "app_list",
    }


def test_nobody_changes_a_password_in_the_admin() -> None:
    client = signed_in("iris.jonas")
    for method in (client.get, client.post):
        assert method("/admin/password_change/")["Location"] == reverse("grants:change_password")
    assert client.get("/admin/password_change/done/")["Location"] == reverse("grants:account")
