"""Forms of the files of a bid."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile

from bids.files import kinds
from bids.files.checking import Accepted, accept
from bids.files.refusing import NotAccepted
from grants.forms import FilesInput, Form, text_area

# All files of one form together, which is what a web server in front has to let through.
_LARGEST_TOGETHER = 50 * kinds.MEGABYTE
_CHOOSE = "Choose at least one file"


class FilesField(forms.Field):
    """Several files at once; gives them as Accepted. Each file that is refused has a message that names it."""

    widget = FilesInput
    shows_every_error = True

    def clean(self, value: list[UploadedFile] | None) -> list[Accepted]:
        files = value or []
        if not files:
            raise forms.ValidationError(_CHOOSE)
        if sum(file.size or 0 for file in files) > _LARGEST_TOGETHER:
            raise forms.ValidationError(
                f"The files have more than {_LARGEST_TOGETHER // kinds.MEGABYTE} MB together. Add them in two steps"
            )
        accepted, errors = [], []
        for file in files:
            try:
                # One byte more than is accepted tells that a file is too large.
                accepted.append(accept(file.name or "", file.read(kinds.LARGEST + 1)))
            except NotAccepted as refused:
                errors.append(forms.ValidationError(str(refused)))
        if errors:
            raise forms.ValidationError(errors)
        return accepted


class AddFilesForm(Form):
    uploads = FilesField(
        label="Files",
        help_text=f"PDF, Word, Excel, OpenDocument, PNG or JPEG ({kinds.ACCEPTED}), at most 10 MB each.",
        widget=FilesInput(attrs={"accept": kinds.ACCEPTED.replace(" ", "") + ",.jpeg"}),
    )


class RemoveFileForm(Form):
    reason = text_area("Reason", rows=2, longest=2000)
