"""The words in which people make claims about the members of a set: patterns for `claim_reading`. Pure rules."""

import re
from collections.abc import Sequence

from approvals.prose.amounts import IN_LETTERS
from approvals.prose.claims import Bound
from approvals.prose.counts import THINGS
from approvals.prose.figures import MASK

# How an amount is compared

_ABOVE = r"above|over|exceeding|in\sexcess\sof|beyond|upwards?\sof|(?:more|greater|higher|larger|bigger)\sthan|>"
_BELOW = r"below|under|beneath|short\sof|(?:less|lower|smaller)\sthan|<"
_NOT = r"(?:do|does|did|will|may|can|must|is|are)(?:\snot|n['’]t)"
_EXCEED = r"(?:exceed|surpass|top|pass|beat|clear|outstrip)(?:e?s|ed)?"
_REACH = r"(?:reach|meet|hit|attain)(?:e?s|ed)?|met"
# Words, the bound that they set, and the bound that they set after none, no or neither.
COMPARATORS: Sequence[tuple[str, Bound, Bound]] = (
    (
        rf"not?\s(?:{_BELOW})|at\sleast|at\sor\s(?:above|over)|(?:a\s)?minimum\sof|≥|>=|(?:{_REACH})",
        Bound.AT_LEAST,
        Bound.BELOW,
    ),
    (
        rf"not?\s(?:{_ABOVE})|{_NOT}\s{_EXCEED}|at\s(?:the\s)?most|at\sor\s(?:below|under)|up\sto|within"
        r"|(?:a\s)?maximum\sof|≤|<=",
        Bound.AT_MOST,
        Bound.AT_LEAST,
    ),
    (rf"{_ABOVE}|{_EXCEED}", Bound.AT_LEAST, Bound.AT_MOST),
    (rf"{_BELOW}|{_NOT}\s(?:{_REACH})", Bound.BELOW, Bound.AT_LEAST),
)
_COMPARE = "|".join(f"(?:{pattern})" for pattern, *_ in COMPARATORS) + r"|between|from"
_VERBS = rf"{_EXCEED}|(?:{_REACH})|{_NOT}\s(?:{_EXCEED}|{_REACH})"
_ALONE = r"(?:individually|singly|alone|separately|itself|by\sitself|on\s(?:its|their)\sown)"
TOGETHER = r"(?:in\saggregate|in\stotal|together|collectively|with\s(?:its|their)\s(?:lots|project|group))"
_HOW = rf"(?:\s(?:{_ALONE}|well|still|now|also)(?:,?\sor,?\s{TOGETHER})?)*(?:\s{TOGETHER})?"
_WORTH = (
    r"(?:\s(?:worth|with\s(?:an?\s)?values?(?:\sof)?|valued(?:\sat)?|being|(?:for\s)?(?:amounts?|sums?)(?:\sof)?"
    r"|(?:of\s)?(?:an?\s)?values?(?:\sof)?|for|of|at))?"
)

# Which set the claim is about

_NOUN = rf"(?:{'|'.join(THINGS)})"
_NUMBER = rf"(?:\d{{1,4}}|(?:{IN_LETTERS})|(?<!{MASK}){MASK}+)"
_SET = (
    r"(?P<set>each(?:\sand\severy)?(?:\sone)?|every\s(?:single\s)?one|all|both|none|neither|not\s(?:a\ssingle\s)?one"
    r"|no\sone)"
)
_OF_THEM = r"(?:\sof\s(?:them|these|those|which|the\s[\w-]{1,12}))?"
_SUBJECT = (
    r"(?P<set>each(?:\sand\severy)?|every(?:\ssingle)?|any|all|both|none|neither|nothing|no(?:\ssingle)?"
    r"|not\s(?:one|a\ssingle))\b"
)
_EXTREME = r"the\s(?P<set>smallest|lowest|least|minimum|largest|biggest|highest|greatest|maximum)\b"
# Between the set and the claim stands no other statement, and nothing that is a sum of the members.
_GAP = (
    r"(?:[\s,]+(?:(?:that|which|who)\s(?:is|are|was|were|have|has|had)\b(?!\s(?:each|all|none))|to\sbe\b"
    r"|(?!(?:and|but|while|whereas|although|if|unless|that|which|who"
    r"|is|are|was|were|be|been|has|have|had|total|sum|average|mean|together|combined|aggregate)\b)[\w’'\ufffc-]+)){0,14}?"
)
_IS = (
    r"(?P<verb>is|are|was|were|be|being|(?:has|have)\sbeen|remains?|stays?|falls?|fell|sits?|lies?|goe?s?|involves?|starts?"
    r"|stands?|comes?\sin|comes?\sto|came\sto|amounts?\sto|costs?|receives?|gets?"
    r"|asks?\sfor|(?:ranges?|runs?|vary|varies)(?:\sin\s(?:value|size|amount))?|has|have)"
)
_LIMIT = r"(?:limit|threshold)"
_MONEY = (
    rf"\s?(?:(?:the|a|our|its)\s(?:[\w-]+\s){{0,2}}?{_LIMIT}\sof\s|the\s)?(?<=\s)"
    rf"(?:(?P<money>[\d£€$G\ufffc\u2212-]\S*)|(?P<limit>(?:[\w-]+\s){{0,2}}?{_LIMIT})\b)"
)
_STATEMENT = (
    rf"[\s,]+(?:{_IS}(?:\s(?:each|all|both|{_ALONE}))?{_WORTH}{_HOW}(?:\s(?P<how>{_COMPARE}))?|(?P<does>{_VERBS}))"
    rf"{_MONEY}"
)
PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Each above £50k; each of them individually below £50k; each of £49,200; none of £50,000 or more.
        rf"\b{_SET}{_OF_THEM}{_WORTH}{_HOW}(?:\s(?P<how>{_COMPARE}))?{_MONEY}",
        # The smallest grant is £17,000; the largest of the 28 is below £50k.
        rf"\b{_EXTREME}{_GAP}{_STATEMENT}",
        # The largest grant, £240,229, goes to a trust.
        rf"\b{_EXTREME}{_GAP},{_MONEY}",
        # Every grant in Appendix 2 is below £50k; no grant exceeds £50k; nothing there is above it.
        rf"\b{_SUBJECT}{_GAP}{_STATEMENT}",
        # The 11 grants are above £50k; 28 are below it; they exceed it.
        rf"(?:\b(?P<set>{_NOUN}s|the\scontract){_GAP}|\b(?P<they>they|these|those)|,\s(?P<which>which)"
        rf"|(?<![\w.,£])(?P<bare>{_NUMBER})){_STATEMENT}",
        # 11 grants above £50k each.
        rf"\b(?P<how>{_COMPARE}){_MONEY}(?=\s(?:each|apiece)\b(?!\s(?:of|is|are|was|were)))",
        # 11 grants above £50k.
        rf"(?<![\w.,£\ufffc])(?P<bare>{_NUMBER})\s(?:[\w’'-]+\s){{0,3}}?(?P<set>{_NOUN}s){_WORTH}{_HOW}"
        rf"(?:\s(?P<how>{_COMPARE}))?{_MONEY}",
        # There are no grants below £50k.
        rf"\bthere\s(?:is|are|was|were)\s(?P<set>no)\s(?:[\w’'-]+\s){{0,3}}?{_NOUN}s?{_WORTH}{_HOW}"
        rf"\s(?P<how>{_COMPARE}){_MONEY}",
        # Only grants above £50k are asked for.
        rf"\bonly\s(?P<set>{_NOUN}s)\s(?P<how>{_COMPARE}){_MONEY}",
    )
)
BARE_SET, SINGULAR, PLURAL, COUNTED = PATTERNS[0], PATTERNS[3], PATTERNS[4], PATTERNS[6]
# They range from £4,950 to £41,200: the smallest and the largest.
RANGES = re.compile(r"rang|run|var", re.IGNORECASE)
MORE = re.compile(
    r"\s?\+|\splus\b|\s(?:or|and)\s(?:(?P<up>more|over|above|upwards?|higher)|(?P<down>less|under|below|lower|fewer))\b",
    re.IGNORECASE,
)
OTHER_END = re.compile(r"\s(?:and|to)\s(?=[\d£\ufffc])|[-–—](?=[\d£\ufffc])")
ALSO_TOGETHER = re.compile(
    rf"\bor,?\s{TOGETHER}\b|\b{TOGETHER},?\sor,?\s{_ALONE}\b|\bwith\s(?:its|the\sother)\slots\b"
    r"|\bas\s(?:a|one|part\sof\s(?:a|one|its|their))\sproject\b|\blots\b[^;:.]{0,40}\badded\b",
    re.IGNORECASE,
)
IN_ALL = re.compile(r",?\s(?:in\s(?:all|total|aggregate|sum)|together|altogether|overall|combined)\b", re.IGNORECASE)
SUM_OF = re.compile(r"\b(?:average|cost|mean|rest|sum|total|value)\sof\s(?:the\s|all\s)*$", re.IGNORECASE)
AVERAGE = re.compile(r"\b(?:average|mean|rest|sum|total)\sof\s$", re.IGNORECASE)
SUMS = re.compile(r"c[ao]mes?\sto|amount|cost|receive|get|ask|ha", re.IGNORECASE)
DENIES = re.compile(r"none|neither|nothing|no|not\sone|not\sa\ssingle", re.IGNORECASE)
PART_OF = re.compile(
    rf"(?:(?P<most>most\s|the\smajority\s|more\sthan\shalf\s)"
    rf"|(?P<vague>at\sleast|at\smost|more\sthan|up\sto|over|some|few|several|many|half|all\sbut"
    rf"|(?:almost|nearly|virtually)\sall)\s(?:{_NUMBER}\s)?"
    rf"|(?<![\w.,£])(?P<number>{_NUMBER})\s)of\s(?:the|these|those|our|them|which)\b[^,;:.]*$",
    re.IGNORECASE,
)
# “Most grants”, “a few of them”, “almost all”: right before the noun.
VAGUELY = re.compile(
    r"\b(?:(?P<most>most)|some|several|few|many|almost|nearly|virtually|half|no)\s(?:[\w’'-]+\s){0,2}$", re.IGNORECASE
)
# A condition, a question, or a report of what somebody checks or requires is not a claim.
CONDITION = re.compile(
    r"\b(?:where\s(?:a|an|one|any|some)|(?:if|when|whenever|unless|whether|ensures?|checks?|told|requires?)"
    r"|not\sthe\scase)\s[^,;:.]*$",
    re.IGNORECASE,
)
MUST = re.compile(r"\b(?:must|shall|should|ha(?:s|ve|d)\sto|needs?\sto)\s", re.IGNORECASE)
# “Each year of the contract”, “each half of it”: parts of one thing, not members of a set.
_PART = r"(?:year|half|quarter|month|week|day|instalment|payment|part)s?"
OF_PARTS = re.compile(rf"\b(?:{_PART}|halves),?\s$", re.IGNORECASE)
EACH_PART = re.compile(rf"(?:each|every|any|no)\s{_PART}\b", re.IGNORECASE)
DIFFERENCE = re.compile(r"\s(?:below|above|short\sof|under|over|(?:less|more)\sthan)\b", re.IGNORECASE)
NO_NOUN = re.compile(
    rf"(?:each|every|any|no|all|both)\s(?:and\s|of\s|one\b|single\b|{_NUMBER}\b"
    rf"|{_IS.replace('?P<verb>', '?:')}\b|{_VERBS})",
    re.IGNORECASE,
)
NOT_ALL = re.compile(r"\bnot\s$", re.IGNORECASE)
THING = re.compile(
    rf"\b(?P<noun>{_NOUN})s?\b(?!\s(?:{_LIMIT}|agreements?|programmes?|fund|round|making))", re.IGNORECASE
)
BESIDES = re.compile(r"\b(?:to|for|from|by|in|with|than|of)\s(?:the\s|its\s|their\s)?(?:\S+\s)?$", re.IGNORECASE)
# How far from the claim the name of its set can be, in characters.
REACH = 600
# How far before a claim the words can be that limit its extent or set a condition, in characters.
NEAR = 200
