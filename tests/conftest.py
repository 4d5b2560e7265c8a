"""What every test stands on: the private PostgreSQL, and the Chromium of this machine."""

import gc
import importlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.management import call_command
from django.db import connection

import devdb
from tests import last_release, snapshots
from tests.stages import Stages, is_stage, stages_of, undone

# How long one example takes says how busy the machine is.
hypothesis.settings.register_profile("steady", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("steady")

ROOT, DEMO_PASSWORD = snapshots.ROOT, snapshots.DEMO_PASSWORD


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Start the database when the first test asks for it, so that tests of pure rules need not wait."""
    if "DATABASE_URL" not in os.environ:
        devdb.cluster("test").borrow()


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium as a container can run it: without its sandbox, a graphics card or room in /dev/shm, and silent."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    # A script runs once a page, so to make it faster by what was seen of it costs more than it saves.
    arguments.append("--js-flags=--no-opt --always-sparkplug")
    # The shell is the same browser without a window: a key takes it two thirds of the time.
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    # Where the machine has none, Playwright looks for one that it downloaded.
    executable = {"executable_path": chromium} if chromium else {}
    return {**browser_type_launch_args, **executable, "args": [*browser_type_launch_args.get("args", []), *arguments]}


# What takes longest is begun first, so that no worker is left with it at the end while the others have nothing to do.
FIRST = (
    "tests/journeys/test_every_page.py",
    "tests/journeys/test_lead.py",
    "tests/journeys/",
    "tests/test_matrix.py",
    "tests/approvals/test_second_body.py",
)
LOADS_THE_DEMO = "tests/promises/test_non_interference.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "page" in getattr(item, "fixturenames", ()) or "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if "last_release_database" in getattr(item, "fixturenames", ()):
            item.add_marker("walk")
    on_demo = {item.path for item in items if _stands_on_demo(item)}

    def place(item: pytest.Item) -> list[bool]:
        # Where the demo has to be loaded anew, the other workers meanwhile do what needs none of it.
        at_the_start = [not item.nodeid.startswith(LOADS_THE_DEMO), item.path in on_demo]
        return [*at_the_start, *(not item.nodeid.startswith(path) for path in FIRST)]

    items.sort(key=place)
    _put_stages_together(items)


def _put_stages_together(items: list[pytest.Item]) -> None:
    """Within each module, put tests beside those that stand on the same stages."""
    place_of_module = {item.path: place for place, item in reversed(list(enumerate(items)))}

    def place(item: Any) -> tuple[int, list[str]]:
        staged = "staged" in getattr(item, "fixturenames", ())
        return place_of_module[item.path], [each.argname for each in stages_of(item)] if staged else []

    items.sort(key=place)


def _stands_on_demo(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db") is not None
    return marked or "django_db_setup" in getattr(item, "fixturenames", ())


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over the modules, which stay: to look through them took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """Give this process a copy of the loaded demo, which is made once and kept: see `tests/snapshots.py`.

    In place of pytest-django's own, which makes it only where a collected test carries its mark: a journey does not.
    """
    settings, name = connection.settings_dict, snapshots.own_name()
    snapshots.copy(settings, name)
    settings["NAME"] = name
    yield
    with django_db_blocker.unblock():
        connection.close()
    snapshots.drop(settings, name)


@contextmanager
def serving(url: str, log: Path, *, application: str = "grants.wsgi", workers: int = 1) -> Iterator[str]:
    """The address of a server on the database of this address. It ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "GRANTS_ENV": "test",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": url,
    }
    bound = ["-b", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", "4"]
    command = [sys.executable, "-m", "gunicorn", application, *bound]
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What fixtures of a module write is there for all its tests, and gone after the last of them.

    Its tests ask for `in_module_db` in place of the mark `django_db`, after which the connection is closed.
    """
    with django_db_blocker.unblock(), undone():
        yield


@pytest.fixture
def in_module_db(module_db: None) -> Iterator[None]:
    """What a test changes is undone, and what the fixtures of its module wrote stays."""
    with undone():
        yield
        # As after each test with the mark `django_db`: what waits for the end of a transaction is checked here.
        if not connection.needs_rollback and connection.is_usable():
            connection.check_constraints()


@pytest.fixture(scope="module")
def stages(module_db: None) -> Iterator[Stages]:
    played = Stages()
    yield played
    played.undo()


@pytest.fixture
def stage_begun(stages: Stages, request: pytest.FixtureRequest) -> None:
    """Nothing is left of the stages that the test does not stand on."""
    if "files_made_once" in request.fixturenames:
        # The files of the stages are made once too.
        request.getfixturevalue("files_made_once")
    stages.begin(stages_of(request.node))


@pytest.fixture
def staged(stage_begun: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """The stages that a test stands on are played, and what it changes is undone: see `tests/stages.py`."""
    for each in stages_of(request.node):
        request.getfixturevalue(each.argname)
    with undone():
        yield
        if not connection.needs_rollback and connection.is_usable():
            connection.check_constraints()


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Any:
    """Take a stage that is played already, in a module whose tests are `staged`."""
    if not is_stage(fixturedef) or "staged" not in request.fixturenames:
        return None
    # It may be asked for before `staged` is.
    request.getfixturevalue("stage_begun")
    arguments = {name: request.getfixturevalue(name) for name in fixturedef.argnames}
    value = request.getfixturevalue("stages").play(fixturedef, lambda: fixturedef.func(**arguments))
    fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
    return value


@pytest.fixture
def deployed_hashers(settings: Any) -> None:
    """Passwords are hashed as in a deployment, which is slow by design."""
    settings.PASSWORD_HASHERS = importlib.import_module("grants.settings").PASSWORD_HASHERS


@pytest.fixture
def files_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Word or PDF file is made once for the same data, in all tests that ask for this."""
    # Only now, as the files are made by the apps, which load with the settings.
    importlib.import_module("tests.files").make_once(monkeypatch)


@pytest.fixture
def copy(django_db_setup: None) -> Iterator[str]:
    """The address of a database of the test's own, a copy of the loaded one, for processes that commit."""
    settings = connection.settings_dict
    name = f"{settings['NAME']}_served"
    snapshots.copy(settings, name)
    yield snapshots.address(settings, name)
    snapshots.drop(settings, name)


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one server for all journeys of this process. Its database is put back before each of them."""
    settings = connection.settings_dict
    name = f"{settings['NAME']}_served"
    # It answers only once it has a database.
    snapshots.copy(settings, name)
    with serving(snapshots.address(settings, name), tmp_path_factory.mktemp("server") / "log") as address:
        yield address


@pytest.fixture
def served(copy: str, server: str) -> str:
    """The address of the server, on a database that is as the demo was loaded."""
    return server


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
    with django_db_blocker.unblock(), last_release.speaking_to(last_release_database), undone():
        yield


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
