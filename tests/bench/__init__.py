"""make bench: what the panel's pages and a search cost, beside an empty page, at 83, 830 and 8,300 bids."""
