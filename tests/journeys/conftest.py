"""The two windows in which the panel's journeys are made, and what axe passed in this run."""

import os
from typing import cast

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.helpers import DESK, PASSED, PHONE

# A page that signs a decision makes files as well, which takes long on a machine that is busy with something else.
expect.set_options(timeout=20_000)


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def window(request: pytest.FixtureRequest, page: Page) -> None:
    """The journey is made at a desk, and again at 320 pixels."""
    page.set_viewport_size(cast(ViewportSize, request.param))


@pytest.fixture(scope="session", autouse=True)
def passed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what axe passed where all processes of this run look it up."""
    own = tmp_path_factory.getbasetemp()
    PASSED.folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "passed"
    PASSED.folder.mkdir(exist_ok=True)
