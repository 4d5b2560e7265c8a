"""Lots of one project and records of one organisation: suggested by likeness, confirmed by a person.

Start with `workbench.py`, the reading of a round for these pages; `grouping.py` writes.
"""
