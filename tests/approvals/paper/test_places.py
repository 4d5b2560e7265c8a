"""The places of a paper that a question can be about, and the question that the office asks about one."""

import re

import pytest

from approvals.decisions import writing
from approvals.models import Decision
from approvals.paper import pack as packs
from approvals.paper.places import grouped, places
from grants.models import User
from grants.refusal import Refused
from tests.approvals.steps import LATER

pytestmark = pytest.mark.django_db


def test_every_place_of_a_paper_has_its_own_key_and_an_anchor_that_its_page_shows(decision: Decision) -> None:
    frozen = writing.current_pack(decision)
    all_places = places(packs.read(frozen))
    assert len({place.key for place in all_places}) == len(all_places)
    ids = set(re.findall(r'\bid="([^"]+)"', frozen.html))
    assert {place.anchor for place in all_places} <= ids
    assert {place.group for place in all_places} == {
        "Recommendations",
        "Paragraphs",
        "Figures",
        "Tables",
        "Grants",
        "Contracts",
    }
    assert [group for group, _ in grouped(all_places)] == list(dict.fromkeys(place.group for place in all_places))


def test_a_question_is_kept_with_the_place_that_it_is_about(returned: Decision, grace: User, mo: User) -> None:
    writing.submit_pack(decision=returned, by=grace, at=LATER)
    asked = writing.query_pack(decision=returned, about="3.2", question="Why so?", by=mo, at=LATER)
    assert asked.about.startswith("Paragraph 3.2: Grants total")
    assert asked.anchor == "paragraph-3.2"
    figure = writing.query_pack(decision=returned, about="figure-1", question="Whence?", by=mo, at=LATER)
    assert (figure.number, figure.about) == (2, "Grants asked for: £947,234")


@pytest.mark.parametrize("about", ["9.9", "", "figure-0", "AWD-XXXXX"])
def test_a_question_about_no_place_of_this_version_is_refused(
    returned: Decision, grace: User, mo: User, about: str
) -> None:
    writing.submit_pack(decision=returned, by=grace, at=LATER)
    with pytest.raises(Refused, match="Choose a place") as refused:
        writing.query_pack(decision=returned, about=about, question="Why so?", by=mo, at=LATER)
    assert refused.value.field == "about"
