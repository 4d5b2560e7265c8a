"""A body that is not the Metropolitan Police plays a round to a published decision in its own words and limits.

The folder of `force-vale` is invented: five districts without a map, its own offices, one limit of £25,000.
"""

import html
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from approvals.loading import playing
from approvals.loading.folder import Folder
from approvals.models import Award, Decision
from approvals.outputs import published
from approvals.paper import pack as packs
from approvals.paper.sections import BY_KEY
from grants import body_folder
from grants.models import Organisation, Round, User
from tests.bodies import MPS, VALE
from tests.conftest import DEMO_PASSWORD

pytestmark = pytest.mark.django_db
# What belongs to another body. `Metropolitan` and `CPIE` as well, since its folder has them.
FOREIGN = re.compile(r"London|borough|Deputy Mayor|\bMPS\b|MOPAC|Metropolitan|CPIE|DMPC", re.IGNORECASE)
TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


def play(settings: LazySettings, until: str) -> Round:
    """Play the round of the second body up to a stage, in a deployment of that body."""
    settings.BODY_FOLDER = settings.BASE_DIR / "fixtures/force-vale"
    folder = Path(settings.BASE_DIR) / "fixtures/vale-safer-streets"
    return playing.play(Folder(folder, password=DEMO_PASSWORD), until, say=lambda line: None)


@pytest.fixture
def vale(settings: LazySettings) -> Decision:
    """The decision of the second body, published."""
    play(settings, "published")
    return Decision.objects.select_related("round", "record__pack").get(reference="OPCC-12")


def test_the_second_body_decides_by_its_own_limit_in_its_own_words(vale: Decision) -> None:
    routes = dict(Award.objects.filter(round=vale.round).values_list("amount", "route"))
    assert routes == {
        Decimal("24999.99"): "delegated",
        Decimal("25000.00"): "dmpc",
        Decimal("25000.01"): "dmpc",
        Decimal("12400.50"): "delegated",
    }
    assert {award.legal_power for award in Award.objects.filter(round=vale.round)} == {VALE.legal_power}
    [rule] = vale.round.rules.all()
    assert (rule.limit, rule.citation) == (Decimal("25000.00"), "Invented scheme of consent 3.2")

    paper = packs.read(vale.record.pack)
    assert paper["body"] == {"name": "Vale of Orran Police", "digest": VALE.digest}
    assert paper["decision_by"] == "Police and Crime Commissioner"
    assert [row["boroughs"] for row in paper["appendix_1"]] == ["Brackwater", "Corran Vale, Dunholt"]
    assert [row["boroughs"] for row in paper["appendix_2"]] == ["Ashmere", "All 5 districts"]
    assert "Grants decided by the Commissioner (2)" in [row["label"] for row in paper["table_3"]]
    assert paper["figures"]["number of districts"]["written"] == "5"
    # The keys of the data are the same for every body; what stands under them is not.
    for text in (*_values(paper), *_values(json.loads(vale.record.canonical)), _read(vale.record.html)):
        assert not FOREIGN.search(text), text

    places = {
        grant.title: [(each["name"], each["geoCode"]) for each in grant.locations] for grant in published.grants()
    }
    assert places["Youth barn at Brackwater quay"] == [("Brackwater", "X07000002")]
    assert places["Night bus stewards"] == [("All 5 districts", "X23000099")]
    # A round keeps its body beside rounds of another.
    assert vale.round.body == VALE
    assert Round.objects.get(reference="cpie-2019-20").body == MPS


def _values(data: Any) -> Iterator[str]:
    """Return every text of the data under a key."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        for each in data:
            yield from _values(each)
    elif isinstance(data, str):
        yield data


@pytest.mark.parametrize("body", [MPS, VALE], ids=["mps", "vale"])
def test_every_section_has_a_standard_text_and_no_text_is_of_an_unknown_section(body: body_folder.Body) -> None:
    assert body.texts.keys() == BY_KEY.keys()


def _read(page: str) -> str:
    """Return the text of a page without tags and attributes."""
    return html.unescape(TAG.sub(" ", page))


def _pages(client: Client, start: list[str]) -> Iterator[tuple[str, str]]:
    """Yield every page that links lead to from some addresses, except other rounds and files.

    The list of people is of all rounds, and gives each person the title that their own round has for them.
    """
    waiting, seen = list(start), set(start)
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        assert answer.status_code in (200, 302, 403), address
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        text = answer.content.decode()
        yield address, text
        for link in re.findall(r'href="(/[^"#]*)', text):
            link = html.unescape(link)
            other = re.search(r"/(cpie-2019-20|safer-summer[^/]*)/", link)
            if link not in seen and not other and not link.startswith(("/static/", "/admin", "/people/")):
                seen.add(link)
                waiting.append(link)


PANEL = ["ada.thorne", "bram.quill", "cora.lisle"]
ABOVE_IT = ["dale.orme", "finn.garth", "gwen.hale", "isla.keld", "jory.lund", "kara.mere", "lyle.nash"]


def _without(names: list[str], text: str) -> str:
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, "")
    return text


@pytest.mark.walk
@pytest.mark.parametrize(
    ("until", "usernames"), [("scoring", PANEL), ("published", [*PANEL, *ABOVE_IT, ""])], ids=["scoring", "published"]
)
def test_no_page_of_its_people_names_another_body(settings: LazySettings, until: str, usernames: list[str]) -> None:
    round = play(settings, until)
    # Organisations are of all rounds, so those of the demo's can be chosen here too.
    elsewhere = list(Organisation.objects.values_list("name", flat=True))
    foreign: dict[str, list[str]] = {}
    seen: set[str] = set()
    for username in usernames:
        client = Client()
        if username:
            client.force_login(User.objects.get(username=username))
        for address, text in _pages(client, ["/", f"/rounds/{round.reference}/"] if username else ["/register/"]):
            seen.add(address)
            shown = _read(text)
            # Most pages have none of these words, so that no name has to be taken away.
            if FOREIGN.search(shown) and (words := FOREIGN.findall(_without(elsewhere, shown))):
                foreign[f"{username} {address}"] = words
    assert foreign == {}
    # What the walk came by: more than a handful, and the page that the public reads.
    assert len(seen) > 20
    assert "/register/OPCC-12/" in seen or until == "scoring"
