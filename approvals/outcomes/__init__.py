"""The outcomes of many bids in one sitting: what is suggested for each, the answers checked together, and recorded.

Start with `suggesting.py`, the rule; `bids.panel.closing` records what the chair confirms.
"""
