"""Scenarios: ways to draw the funding line through a ranking, compared before one is proposed.

Start with `funding.py`, the rules; `scenarios.py` holds the transitions and readings.
"""
