"""A log of rows on disk, as CSV: for spreadsheets, pandas and ``tail -f``."""

import csv
from pathlib import Path

from autograd.files import replacing


class CSVLog:
    """Rows (dicts with the same keys) in a file; a row is written at once, whole.

    Parameters
    ----------
    path : path_like
        The file; `restart` makes it, its folder too.
    """

    def __init__(self, path):
        self.path = Path(path)

    def restart(self, rows=()):
        """Let the file hold these rows and no others.

        After a resume there are then no rows twice, and no half row of a process that was killed.
        """
        with replacing(self.path, "w", newline="", encoding="utf-8") as file:
            for k, row in enumerate(rows):
                _write(file, row, header=k == 0)

    def append(self, row):
        """Add a row, under the names of the columns if it is the first."""
        with open(self.path, "a", newline="", encoding="utf-8") as file:
            _write(file, row, header=file.tell() == 0)


def _write(file, row, header):
    writer = csv.DictWriter(file, row)
    if header:
        writer.writeheader()
    writer.writerow(row)
