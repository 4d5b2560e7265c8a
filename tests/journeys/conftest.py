"""Journeys use the database through a server alone, so no test here opens a transaction of its own."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have pytest-django make the database: it does so only where a test carries its mark."""
    for item in items:
        if "served" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)


@pytest.fixture
def _django_db_helper(django_db_setup: None) -> None:
    """In place of pytest-django's: a transaction held open would keep `served` from copying the database."""
