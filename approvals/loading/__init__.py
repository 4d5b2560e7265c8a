"""A round as a folder of readable files, played through the same intake and transitions as the pages use.

Start with `playing.py`, the stages in order; `folder.py` reads the files. `docs/round-folder.md` describes them.
"""
