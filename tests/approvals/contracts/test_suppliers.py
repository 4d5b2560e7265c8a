"""A supplier that a lead names on the contract's form: proposed where it is known, and added with the contract."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.contracts import suppliers
from approvals.contracts.suppliers import NamedSupplier
from approvals.models import SingleTenderAction
from grants.models import Alias, AuditEvent, Organisation, Round, User
from grants.refusal import Refused
from grants.roles import Role
from tests.factories import NOW, OrganisationFactory, open_round, person
from tests.factories import contract as keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


TERMS = {
    "title": "Events",
    "amount": "90,000",
    "profile": "2026/27: 90,000",
    "charged_to": "2026/27",
    "ground": "teckal",
    "evidence": "It is owned by the buyer.",
    "proposal": "Events in each borough.",
    "performance": "A report each quarter.",
}


def send(user: User, round: Round, **typed: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.post(reverse("approvals:add_single_tender_action", args=[round.reference]), {**TERMS, **typed})


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    assert not SingleTenderAction.objects.filter(title="Events").exists()
    return dict(answer.context["form"].errors)


def test_a_new_supplier_is_added_with_its_contract(round: Round, lead: User) -> None:
    answer = send(
        lead, round, supplier_name="Zanzibar Lamps Ltd", supplier_register="company", supplier_number="01234567"
    )
    assert answer.status_code == 302
    contract = SingleTenderAction.objects.get(title="Events")
    added = contract.supplier
    assert (added.name, added.register, added.number) == ("Zanzibar Lamps Ltd", "company", "01234567")
    assert [alias.plain for alias in added.aliases.all()] == ["zanzibar lamps"]
    event = AuditEvent.objects.get(round=round, action="keep organisation")
    assert (event.actor, event.facts) == (
        lead,
        {"name": "Zanzibar Lamps Ltd", "register": "company", "register number": "01234567"},
    )


def test_nothing_is_added_where_the_contract_is_refused(round: Round, lead: User) -> None:
    answer = send(lead, round, supplier_name="Zanzibar Lamps", charged_to="2027/28")
    assert list(errors(answer)) == ["charged_to"]
    assert not Organisation.objects.filter(name="Zanzibar Lamps").exists()
    assert not AuditEvent.objects.filter(round=round, action="keep organisation").exists()
    assert 'value="Zanzibar Lamps"' in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "register", "number"),
    [
        ("zanzibar lamps limited", "", ""),
        ("Zanzíbar Lamps", "", ""),
        ("Another name", "charity", "SC 012345"),
        ("Another name", "charity", "sc12345"),
    ],
)
def test_a_known_supplier_is_proposed_and_never_taken_in_silence(
    name: str, register: str, number: str, round: Round, lead: User
) -> None:
    known = OrganisationFactory(name="Zanzibar Lamps", register="scottish charity", number="SC012345")
    typed = {"supplier_name": name, "supplier_register": register, "supplier_number": number}
    answer = send(lead, round, **typed)
    assert errors(answer) == {"same_as": ["Select the organisation that you mean"]}
    page = answer.content.decode()
    assert "Zanzibar Lamps, Scottish charity number SC012345" in page
    # No other organisation can have this name or number.
    assert "add it as a new organisation" not in page
    assert "same_as" in errors(send(lead, round, **typed, same_as="new"))
    assert send(lead, round, **typed, same_as=str(known.pk)).status_code == 302
    assert SingleTenderAction.objects.get(title="Events").supplier == known
    assert not AuditEvent.objects.filter(round=round, action="keep organisation").exists()


@pytest.mark.parametrize("name", ["Zanzibar Lamp", "The Zanzibar Lamps Trust"])
def test_a_supplier_of_a_like_name_is_proposed_or_added_as_another(name: str, round: Round, lead: User) -> None:
    OrganisationFactory(name="Zanzibar Lamps")
    assert "same_as" in errors(send(lead, round, supplier_name=name))
    assert send(lead, round, supplier_name=name, same_as="new").status_code == 302
    assert SingleTenderAction.objects.get(title="Events").supplier.name == name


def test_a_known_supplier_without_a_number_gets_the_one_that_was_typed(round: Round, lead: User) -> None:
    known = OrganisationFactory(name="Zanzibar Lamps")
    typed = {"supplier_name": "Zanzibar Lamps", "supplier_register": "charity", "supplier_number": "1234567"}
    assert send(lead, round, **typed, same_as=str(known.pk)).status_code == 302
    known.refresh_from_db()
    assert (known.register, known.number) == ("charity", "1234567")
    assert AuditEvent.objects.filter(round=round, action="keep organisation").count() == 1


def test_a_known_supplier_keeps_its_number(round: Round, lead: User) -> None:
    known = OrganisationFactory(name="Zanzibar Lamps", register="charity", number="1234567")
    typed = {"supplier_name": "Zanzibar Lamps", "supplier_register": "charity", "supplier_number": "7654321"}
    assert "supplier_number" in errors(send(lead, round, **typed, same_as=str(known.pk)))


def test_a_namesake_with_another_number_can_be_added(round: Round, lead: User) -> None:
    known = OrganisationFactory(name="Zanzibar Lamps", register="charity", number="1234567")
    typed = {"supplier_name": "Zanzibar Lamps", "supplier_register": "charity", "supplier_number": "7654321"}
    assert "same_as" in errors(send(lead, round, **typed))
    assert send(lead, round, **typed, same_as="new").status_code == 302
    assert SingleTenderAction.objects.get(title="Events").supplier != known


def test_a_number_that_is_none_is_refused_at_its_field(round: Round, lead: User) -> None:
    typed = {"supplier_name": "Zanzibar Lamps", "supplier_register": "charity", "supplier_number": "TBC"}
    assert "is not a number of this register" in errors(send(lead, round, **typed))["supplier_number"][0]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "supplier"),
        ({"supplier_number": "1234567"}, "supplier_name"),
        ({"supplier_name": "Zanzibar", "supplier_number": "1234567"}, "supplier_number"),
        ({"supplier_name": "Zanzibar", "supplier_register": "charity"}, "supplier_number"),
    ],
)
def test_what_is_missing_is_an_error_at_its_field(typed: dict[str, str], field: str, round: Round, lead: User) -> None:
    assert list(errors(send(lead, round, **typed))) == [field]


def test_a_supplier_is_chosen_or_named_but_not_both(round: Round, lead: User) -> None:
    known = OrganisationFactory()
    assert list(errors(send(lead, round, supplier=str(known.pk), supplier_name="Zanzibar"))) == ["supplier_name"]


def test_a_named_supplier_is_routed_with_its_other_contracts(round: Round, lead: User) -> None:
    first = keep(round, lead, "60000", title="Lamps")
    known = first.supplier
    assert send(lead, round, supplier_name=known.name, same_as=str(known.pk)).status_code == 302
    contract = SingleTenderAction.objects.get(title="Events")
    first.refresh_from_db()
    assert (contract.route, first.route) == ("dmpc", "dmpc")
    assert "With £60,000 of other contracts of this supplier" in contract.sentence


def test_a_supplier_that_was_added_meanwhile_is_not_added_twice(round: Round, lead: User) -> None:
    # The form was checked before; another lead added it before this transaction.
    named = NamedSupplier("Zanzibar Lamps")
    OrganisationFactory(name="Zanzibar Lamps")
    with pytest.raises(Refused, match="has just been added") as refused:
        suppliers.keep_contract(named=named, terms={}, round=round, by=lead, at=NOW)
    assert refused.value.field == "supplier_name"
    assert Alias.objects.filter(plain="zanzibar lamps").count() == 1


def test_a_change_of_the_contract_names_another_supplier(round: Round, lead: User) -> None:
    contract = keep(round, lead, "90000")
    client = Client()
    client.force_login(lead)
    address = reverse("approvals:change_single_tender_action", args=[contract.reference])
    typed = {**TERMS, "supplier_name": "Zanzibar Lamps", "reason": "They moved", "version": str(contract.version)}
    assert client.post(address, typed).status_code == 302
    contract.refresh_from_db()
    assert contract.supplier.name == "Zanzibar Lamps"
