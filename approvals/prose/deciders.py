"""What prose calls the person who decides what is not delegated, in small letters. Pure rules.

English law knows few such offices, so the checks read all of them, whichever body a paper is of.
"""

DECIDERS = (
    "deputy mayor",
    "dmpc",
    "police and crime commissioner",
    "police, fire and crime commissioner",
    "commissioner",
    "pcc",
    "pfcc",
)
