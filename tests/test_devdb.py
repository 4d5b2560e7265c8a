"""The private PostgreSQL starts, keeps its data, and recovers from a crash."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

import devdb


@pytest.fixture(scope="module")
def made() -> Iterator[devdb.Cluster]:
    cluster = devdb.cluster("test-devdb").ensure()
    yield cluster
    cluster.reset()


@pytest.fixture
def cluster(made: devdb.Cluster) -> devdb.Cluster:
    return made.ensure()


def ask(cluster: devdb.Cluster, query: str) -> str:
    connection = psycopg2.connect(cluster.url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return str(cursor.fetchone()[0])
    finally:
        connection.close()


def test_it_starts_with_a_database_of_ours_in_utf_8(cluster: devdb.Cluster) -> None:
    assert ask(cluster, "SELECT current_database()") == "grants"
    assert ask(cluster, "SHOW server_encoding") == "UTF8"
    assert ask(cluster, "SELECT upper('ŵ')") == "Ŵ"


def test_django_and_the_address_name_the_same_server(cluster: devdb.Cluster) -> None:
    django = cluster.django
    connection = psycopg2.connect(dbname=django["NAME"], user=django["USER"], host=django["HOST"], port=django["PORT"])
    server = connection.get_dsn_parameters()
    connection.close()
    assert server["host"] == str(cluster.socket)
    assert ask(cluster, "SHOW unix_socket_directories") == server["host"]


def test_a_second_start_changes_nothing(cluster: devdb.Cluster) -> None:
    before = cluster.pid()
    assert cluster.ensure().pid() == before


def test_nobody_reaches_it_over_the_network(cluster: devdb.Cluster) -> None:
    assert ask(cluster, "SHOW listen_addresses") == ""
    assert cluster.socket.stat().st_mode & 0o077 == 0


def test_the_path_of_its_socket_is_short_enough(cluster: devdb.Cluster) -> None:
    sockets = [path for path in cluster.socket.iterdir() if path.is_socket()]
    assert sockets
    assert all(len(os.fsencode(path)) < 107 for path in sockets)


def test_it_does_not_run_as_root(cluster: devdb.Cluster) -> None:
    assert (Path("/proc") / str(cluster.pid())).stat().st_uid != 0


def test_only_the_tests_give_up_safety_for_speed(cluster: devdb.Cluster) -> None:
    assert ask(cluster, "SHOW fsync") == "on"
    assert devdb.cluster("demo").durable
    assert not devdb.cluster("test").durable


@pytest.mark.parametrize("number", ["another live program", "a dead program", "no number"])
def test_a_process_id_left_by_a_crash_does_not_keep_it_from_starting(cluster: devdb.Cluster, number: str) -> None:
    file = cluster.data / "postmaster.pid"
    left = file.read_text().splitlines(keepends=True)
    cluster.stop()
    account = {} if cluster.account is None else {"user": cluster.account.pw_uid}
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, cwd="/", **account) as other:
        first = {"another live program": f"{other.pid}\n", "a dead program": left[0], "no number": ""}[number]
        file.write_text("".join([first, *left[1:]]) if first else "")
        started = time.monotonic()
        cluster.ensure()
        assert time.monotonic() - started < 10
        assert other.poll() is None
        other.communicate()
    assert ask(cluster, "SELECT 1") == "1"


def test_it_comes_back_after_a_kill(cluster: devdb.Cluster) -> None:
    killed = cluster.pid()
    assert killed
    os.kill(killed, signal.SIGKILL)
    assert cluster.ensure().pid() not in {None, killed}
    assert ask(cluster, "SELECT 1") == "1"


def test_it_restarts_after_its_socket_was_removed(cluster: devdb.Cluster) -> None:
    for path in cluster.socket.iterdir():
        path.unlink()
    cluster.ensure()
    assert ask(cluster, "SELECT 1") == "1"


def test_the_last_borrower_stops_it_and_no_earlier_one(cluster: devdb.Cluster) -> None:
    script = "import devdb; devdb.cluster('test-devdb').borrow(); print('here', flush=True); input()"
    root = Path(devdb.__file__).parent
    cluster.stop()

    def borrower() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", script], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdout
        assert process.stdout.readline() == b"here\n"
        return process

    first, second = borrower(), borrower()
    first.communicate(b"\n")
    assert cluster.pid()
    second.communicate(b"\n")
    assert cluster.pid() is None


def test_a_borrower_does_not_stop_a_server_that_ran_before_it(cluster: devdb.Cluster) -> None:
    root = Path(devdb.__file__).parent
    subprocess.run([sys.executable, "-c", "import devdb; devdb.cluster('test-devdb').borrow()"], cwd=root, check=True)
    assert cluster.pid()


def test_a_folder_that_belongs_to_somebody_else_is_not_used(cluster: devdb.Cluster, tmp_path: Path) -> None:
    cluster.stop()
    for path in cluster.socket.iterdir():
        path.unlink()
    cluster.socket.rmdir()
    cluster.socket.symlink_to(tmp_path)
    try:
        with pytest.raises(RuntimeError, match="belongs to somebody else"):
            cluster.ensure()
    finally:
        cluster.socket.unlink()


def test_two_commands_may_make_it_at_once() -> None:
    cluster = devdb.cluster("test-race")
    try:
        start = [sys.executable, "-c", "import devdb; print(devdb.cluster('test-race').ensure().pid())"]
        root = Path(devdb.__file__).parent
        racers = [subprocess.Popen(start, cwd=root, stdout=subprocess.PIPE) for _ in range(3)]
        assert {racer.communicate()[0] for racer in racers} == {f"{cluster.pid()}\n".encode()}
    finally:
        cluster.reset()


def test_a_name_cannot_lead_elsewhere() -> None:
    with pytest.raises(ValueError, match="no name"):
        devdb.cluster("../elsewhere")
