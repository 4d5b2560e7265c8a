"""What a decision paper says, computed from the register and frozen when it is submitted.

Start with `sources.py`, the register as a paper reads it, and `pack.py`, which freezes it.
"""
