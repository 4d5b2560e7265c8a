"""Meetings of the panel: agenda, presence, agreed marks and minutes.

Start with `meetings.py` for the transitions; `agenda.py` says which bids need discussion.
"""
