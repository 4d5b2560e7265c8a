"""Who may approve a grant, its approval, and what a round's allocation is committed to.

Start with `routes.py`, the rule of the limit; `awards.py` routes and `approving.py` approves.
"""
