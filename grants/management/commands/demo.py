"""manage.py demo: fill the demo's own database once, and serve it on this machine until Ctrl-C."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

import devdb
from grants.models import RoleHolding, own_body
from grants.people import people
from grants.roles import Role

HOST = "127.0.0.1"
LOADED = devdb.DEMO / "loaded"
# Written in the documentation: the demo's people are invented, and it listens to this machine alone.
PASSWORD = "demo-password-2019"
# Each round, and the step of its life up to which it is played.
ROUNDS = [
    ("fixtures/pcd681", "put_forward"),
    ("fixtures/safer-summer", "scoring"),
    ("fixtures/green-estates", "amended"),
    ("fixtures/night-safety", "published"),
]


class Command(BaseCommand):
    help = "Serve the demo: the rounds in fixtures/, with people to sign in as. Started by make demo."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.GRANTS_ENV != "demo" or "DATABASE_URL" in os.environ:
            # It empties its database, so it must never meet one that somebody else named.
            raise CommandError("The demo runs on its own database only. Start it with: make demo")
        port = free_port(os.environ.get("PORT", "8000"))
        os.environ.setdefault("DEMO_PASSWORD", PASSWORD)
        # The server that starts below writes it into the open data.
        os.environ.setdefault("PUBLIC_ADDRESS", f"http://{HOST}:{port}")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, leave)
        with contextlib.suppress(KeyboardInterrupt):
            self.fill()
            with served(port) as server:
                self.introduce(port)
                if status := server.wait():
                    raise CommandError(f"The server ended by itself, with status {status}.")

    def fill(self) -> None:
        tables = connection.introspection.table_names()
        if not tables:
            LOADED.unlink(missing_ok=True)
        elif not LOADED.exists():
            self.stdout.write("The last start broke off while it loaded. Starting over ...")
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        call_command("migrate", interactive=False, verbosity=0)
        if not LOADED.exists():
            for folder, step in ROUNDS:
                self.stdout.write(f"Loading {folder} ...")
                call_command("load_round", folder, "--until", step)
            add_second_administrator(os.environ["DEMO_PASSWORD"])
            LOADED.touch()
        # The server's workers open their own.
        connection.close()

    def introduce(self, port: int) -> None:
        lines = [f"The demo is at http://{HOST}:{port}/ and Ctrl-C stops it.", ""]
        current = RoleHolding.objects.filter(ended_at=None, user__is_active=True).select_related("user")
        first: dict[str, RoleHolding] = {}
        for holding in current.order_by("id"):
            first.setdefault(holding.role, holding)
        lines.append(f"{'Sign in as':36}{'User name':24}Name")
        offices = own_body().offices
        for role in Role:
            if role in first:
                user = first[role].user
                lines.append(f"{offices.of(role):36}{user.username:24}{user.name}")
        lines.append(f"{'A second administrator':36}{'jude.amos':24}Jude Amos")
        lines += ["", f"Everybody's password is {os.environ['DEMO_PASSWORD']}"]
        connection.close()
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def add_second_administrator(password: str) -> None:
    """Add a second pair of eyes for what the folders' administrator proposes."""
    now = timezone.now()
    second = people.add_administrator(username="jude.amos", name="Jude Amos", at=now)
    people.set_password(person=second, password=password, at=now)


def leave(number: int, frame: object) -> NoReturn:
    """End as Ctrl-C does, which also stops what was started."""
    raise KeyboardInterrupt


def free_port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    with socket.socket() as probe:
        # As the server will: a port whose last connections are only closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except OSError as error:
            raise CommandError(f"Port {text} cannot be used ({error.strerror}). Try: make demo PORT=8001") from None
    return int(text)


@contextlib.contextmanager
def served(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the server that a deployment would run, and wait until it answers."""
    workers = ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    quiet = ["--log-level", "warning", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", "grants.wsgi", "--bind", f"{HOST}:{port}", *workers, *quiet]
    server = subprocess.Popen(command, cwd=settings.BASE_DIR)
    try:
        until = time.monotonic() + 30
        while not answers(port):
            if server.poll() is not None or time.monotonic() > until:
                raise CommandError("The server did not start. Its output is above.")
            time.sleep(0.1)
        yield server
    finally:
        server.terminate()
        server.wait()


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False
