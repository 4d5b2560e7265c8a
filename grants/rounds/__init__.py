"""Rounds, their budget lines, the income that feeds them, and the virements that move money between lines.

Start with `rounds.py` for opening and locking a round; `income.py` for money of grantors, `virement.py` for money
moved by two people.
"""
