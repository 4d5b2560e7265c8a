"""Results and places, how firm they are, what they cover, and the files made of them.

Start with `standings.py`, which keeps each bid's result; `ranking.py` reads a page of it.
"""
