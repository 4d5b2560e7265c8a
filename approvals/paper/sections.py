"""The sections of a paper that a person writes: what belongs in each, and a text to start from. Pure rules.

A standard text is full of references and holds no digits of its own. A sentence stands in it only where each figure
and part that it names is there and is not nought, so that it fits a round without contracts as it fits one with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from approvals.prose.figures import Figures, references


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its key, heading, what belongs in it, and the paragraphs of its standard text, each by sentence."""

    key: str
    heading: str
    guidance: str
    standard: Sequence[Sequence[str]]
    numbered: bool = True


PARTS: Sequence[Part] = (
    Part(
        "summary",
        "Executive summary",
        "What is asked, why, and for how much, in a few sentences.",
        (
            (
                "This paper asks for the decision on {grants asked for} of grants to organisations outside the force, "
                "set out in {appendix 1}.",
                "It also asks for {contracts} for what is bought without competition, set out in {appendix 3}; with "
                "all grants of the round that comes to {grants and contracts together}.",
                "The allocation is {allocation}.",
            ),
            (
                "Bids received: {bids received}.",
                "Bids given a grant: {bids given a grant}.",
                "Of these, {number of grants above the threshold} go to the Deputy Mayor.",
                "The force approved {number of grants below the threshold} under delegation, set out in {appendix 2}.",
            ),
        ),
        numbered=False,
    ),
    Part(
        "introduction",
        "Introduction and background",
        "Where the money comes from and what it is to change.",
        (
            (
                "{allocation} is allocated to this round.",
                "The money is for work with partners and communities that prevents crime.",
            ),
            ("Each recommended project carries at least one theme of the round and one priority of the plan.",),
        ),
    ),
    Part(
        "issues",
        "Issues for consideration",
        "How bids came in, were scored and chosen; risks; what follows if refused.",
        (
            (
                "Bids received, from inside the force and from outside it: {bids received}.",
                "Each was judged against the criteria of the round, and a failed gate was not made good by a high "
                "score elsewhere.",
                "The leadership reviewed each outcome before it was settled.",
            ),
            (
                "Rejected: {bids rejected}.",
                "Led inside the force, with no grant to anybody: {bids internal}.",
                "For the Deputy Mayor, being not below {grant limit|exact} alone or together with the other lots of "
                "their project, or sent up: {bids dmpc}.",
                "Approved under delegation: {bids delegated}.",
                "Passed to another body: {bids redirected}.",
            ),
            (
                "Paid before approval: {retrospective payments|exact}.",
                "The reason is given with each grant in the appendices.",
            ),
            ("If the grants are refused, the work that they pay for does not take place this year.",),
            ("{table 2} lists the grants that are asked for, and {appendix 1} gives each in full.",),
        ),
    ),
    Part(
        "financial",
        "Financial comments",
        "How the allocation is used. Table 3 follows by itself.",
        (
            (
                "The allocation is {allocation|exact}.",
                "Posts take {all staffing|exact}.",
                "Work led inside the force takes {all internal projects|exact}.",
                "Grants take {grants|exact}: {grants above the threshold|exact} for decision and "
                "{grants below the threshold|exact} under delegation.",
                "Contracts take {contracts|exact}.",
            ),
            ("After all of it, {underspend|exact} is left.", "{table 3} gives each line."),
        ),
    ),
    Part(
        "legal",
        "Legal comments",
        "The power to grant, the power to decide, and procurement law.",
        (
            (
                "Each grant rests on the legal power that is named with it in the appendices.",
                "Grants of {grant limit|exact} or more, alone or together with the other lots of their project, are "
                "decided by the Deputy Mayor.",
            ),
            (
                "Contracts come to {contracts|exact}.",
                "An exemption from procurement of {contract exemption limit|exact} or more is the Deputy Mayor’s.",
                "The ground for each is given in {appendix 3}.",
            ),
        ),
    ),
    Part(
        "commercial",
        "Commercial comments",
        "The contract, its supplier and its ground.",
        (
            (
                "{contracts|exact} is bought without competition.",
                "{appendix 3} names the supplier, the ground and its evidence.",
                "How the work is measured stands in {appendix 4}.",
            ),
        ),
    ),
    Part(
        "data",
        "Data protection and privacy",
        "What personal data is used, and the impact assessments.",
        (
            (
                "Grants that use personal data of members of the public: {number of grants with personal data}.",
                "Where a project uses such data, its impact assessment is finished before any payment.",
            ),
        ),
    ),
    Part(
        "equality",
        "Equality comments",
        "The effect on people with protected characteristics. Never empty.",
        (
            (
                "The effect of the grants on people with protected characteristics was weighed when the bids were "
                "chosen.",
                "{appendix 1} says of each grant for decision whom it is for.",
                "{appendix 2} says it of each grant under delegation.",
            ),
            ("Each recipient that pays staff from its grant has confirmed that it pays the London Living Wage.",),
        ),
    ),
    Part(
        "background",
        "Background papers",
        "What the paper rests on; say so where there is none beyond its appendices.",
        (("None beside the appendices.",),),
    ),
)
BY_KEY = {part.key: part for part in PARTS}


def standard_text(part: Part, figures: Figures, links: Mapping[str, str]) -> str:
    """The text to start a section from, as it fits the figures and parts of this paper."""
    paragraphs = (
        " ".join(sentence for sentence in paragraph if _fits(sentence, figures, links)) for paragraph in part.standard
    )
    return "\n\n".join(filter(None, paragraphs))


def _fits(sentence: str, figures: Figures, links: Mapping[str, str]) -> bool:
    return all(
        name in links or (name in figures and bool(figures[name].amount or figures[name].count))
        for name, *_ in references(sentence)
    )
