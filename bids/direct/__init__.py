"""Direct awards: rows that nobody bid for, such as a line of a programme, with the recipients that are to be named.

Start with `entering.py`.
"""
