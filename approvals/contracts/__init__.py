"""Single tender actions: contracts let without competition, beside the bids.

Start with `contracts.py`: how one is recorded, changed, routed and approved.
"""
