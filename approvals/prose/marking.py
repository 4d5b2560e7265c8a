"""How a text reads, with what was checked in it marked. Pure rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from approvals.prose.amounts import Mention
from approvals.prose.figures import Piece, UnknownFigure, fill
from approvals.prose.known import Known
from approvals.prose.matches import Match, Standing, overlap


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a paragraph: its pieces, and the number and check of the mention there, if there is one."""

    pieces: Sequence[Piece]
    number: int = 0
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as it will read. Where a reference leads nowhere, `fault` names it and the text is as typed."""

    runs: Sequence[Run]
    fault: str = ""


def paragraphs(prose: str) -> list[tuple[int, str]]:
    """Return the paragraphs of a text, each with the place where it begins."""
    placed, at = [], 0
    for part in re.split(r"(\n[ \t]*\n)", prose):
        if part.strip():
            placed.append((at + len(part) - len(part.lstrip()), part.strip()))
        at += len(part)
    return placed


def inserted(prose: str, reference: str, number: int) -> str:
    """Return a text with a reference at the end of the paragraph of a number from 1, or of the last one for 0."""
    placed = paragraphs(prose)
    if not placed:
        return reference
    begins, text = placed[number - 1 if 0 < number <= len(placed) else -1]
    end = begins + len(text)
    return f"{prose[:end]} {reference}{prose[end:]}"


def reading(prose: str, matches: Sequence[Match], known: Known) -> list[Paragraph]:
    """Return the paragraphs of a text as they will read, with each mention marked.

    Of two mentions that overlap, only the one that is wrong is marked.
    """
    rendered = []
    wrong = [match.mention for match in matches if match.standing is Standing.UNMATCHED]
    marked = [
        (number, match)
        for number, match in enumerate(matches, start=1)
        if match.mention in wrong or not any(overlap(match.mention, other) for other in wrong)
    ]
    for begins, text in paragraphs(prose):
        runs: list[Run] = []
        fault = ""
        try:
            fill(text, known.by_name, known.links)
            at = begins
            for number, match in marked:
                start, end = match.mention.start, match.mention.end
                if not at <= start < begins + len(text):
                    continue
                runs.append(Run(fill(prose[at:start], known.by_name, known.links)))
                runs.append(Run(fill(prose[start:end], known.by_name, known.links), number, match))
                at = end
            runs.append(Run(fill(prose[at : begins + len(text)], known.by_name, known.links)))
        except UnknownFigure as unknown:
            runs, fault = [Run([Piece(text)])], str(unknown)
        rendered.append(Paragraph([run for run in runs if run.pieces], fault))
    return rendered


def place(prose: str, mention: Mention) -> str:
    """Return in words where a mention is in a text: its paragraph, and the words around it."""
    before = [each for each in paragraphs(prose) if each[0] <= mention.start]
    begins, text = before[-1]
    start, end = mention.start - begins, mention.end - begins
    first = text.find(" ", start - 30, start) + 1 if start > 30 else 0
    last = text.rfind(" ", end, end + 30) if end + 30 < len(text) else len(text)
    around = " ".join(text[first : max(last, end)].split()).rstrip(".,;:")
    return f"paragraph {len(before)}: “{around}”"
