"""The panel: who scores what, interests, scorecards, closing and outcomes.

Start with `scorecards.py` for saving marks, `assignments.py` for who scores, `blindness.py` for who sees what.
"""
