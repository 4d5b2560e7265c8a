"""The admin is for reference data: nothing that was judged or decided changes there, and the rest leaves a trace."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from bids.models import Mark
from grants.models import Alias, AuditEvent, Organisation, User

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
    listed = client.get(reverse(f"{name}_changelist"))
    assert listed.status_code == (403 if model is Mark else 200)
    added = client.get(reverse(f"{name}_add"))
    assert added.status_code == (200 if model._meta.model_name in REFERENCE - {"criterion"} else 403)
    first = model.objects.first()
    if first is not None:
        assert client.post(reverse(f"{name}_delete", args=[first.pk])).status_code == 403
        if model._meta.model_name not in REFERENCE:
            assert client.post(reverse(f"{name}_change", args=[first.pk])).status_code == 403


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
