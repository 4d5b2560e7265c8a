"""The loaded demo, kept between runs as a database of its own, and copies of it for the tests.

Loading the demo takes about a minute and copying it a quarter of a second. `python -m tests.snapshots` loads it into
the database of DATABASE_URL and prints which files took part, as JSON; a change to one of them has it loaded again.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent
DEMO_PASSWORD = "demo-password-2019"
# Each round of the snapshot, and the step of its life up to which it is played.
ROUNDS = [("fixtures/pcd681", "put_forward"), ("fixtures/safer-summer", "scoring")]
MONTH = "month"
SNAPSHOT, UNFINISHED = "snapshot_demo", "snapshot_demo_unfinished"
# Files that take part without being a module or a template: listed again at each check, so that a new one counts.
OTHERS = ("fixtures/**/*", "build/*fonts/*", "requirements.lock", "*/migrations/*.py", "templates/**/*.typ")
# Any number, the same for everybody who makes or copies the snapshot on this server.
_LOCK = 681_000


def own_name() -> str:
    """What the database of this process is called: several runs of one checkout do not meet."""
    return f"copy_{os.getpid()}"


def copy(settings: dict[str, Any], name: str) -> None:
    """Put a copy of the loaded demo in place of the database `name`, whoever is still connected to that."""
    with _administering(settings) as cursor:
        # One at a time: with several workers the first makes the snapshot, and the others wait for it.
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if not _is_current(cursor):
            _make(cursor, settings)
        for left in (name, *_left_behind(cursor, settings)):
            _drop(cursor, left)
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(_named(name), _named(SNAPSHOT)))


def drop(settings: dict[str, Any], name: str) -> None:
    """Remove a copy, whoever is still connected to it."""
    with _administering(settings) as cursor:
        _drop(cursor, name)


def address(settings: dict[str, Any], name: str) -> str:
    """The DATABASE_URL of the database `name` on the server of these settings."""
    user, password = quote(settings["USER"], safe=""), quote(settings.get("PASSWORD") or "", safe="")
    host, port = quote(settings["HOST"], safe=""), settings["PORT"]
    return f"postgresql://{user}{password and ':'}{password}@/{name}?host={host}&port={port}"


@contextmanager
def _administering(settings: dict[str, Any]) -> Iterator[Any]:
    """A cursor beside the databases of the tests, which no transaction surrounds."""
    connected = psycopg2.connect(address(settings, "postgres"))
    try:
        connected.autocommit = True
        with connected.cursor() as cursor:
            yield cursor
    finally:
        connected.close()


def _named(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _drop(cursor: Any, name: str) -> None:
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_named(name)))


def _left_behind(cursor: Any, settings: dict[str, Any]) -> list[str]:
    """The copies of processes that were killed."""
    if not settings["HOST"].startswith("/"):
        return []  # The processes of another machine cannot be seen from here.
    cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^copy_[0-9]+'")
    return [name for (name,) in cursor.fetchall() if not Path("/proc", name.split("_")[1]).exists()]


def _is_current(cursor: Any) -> bool:
    """Whether there is a snapshot, and each file that took part in it is what it was."""
    cursor.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s AND NOT datallowconn",
        [SNAPSHOT],
    )
    row = cursor.fetchone()
    digests: dict[str, str] = json.loads(row[0]) if row and row[0] else {}
    return digests.pop(MONTH, "") == _month() and digests == {
        path: _digest(ROOT / path) for path in {*digests, *_others()}
    }


def _month() -> str:
    """The present month. A round of the demo stays open for two months from the day on which it is loaded."""
    return time.strftime("%Y-%m")


def _make(cursor: Any, settings: dict[str, Any]) -> None:
    for name in (SNAPSHOT, UNFINISHED):
        _drop(cursor, name)
    cursor.execute(sql.SQL("CREATE DATABASE {}").format(_named(UNFINISHED)))
    began = time.time()
    environment = {
        **os.environ,
        "DATABASE_URL": address(settings, UNFINISHED),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DEMO_PASSWORD": DEMO_PASSWORD,
        "EMAIL_URL": "dummymail://",
    }
    command = [sys.executable, "-m", "tests.snapshots"]
    loading = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if loading.returncode:
        raise RuntimeError(f"The demo cannot be loaded:\n{loading.stderr[-4000:]}")
    # What somebody changed meanwhile took part in no version that can be named, so its digest fits none.
    digests = {
        path: "" if (ROOT / path).stat().st_mtime > began else _digest(ROOT / path)
        for path in {*json.loads(loading.stdout), *_others()}
    }
    unfinished = _named(UNFINISHED)
    cursor.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(unfinished, sql.Literal(json.dumps(digests | {MONTH: _month()})))
    )
    # Nobody connects to it, so that it can be copied at any moment.
    cursor.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(unfinished))
    cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(unfinished, _named(SNAPSHOT)))


def _others() -> set[str]:
    return {str(file.relative_to(ROOT)) for pattern in OTHERS for file in ROOT.glob(pattern) if file.is_file()}


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    except FileNotFoundError:
        return ""


# In a process of its own, so that the modules that are loaded are those that took part.


def _load() -> None:
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    from grants.management.commands.demo import add_second_administrator

    call_command("migrate", interactive=False, verbosity=0)
    for folder, step in ROUNDS:
        call_command("load_round", str(ROOT / folder), "--until", step, stdout=StringIO())
    add_second_administrator(DEMO_PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FREEZE, ANALYZE)")
    connection.close()
    files = {*_modules(), *_templates()}
    sys.stdout.write(json.dumps(sorted(str(file.relative_to(ROOT)) for file in files if file.is_relative_to(ROOT))))


def _modules() -> Iterator[Path]:
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType) and getattr(module, "__file__", None):
            file = Path(str(module.__file__))
            if not {".venv", "node_modules"} & set(file.parts):
                yield file


def _templates() -> Iterator[Path]:
    from django.template import engines
    from django.template.base import Template

    for loader in engines["django"].engine.template_loaders:
        for template in getattr(loader, "get_template_cache", {}).values():
            # The cache remembers as well what it looked for in vain.
            if isinstance(template, Template):
                yield Path(template.origin.name)


if __name__ == "__main__":
    _load()
