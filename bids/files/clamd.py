"""ClamAV's daemon as the scanner of a deployment: FILE_SCANNER=bids.files.clamd.scan.

The protocol is that of INSTREAM in clamd(8): pieces with their length before each, a length of zero, one line back.
"""

from __future__ import annotations

import socket
import struct

from django.conf import settings

_PIECE = 256 * 1024
# The daemon reads its signatures anew for up to a minute and answers nothing meanwhile.
_SECONDS = 60
_LONGEST_ANSWER = 4096


class ClamdError(Exception):
    """The daemon answered something else than that the content is clean or infected."""


def scan(content: bytes) -> str:
    """Return what the daemon calls the malware in the content, empty if there is none.

    Raises OSError where the daemon cannot be reached at CLAMD_ADDRESS, and ClamdError where it could not scan.
    """
    with _connected(settings.CLAMD_ADDRESS) as daemon:
        daemon.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _PIECE):
            piece = content[start : start + _PIECE]
            daemon.sendall(struct.pack(">I", len(piece)) + piece)
        daemon.sendall(struct.pack(">I", 0))
        answer = _answer_of(daemon)
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ClamdError(answer or "The daemon closed the connection without an answer")


def _connected(address: str) -> socket.socket:
    """Return a socket of `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`."""
    kind, _, place = address.partition(":")
    if kind == "unix":
        daemon = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        daemon.settimeout(_SECONDS)
        try:
            daemon.connect(place)
        except OSError:
            daemon.close()
            raise
        return daemon
    host, _, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=_SECONDS)


def _answer_of(daemon: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        piece = daemon.recv(_LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0").decode(errors="replace").strip()
