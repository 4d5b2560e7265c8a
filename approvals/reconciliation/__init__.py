"""Whether the allocation adds up, and the rows behind each number.

Start with `sums.py`, the rules; `position.py` reads a round once for all of them.
"""
