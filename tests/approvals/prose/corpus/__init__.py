"""True and false sentences on the figures of thirteen rounds, by a writer who had not seen the rules of the check.

`rounds.json` has the rounds, `sentences.csv` the sentences; `reading.py` reads both.
"""
