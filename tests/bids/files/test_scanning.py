"""The scanner of a deployment is asked about each file: what it finds, or cannot look into, is refused."""

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bids.files import clamd
from bids.files.checking import accept
from bids.files.refusing import NotAccepted
from bids.models import Bid
from grants.models import User
from tests.bids.files import samples

INFECTED = samples.png(extra=b"X5O!P%@AP-not-really")


class Daemon:
    """A clamd of a few lines on a socket: it reads a stream as the protocol says, and gives one prepared answer."""

    def __init__(self, listening: socket.socket) -> None:
        self.listening = listening
        self.received: list[bytes] = []
        # The answer to what holds the mark, and to anything else.
        self.answers = {True: b"stream: Win.Test.EICAR_HDB-1 FOUND\0", False: b"stream: OK\0"}
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connected, _ = self.listening.accept()
            except OSError:
                return
            with connected, connected.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack(">I", stream.read(4))[0]:
                    content += stream.read(length)
                self.received.append(content)
                connected.sendall(self.answers[b"X5O!P%@AP" in content])

    def stop(self) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join()


@pytest.fixture(params=["unix", "tcp"])
def daemon(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Daemon]:
    if request.param == "unix":
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(tmp_path / "clamd.ctl"))
        settings.CLAMD_ADDRESS = f"unix:{tmp_path}/clamd.ctl"
    else:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        settings.CLAMD_ADDRESS = f"tcp:127.0.0.1:{listening.getsockname()[1]}"
    listening.listen()
    settings.FILE_SCANNER = "bids.files.clamd.scan"
    made = Daemon(listening)
    yield made
    made.stop()


def test_no_scanner_is_asked_unless_a_deployment_names_one(settings: Any) -> None:
    assert settings.FILE_SCANNER == ""
    assert accept("map.png", INFECTED).content == INFECTED


def test_a_clean_file_is_sent_whole_and_accepted(daemon: Daemon) -> None:
    content = samples.png(extra=bytes(range(1, 256)) * 4_000)
    assert accept("map.png", content).name == "map.png"
    assert daemon.received == [content]


def test_an_infected_file_is_refused_by_what_it_is_called(daemon: Daemon) -> None:
    with pytest.raises(NotAccepted, match=r"^map\.png contains a virus \(Win\.Test\.EICAR_HDB-1\)"):
        accept("map.png", INFECTED)


@pytest.mark.parametrize(
    "answer",
    [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: \0", b"UNKNOWN COMMAND\0", b"stream: OK ERROR\0"],
)
def test_a_file_that_the_daemon_could_not_scan_is_refused(daemon: Daemon, answer: bytes) -> None:
    daemon.answers[False] = answer
    with pytest.raises(NotAccepted, match=r"^map\.png could not be checked for viruses"):
        accept("map.png", samples.png())
    with pytest.raises(clamd.ClamdError):
        clamd.scan(samples.png())


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.ctl", "tcp:127.0.0.1:1", "tcp:127.0.0.1", "", "nonsense"])
def test_a_daemon_that_is_not_there_lets_no_file_in(settings: Any, address: str) -> None:
    settings.FILE_SCANNER, settings.CLAMD_ADDRESS = "bids.files.clamd.scan", address
    with pytest.raises(NotAccepted, match=r"could not be checked for viruses"):
        accept("map.png", samples.png())


def answers_none(content: bytes) -> None:
    """A hook that forgets to answer."""


@pytest.mark.parametrize("hook", ["bids.files.nowhere.scan", f"{__name__}.answers_none"])
def test_a_hook_that_is_missing_or_does_not_answer_lets_no_file_in(settings: Any, hook: str) -> None:
    settings.FILE_SCANNER = hook
    with pytest.raises(NotAccepted, match=r"could not be checked for viruses"):
        accept("map.png", samples.png())


def test_what_is_no_accepted_kind_is_not_sent_to_the_scanner(daemon: Daemon) -> None:
    with pytest.raises(NotAccepted, match="is not accepted"):
        accept("setup.exe", samples.PROGRAM)
    assert daemon.received == []


@pytest.mark.django_db
def test_the_page_says_which_file_is_infected_and_adds_none(daemon: Daemon, bid: Bid, lead: User) -> None:
    client = Client()
    client.force_login(lead)
    files = [SimpleUploadedFile("a.png", samples.png()), SimpleUploadedFile("b.png", INFECTED)]
    page = client.post(reverse("bids:add_files", args=[bid.reference]), {"uploads": files}).content.decode()
    assert "b.png contains a virus (Win.Test.EICAR_HDB-1). Do not open it. Ask the bidder for a clean file" in page
    assert not bid.files.exists()
