"""Rounds, budget lines and the virements that move money between them.

Start with `rounds.py` for opening and locking a round; `virement.py` for money moved by two people.
"""
