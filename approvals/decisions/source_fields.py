"""The fields beside a section in which a writer gives the sources of its figures from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from approvals.decisions.forms import SourceForm
from approvals.prose import elsewhere
from approvals.prose.elsewhere import Source
from approvals.prose.matches import Match, Standing


@dataclass(frozen=True, slots=True)
class Checked:
    """What was typed and checked, with the field for its source where it can have one."""

    match: Match
    form: SourceForm | None = None


def with_fields(
    text: str, matches: Sequence[Match], stored: Sequence[Source], sent: Mapping[str, str] | None
) -> Iterator[Checked]:
    """Yield each match with its field. `sent` is the form that was sent, if any, and `stored` what the section has.

    A figure whose sentence was changed is offered the source that it had before.
    """
    sources = elsewhere.by_place(stored)
    asked: set[str] = set()
    for match in matches:
        if not match.may_have_source or match.standing is Standing.MATCHED:
            yield Checked(match)
            continue
        place = elsewhere.place_of(text, match.mention.text, match.mention.start)
        name = elsewhere.digest(place)
        if name in asked:
            yield Checked(match)
            continue
        asked.add(name)
        known = sources.get(place) or elsewhere.earlier_source(text, match.mention.text, stored)
        data = sent if sent is not None and name in sent else None
        yield Checked(match, SourceForm(data, name=name, figure=match.mention.text, initial={name: known}))


def sources_of(text: str, matches: Sequence[Match], stored: Sequence[Source], sent: Mapping[str, str]) -> list[Source]:
    """Return the sources of a section after a form was sent. What cannot come from elsewhere is left out."""
    sources = {each.place: each for each in elsewhere.still_there(text, stored)}
    for match in (each for each in matches if each.may_have_source):
        place = elsewhere.place_of(text, match.mention.text, match.mention.start)
        typed = sent.get(elsewhere.digest(place))
        if typed is None:
            continue
        sources.pop(place, None)
        if typed.strip():
            sentence = elsewhere.sentence_around(text, match.mention.start)
            sources[place] = Source(match.mention.text, sentence, typed.strip()[:300])
    return list(sources.values())
