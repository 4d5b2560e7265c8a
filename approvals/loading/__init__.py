"""A round as a folder of readable files, played through the same intake and transitions as the pages use.

Start with `playing.py`, the stages in order; `folder.py` reads the files, `checking.py` lists what is wrong with them
by `schema.py` and `csv_files.py`. `docs/round-folder.md` describes them.
"""
