"""The two windows in which the panel's journeys are made."""

from typing import cast

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.journeys.helpers import DESK, PHONE


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def window(request: pytest.FixtureRequest, page: Page) -> None:
    """The journey is made at a desk, and again at 320 pixels."""
    page.set_viewport_size(cast(ViewportSize, request.param))
