"""Finding bids and organisations that are alike, for a person to confirm.

Start with `families.py`; `likeness.py` compares names and texts.
"""
