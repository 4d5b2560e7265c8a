"""The checks by figures, with what the facts of the round make right or wrong instead. Pure rules."""

from collections.abc import Sequence
from dataclasses import replace

from approvals.prose.grammar.verdict import Verdict
from approvals.prose.matches import Kind, Match, Standing, overlap
from approvals.prose.vocabulary import Role

_KINDS = {Role.SUM: Kind.MONEY, Role.NUMBER: Kind.COUNT, Role.SHARE: Kind.SHARE, Role.STATEMENT: Kind.CLAIM}


def by_facts(matches: Sequence[Match], verdicts: Sequence[Verdict]) -> list[Match]:
    """Return the checks with what the facts of the round make right or wrong, which outweighs what figures match."""
    judged: dict[tuple[Kind, int], tuple[Match, bool]] = {}
    for verdict in verdicts:
        kind, standing = _KINDS[verdict.of], Standing.MATCHED if verdict.is_true else Standing.UNMATCHED
        match = Match(verdict.mention, kind, standing, "", verdict.message)
        judged.setdefault((kind, verdict.mention.start), (match, verdict.firm))
    kept = list(matches)
    for match, firm in judged.values():
        overlapping = [each for each in kept if overlap(each.mention, match.mention)]
        if match.standing is Standing.UNMATCHED:
            same = [each for each in overlapping if each.kind is match.kind]
            # What no figure of the paper equals, and no owner contradicts, can come from elsewhere.
            unknown = [each for each in same if each.standing is Standing.UNMATCHED]
            if unknown and match.kind is Kind.CLAIM:
                # A claim that is checked against its set already names those for which it does not hold.
                continue
            may_have_source = bool(unknown) and not firm and all(each.may_have_source for each in unknown)
            message = unknown[0].message if unknown and match.kind is Kind.MONEY else match.message
            kept = [each for each in kept if each not in same]
            kept.append(replace(match, message=message, may_have_source=may_have_source))
            continue
        if match.kind is Kind.CLAIM:
            replaced = [each for each in overlapping if each.kind in (Kind.COUNT, Kind.CLAIM)]
        else:
            replaced = [each for each in overlapping if each.kind is match.kind]
        # What no words of the sentence tie to a figure is credited to the rows that explain it.
        credited = [each for each in replaced if each.kind is Kind.MONEY and each.may_have_source]
        kept = [
            each
            for each in kept
            if each not in replaced or (each.standing is not Standing.UNMATCHED and each not in credited)
        ]
        if not any(overlap(each.mention, match.mention) for each in kept):
            kept.append(match)
    return kept
