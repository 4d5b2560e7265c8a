"""The one exception of all that looks into a file."""


class NotAccepted(Exception):
    """A file is refused. The message goes on from the file's name: “budget.xlsx” and then “is empty”."""
