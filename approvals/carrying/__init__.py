"""Money of a round carried over from one financial year to the next, by two people.

Start with `carrying.py`: proposing a carry-over, and the answer of the second person.
"""
