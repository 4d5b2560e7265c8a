"""Single tender actions: contracts awarded without competition, kept apart from the bids.

Start with `contracts.py`: how one is recorded, changed, routed and approved.
"""
