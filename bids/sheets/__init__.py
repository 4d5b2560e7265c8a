"""Spreadsheets of bids as their owners see them: any columns, any kind of file, and an empty one to fill in.

Start with `book.py`, what a file holds once it was read: `reading.py` reads it, by `workbook.py` or `text_file.py`.
`mapping.py` says which column holds what, `cleaning.py` makes the rows of it, in which `values.py` reads each cell,
and `template.py` makes the empty workbook. All these know no Django. `uploads.py` keeps what was read and answered;
`views.py` and `forms.py` ask. `bids/intake/rows.py` says what a round allows and makes a row into a form.
"""
