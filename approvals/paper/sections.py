"""The sections of a paper that a person writes: what belongs in each, and how its standard text is begun. Pure rules.

The standard texts are the body's own. One is full of references and holds no digits of its own. A sentence stands in it
only where each figure and part that it names is there and is not nought, so that it fits a round without contracts as
it fits one with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from approvals.prose.figures import Figures, references


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its key, its heading and what belongs in it."""

    key: str
    heading: str
    guidance: str
    numbered: bool = True


PARTS: Sequence[Part] = (
    Part(
        "summary", "Executive summary", "In a few sentences: what the paper asks for, why and how much.", numbered=False
    ),
    Part("introduction", "Introduction and background", "Where the money comes from and what it should achieve."),
    Part(
        "issues",
        "Issues for consideration",
        "How bids were invited, scored and chosen, the risks, and what happens if the grants are refused.",
    ),
    Part("financial", "Financial comments", "How the allocation is used. Table 3 is added automatically."),
    Part("legal", "Legal comments", "The power to make grants, the power to decide, and procurement law."),
    Part("commercial", "Commercial comments", "The contract, its supplier and the ground for it."),
    Part("data", "Data protection and privacy", "What personal data is used, and the impact assessments."),
    Part(
        "equality",
        "Equality comments",
        "The effect on people with protected characteristics. This section cannot be empty.",
    ),
    Part(
        "background",
        "Background papers",
        "What the paper relies on. If there is nothing besides the appendices, say so.",
    ),
)
BY_KEY = {part.key: part for part in PARTS}


def standard_text(paragraphs: Sequence[Sequence[str]], figures: Figures, links: Mapping[str, str]) -> str:
    """Return the standard text of a section, with only what fits the figures and parts of this paper."""
    fitting = (
        " ".join(sentence for sentence in paragraph if _fits(sentence, figures, links)) for paragraph in paragraphs
    )
    return "\n\n".join(filter(None, fitting))


def _fits(sentence: str, figures: Figures, links: Mapping[str, str]) -> bool:
    return all(
        name in links or (name in figures and bool(figures[name].amount or figures[name].count))
        for name, *_ in references(sentence)
    )
