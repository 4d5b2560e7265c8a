"""Files of a bid, such as budget sheets, letters and policies: what is accepted, where it is kept, who gets it.

Start with `adding.py` for the transitions; `kinds.py` says what is accepted, and `checking.py` calls the scanner.
"""
