"""Sentences of a paper, read by a small grammar and judged by the facts of the round. Open `judging.py` first."""
