"""The two windows in which the panel's journeys are made."""

from typing import cast

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.helpers import DESK, PHONE

# A page that signs a decision makes files as well, which takes long on a machine that is busy with something else.
expect.set_options(timeout=20_000)


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def window(request: pytest.FixtureRequest, page: Page) -> None:
    """The journey is made at a desk, and again at 320 pixels."""
    page.set_viewport_size(cast(ViewportSize, request.param))
