"""What a paper asks for beside its grants and contracts: accept, agree, delegate, note, fees, transfers, budget lines.

Start with `ItemKind` in `approvals/enums.py`, the table of kinds; `asking.py` writes the items.
"""
