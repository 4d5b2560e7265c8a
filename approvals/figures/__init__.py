"""The list of figures: every figure of a round by name, whose it is and what it measures.

Start with `listing.py`, which makes the list of what the reconciliation reads.
"""
