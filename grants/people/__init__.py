"""People, their roles, deputies and letters; signing in.

Start with `people.py` for the transitions of people and roles; `deputies.py` and `mail.py` stand beside it.
"""
