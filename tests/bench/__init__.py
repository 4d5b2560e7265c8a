"""make bench: what the panel's pages cost compared with an empty page, at 83, 830 and 8,300 bids."""
