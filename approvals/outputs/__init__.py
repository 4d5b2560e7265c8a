"""What leaves the service besides its pages: Word, zip, open data, and the check of what was frozen.

Start with `published.py`: what of a signed decision may be shown to anybody.
"""
