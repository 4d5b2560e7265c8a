"""The leadership's review of what the panel recommends.

Start with `reviewing.py`: agreeing a bid for an amount, and returning it to the panel.
"""
