"""The reconciliation of the allocation, and the rows behind each number.

Start with `sums.py`, the rules; `position.py` reads a round once for all of them.
"""
