"""The widths at which the panel's journeys are made, and what axe passed in this run."""

import os

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.helpers import AT_BOTH_WIDTHS, PASSED, PHONE

# A page that signs a decision makes files as well, which takes long on a machine that is busy with something else.
expect.set_options(timeout=20_000)


@pytest.fixture
def both_widths(page: Page) -> None:
    """The journey is made at 320 pixels, and each page that it looks at is looked at as at a desk as well."""
    page.set_viewport_size(PHONE)
    AT_BOTH_WIDTHS.add(page)


@pytest.fixture(scope="session", autouse=True)
def passed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what axe passed where all processes of this run look it up."""
    own = tmp_path_factory.getbasetemp()
    PASSED.folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "passed"
    PASSED.folder.mkdir(exist_ok=True)
