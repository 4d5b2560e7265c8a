"""The life of a decision paper: written, signed off, submitted, queried, decided, signed.

Start with `writing.py` for its transitions up to the decision and `deciding.py` for the decision itself;
`submission.py` lists what must be corrected before a paper can be submitted.
"""
