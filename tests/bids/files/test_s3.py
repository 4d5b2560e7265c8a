"""A deployment that names a bucket keeps the files there: tried over HTTP against a small store that speaks S3."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bids.files import adding
from bids.files.checking import accept
from bids.files.s3 import S3Storage
from bids.models import Bid
from grants.models import User
from grants.refusal import Refused
from tests.bids.files import samples
from tests.bids.files.conftest import kept
from tests.conftest import ROOT
from tests.factories import NOW, outcome

pytestmark = pytest.mark.django_db


class Store(ThreadingHTTPServer):
    """Keeps objects in memory by their path, and answers only requests that are signed."""

    objects: dict[str, bytes]
    headers: dict[str, str]


class Handler(BaseHTTPRequestHandler):
    server: Store
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        pass

    def _answer(self, status: int, content: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Fri, 20 Nov 2026 10:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def handle_any(self) -> None:
        path = self.path.partition("?")[0]
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential=key/"):
            return self._answer(403)
        if self.command == "PUT":
            self.server.objects[path] = sent
            self.server.headers[path] = str(self.headers)
            return self._answer(200)
        if path not in self.server.objects:
            return self._answer(404)
        if self.command == "DELETE":
            del self.server.objects[path]
            return self._answer(204)
        return self._answer(200, self.server.objects[path])

    do_PUT = do_GET = do_HEAD = do_DELETE = handle_any


def settings_with(**environment: str) -> dict[str, Any]:
    """What the settings make of an environment."""
    code = "import json, grants.settings as s; print(json.dumps(s.STORAGES['bid_files']))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "GRANTS_ENV": "test", "DATABASE_URL": "postgresql:///none", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    storage: dict[str, Any] = json.loads(done.stdout)
    return storage


@pytest.fixture
def store(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    server = Store(("127.0.0.1", 0), Handler)
    server.objects, server.headers = {}, {}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    storage = settings_with(FILES_BUCKET="bids", FILES_ENDPOINT=endpoint, FILES_REGION="eu-west-2")
    settings.STORAGES = {**settings.STORAGES, "bid_files": storage}
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_database_keeps_the_files_where_no_bucket_is_named() -> None:
    assert settings_with() == {"BACKEND": "bids.files.storage.DatabaseStorage"}


def test_a_file_goes_to_the_bucket_and_comes_back_through_the_service_alone(
    bid: Bid, lead: User, store: Store, django_capture_on_commit_callbacks: Any
) -> None:
    (file,) = adding.add_files(bid=bid, files=[accept("budget.xlsx", samples.excel())], by=lead, at=NOW)
    path = f"/bids/{bid.reference}/{file.reference}.xlsx"
    assert store.objects == {path: samples.excel()}
    assert "public" not in store.headers[path].lower()
    assert not kept(bid).exists()
    client = Client()
    client.force_login(lead)
    answer = client.get(reverse("bids:bid_file", args=[bid.reference, file.reference]))
    assert b"".join(answer.streaming_content) == samples.excel()
    assert (answer["Content-Length"], answer["X-Content-Type-Options"]) == (str(len(samples.excel())), "nosniff")
    with django_capture_on_commit_callbacks(execute=True):
        adding.remove_file(file=file, reason="Mistake", by=lead, at=NOW)
    assert store.objects == {}


def test_what_is_refused_leaves_nothing_in_the_bucket(bid: Bid, lead: User, store: Store) -> None:
    outcome(bid)
    with pytest.raises(Refused):
        adding.add_files(bid=bid, files=[accept("budget.xlsx", samples.excel())], by=lead, at=NOW)
    assert store.headers and store.objects == {}


def test_what_the_bucket_lost_is_not_sent(bid: Bid, lead: User, store: Store) -> None:
    (file,) = adding.add_files(bid=bid, files=[accept("budget.xlsx", samples.excel())], by=lead, at=NOW)
    store.objects.clear()
    client = Client()
    client.force_login(lead)
    assert client.get(reverse("bids:bid_file", args=[bid.reference, file.reference])).status_code == 500


def test_a_bucket_that_does_not_answer_adds_nothing(bid: Bid, lead: User, settings: Any, store: Store) -> None:
    closed = {**settings.STORAGES["bid_files"]["OPTIONS"], "bucket_name": "bids", "access_key": "other"}
    closed["secret_key"] = "secret"
    settings.STORAGES = {
        **settings.STORAGES,
        "bid_files": {"BACKEND": "bids.files.s3.S3Storage", "OPTIONS": closed},
    }
    with pytest.raises(Refused, match=r"could not be stored, so none was added"):
        adding.add_files(bid=bid, files=[accept("budget.xlsx", samples.excel())], by=lead, at=NOW)
    assert not bid.files.exists() and store.objects == {}


def test_no_address_of_the_bucket_is_public() -> None:
    defaults = S3Storage(bucket_name="bids", access_key="key", secret_key="secret").get_default_settings()
    assert (defaults["default_acl"], defaults["querystring_auth"]) == (None, True)
