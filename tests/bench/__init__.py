"""make bench: what pages, calls, a search and an import cost at 83, 830 and 8,300 bids or grants, and how it grows."""
