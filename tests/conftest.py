"""What every test stands on: the private PostgreSQL, and the Chromium of this machine."""

import os
import shutil
from typing import Any

import pytest

import devdb


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Start the database when the first test asks for it, so that tests of pure rules need not wait."""
    if "DATABASE_URL" not in os.environ:
        devdb.cluster("test").borrow()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium as a container can run it: without its sandbox, a graphics card or room in /dev/shm, and silent."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    # Where the machine has none, Playwright looks for one that it downloaded.
    found = {"executable_path": chromium} if chromium else {}
    return {**browser_type_launch_args, **found, "args": [*browser_type_launch_args.get("args", []), *arguments]}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
