"""The public register: what is listed, searched and returned each quarter.

Start with `entries.py`: what the register keeps of a signed decision, from its frozen data alone.
"""
