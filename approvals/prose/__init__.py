"""Reading prose: the sums, counts, shares and claims in it, held against the computed figures.

Pure rules without Django. Start with `checking.py`, which checks one text.
"""
