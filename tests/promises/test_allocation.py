"""Promise 1: an allocation is never over-committed, however many agree at once. The control shows that it could be."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SCRIPT = "exec(open('tests/promises/agreeing_at_once.py').read(), globals())"

pytestmark = pytest.mark.promises


def over_committed(url: str, rounds: int, **also: str) -> int:
    environment = {**os.environ, "GRANTS_ENV": "test", "DATABASE_URL": url, "ROUNDS": str(rounds), **also}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", SCRIPT]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout.rpartition("over-committed:")[2])


def test_two_leads_at_once_never_over_commit_an_allocation(copy: str) -> None:
    assert over_committed(copy, 100) == 0


def test_without_the_lock_on_the_round_two_leads_over_commit_it(copy: str) -> None:
    assert over_committed(copy, 20, CONTROL="1") >= 18
