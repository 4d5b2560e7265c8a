"""Taking in bids: by form or spreadsheet, with each error at its field or cell; lists and exports of bids.

Start with `intake.py`, which reads a row as the form does and writes it.
"""
