"""What every test stands on: the private PostgreSQL, and the Chromium of this machine."""

import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases

import devdb
from tests import last_release

ROOT = Path(__file__).resolve().parent.parent
DEMO_PASSWORD = "demo-password-2019"
_clones = itertools.count(1)


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


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Make the database and load both demo rounds once, by the same transitions as the demo.

    In place of pytest-django's own, which makes it only where a collected test carries its mark: a journey does not.
    """
    from grants.models import Round

    with django_db_blocker.unblock():
        keep = django_db_keepdb and not django_db_createdb
        made = setup_databases(verbosity=0, interactive=False, keepdb=keep)
        # With --reuse-db they are there already.
        if not Round.objects.exists():
            os.environ["DEMO_PASSWORD"] = DEMO_PASSWORD
            quiet = StringIO()
            call_command("load_round", str(ROOT / "fixtures/pcd681"), "--until", "put_forward", stdout=quiet)
            call_command("load_round", str(ROOT / "fixtures/safer-summer"), "--until", "scoring", stdout=quiet)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@contextmanager
def copied(django_db_blocker: Any) -> Iterator[str]:
    """The address of a copy of the loaded database, for a process that commits. It is dropped afterwards."""
    settings = connection.settings_dict
    name = f"journey_{os.getpid()}_{next(_clones)}"
    with django_db_blocker.unblock():
        template = settings["NAME"]
        connection.close()
        # A copy needs the original to itself; a connection that a test forgot must not hold it.
        _administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'")
        _administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    user, host = settings["USER"], settings["HOST"].replace("/", "%2F")
    try:
        yield f"postgresql://{user}@/{name}?host={host}&port={settings['PORT']}"
    finally:
        with django_db_blocker.unblock():
            _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def serving(url: str, log: Path, *, application: str = "grants.wsgi", workers: int = 1) -> Iterator[str]:
    """The address of a server on the database of this address. It ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "GRANTS_ENV": "test",
        "DJANGO_SETTINGS_MODULE": "grants.settings",
        "DATABASE_URL": url,
    }
    bound = ["-b", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", "4"]
    with log.open("w") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", application, *bound], cwd=ROOT, env=environment, stdout=said, stderr=said
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture
def copy(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The address of a database of the test's own, a copy of the loaded one."""
    with copied(django_db_blocker) as url:
        yield url


@pytest.fixture
def served(copy: str, tmp_path: Path) -> Iterator[str]:
    """The address of a server on a database of its own. It ends with the test."""
    with serving(copy, tmp_path / "server.log") as address:
        yield address


@pytest.fixture(scope="session")
def last_release_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The name of a database that the last release left, migrated to today."""
    with django_db_blocker.unblock(), last_release.database("last_release", restored=True) as name:
        with last_release.speaking_to(name):
            call_command("migrate", interactive=False, verbosity=0)
        yield name


@pytest.fixture
def upgraded(last_release_database: str, django_db_blocker: Any) -> Iterator[None]:
    """Django speaks to the upgraded database of the last release, and what the test changes there is undone."""
    with django_db_blocker.unblock(), last_release.speaking_to(last_release_database), transaction.atomic():
        yield
        transaction.set_rollback(True)


def _administer(statement: str) -> None:
    """Run a statement beside the test's database, on which no connection may be open while it is copied."""
    import psycopg2

    settings = connection.settings_dict
    other = psycopg2.connect(dbname="postgres", user=settings["USER"], host=settings["HOST"], port=settings["PORT"])
    other.autocommit = True
    with other.cursor() as cursor:
        cursor.execute(statement)
    other.close()


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(100):
        if server.poll() is not None:
            raise RuntimeError("The server ended by itself")
        try:
            urllib.request.urlopen(f"{address}/register/", timeout=5)
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not answer within 10 seconds")
