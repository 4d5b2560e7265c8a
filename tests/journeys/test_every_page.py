"""Every page that a person of each role can reach: for axe, for a phone, and without an error in the console."""

from collections import deque
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import ConsoleMessage, Page

from tests.journeys.helpers import look, sign_in_by_keyboard

SCORING, DECIDING = "safer-summer-2026-27", "cpie-2019-20"
# Who looks, and at which rounds.
PEOPLE = {
    "panel member": ("amara.cole", {SCORING}),
    "panel chair": ("olive.marsh", {SCORING, DECIDING}),
    "lead": ("grace.hall", {SCORING, DECIDING}),
    "office": ("mo.novak", {DECIDING}),
    "Deputy Mayor": ("robin.vale", {DECIDING}),
    "finance": ("kit.lane", {DECIDING}),
    "auditor": ("sam.wills", {DECIDING}),
    "administrator": ("iris.jonas", {SCORING}),
    "public": ("", set()),
}
OF_A_ROUND = {"round", "round_trail", "add_budget_line"}
# What is downloaded rather than shown.
FILES = {
    "bid_template",
    "pack_pdf",
    "pack_word",
    "pack_data",
    "published_pdf",
    "published_word",
    "published_data",
    "minutes_pdf",
    "feedback_file",
    "bid_file",
    "scores_file",
    "pack_zip",
    "published_zip",
    "open_data_json",
    "open_data_csv",
    "open_data_xlsx",
    "register_feed",
    "grant_register_file",
    "contract_register_file",
    "delegated_return_file",
}
LINKS = "() => [...document.querySelectorAll('a[href]')].map(each => each.href)"


def _kind(path: str, rounds: set[str]) -> str | None:
    """One name for the pages that differ by their object alone; a page of a round counts for each of `rounds`."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if match.url_name in FILES or match.app_name == "admin":
        return None
    round = match.kwargs.get("reference" if match.url_name in OF_A_ROUND else "round", "")
    return f"{match.view_name} {round}" if not round or round in rounds else None


@pytest.mark.parametrize("role", PEOPLE)
def test_every_page_of_a_role_is_sound(page: Page, served: str, role: str) -> None:
    username, rounds = PEOPLE[role]
    console: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            console.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: console.append(f"{page.url}: {error}"))
    if username:
        sign_in_by_keyboard(page, served, username)
    waiting = deque(["/" if username else "/register/"])
    seen: dict[str, str] = {}
    faults: list[str] = []
    while waiting:
        path = waiting.popleft()
        kind = _kind(path, rounds)
        if kind is None or kind in seen:
            continue
        seen[kind] = path
        answer = page.goto(f"{served}{path}")
        if answer is None or answer.status != 200:
            faults.append(f"{path} answers {answer and answer.status}")
            continue
        try:
            look(page)
        except AssertionError as fault:
            faults.append(f"{path}: {fault}")
        links = [urlsplit(link) for link in page.evaluate(LINKS)]
        waiting += [link.path for link in links if f"{link.scheme}://{link.netloc}" == served]
    assert not faults, "\n".join(faults)
    assert not console, "\n".join(console)
    assert len(seen) >= (6 if username else 2), seen
