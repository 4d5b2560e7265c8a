"""The files that people take out of the service: Word, zip and open data; and the check of what was frozen.

Start with `published.py`: what of a signed decision may be shown to anybody.
"""
