"""Checks of prose: the sums, counts, shares and claims in a text are compared with the computed figures.

Pure rules without Django. Start with `checking.py`, which checks one text.
"""
