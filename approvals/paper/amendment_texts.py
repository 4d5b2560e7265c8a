"""The standard text of each section of a paper that amends a decision: of the change, and not of the round. Pure rules.

Written as `sections.standard_text` reads it. It names no office, so that it is every body's; a section without one here
has none of its own in an amendment.
"""

from collections.abc import Mapping, Sequence

TEXTS: Mapping[str, Sequence[Sequence[str]]] = {
    "summary": [
        [
            "This paper asks to change grants that were decided before, as set out in {appendix 1}.",
            "With the change they come to {grants asked for|exact}.",
        ],
    ],
    "introduction": [
        [
            "{appendix 1} gives what was decided about each grant, what is asked for now and the reason.",
            "What this paper does not change stays as it was decided.",
        ],
    ],
    "issues": [
        [
            "If a change is not approved, the earlier decision about that grant stands.",
        ],
    ],
    "financial": [
        [
            "The allocation is {allocation|exact}.",
            "With the change the underspend is {underspend|exact}.",
            "{table 3} sets out each line.",
        ],
    ],
    "legal": [
        [
            "Each grant is made under the legal power stated in its entry in {appendix 1}.",
            "Whoever decided a grant decides its change, whatever the amount.",
        ],
    ],
    "commercial": [
        [
            "{appendix 3} sets out the supplier, the ground and the evidence for it.",
            "The performance framework is in {appendix 4}.",
        ],
    ],
    "data": [
        [
            "Where a project uses personal data of the public, a data protection impact assessment is completed "
            "before any payment.",
        ],
    ],
    "equality": [
        [
            "The effect of the change on people with protected characteristics was considered.",
            "{appendix 1} states who will benefit from each grant.",
        ],
    ],
    "background": [
        [
            "There are no background papers other than the earlier decision and the appendices.",
        ],
    ],
}
