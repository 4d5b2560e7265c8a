"""The recipients of a direct award that was made before they were known, named one by one.

Start with `naming.py`.
"""
