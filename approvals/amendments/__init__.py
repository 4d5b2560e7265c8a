"""A later paper that changes grants which an earlier decision settled.

Start with `amending.py`: which grants can be amended, and how a paper asks for it.
"""
