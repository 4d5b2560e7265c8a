"""A workbook as LibreOffice shows it to a person, for tests of files that are opened in a spreadsheet program."""

import csv
import shutil
import subprocess
from pathlib import Path

OFFICE = shutil.which("soffice")
# In UTF-8, with each cell as it is shown, and a file for each sheet.
_TO = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"


def as_shown(content: bytes, folder: Path) -> dict[str, list[list[str]]]:
    """Return the rows of each sheet of a workbook by its title, each cell as LibreOffice shows it."""
    (folder / "book.xlsx").write_bytes(content)
    command = [str(OFFICE), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", _TO]
    subprocess.run([*command, "--outdir", folder, folder / "book.xlsx"], check=True, capture_output=True)
    sheets = {}
    for path in folder.glob("book-*.csv"):
        with path.open(encoding="utf-8", newline="") as opened:
            sheets[path.stem.removeprefix("book-")] = list(csv.reader(opened))
    return sheets
