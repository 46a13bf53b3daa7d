"""Downloads: a file from the web, whole or not at all, and the place where it is kept."""

import os
import sys
from pathlib import Path

from autograd.files import replacing
from nn.bars import counter
from nn.data.errors import DataError

TIMEOUT = 20  # seconds without a byte
CHUNK = 1 << 16


def cache_folder(name: str) -> Path:
    """The folder in this user's cache for files about ``name``; it need not exist."""
    home = Path(os.path.expanduser("~"))
    base = os.environ.get("XDG_CACHE_HOME") or home / ".cache"
    if sys.platform == "darwin":
        base = home / "Library" / "Caches"
    elif sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
    return Path(base) / "chalkgrad" / name


def download(address: str, progress: bool) -> bytes:
    """The bytes at a web address.  ``progress`` draws a bar, if tqdm is installed.

    Raises
    ------
    OSError
        If there is no network, no answer, or no such file there.
    DataError
        If the transfer breaks off.
    """
    import http.client
    import urllib.error
    import urllib.request

    try:
        response = urllib.request.urlopen(address, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise
    except http.client.HTTPException as error:
        raise OSError(f"no answer in HTTP: {error!r}") from error
    content, broken = bytearray(), None
    with response:
        length = response.headers.get("Content-Length")
        expected = int(length) if length else None
        title, unit = address.rpartition("/")[2], {"unit": "B", "unit_scale": True}
        with counter(title, progress, total=expected, file=sys.stderr, **unit) as show:
            try:
                while chunk := response.read(CHUNK):
                    content += chunk
                    show(len(content))
            except (OSError, http.client.HTTPException) as error:
                broken = error
    # If the other side hangs up, read() just returns nothing more: count.
    if broken is not None or (expected is not None and len(content) != expected):
        raise DataError(
            f"download: {address} broke off after {len(content):,} bytes of "
            f"{'an unknown number' if expected is None else f'{expected:,}'}"
            f"{f' ({broken})' if broken else ''}. Nothing was kept: call again, with a better "
            "connection."
        ) from broken
    return bytes(content)


def keep(content: bytes, path: Path) -> None:
    """Write a file so that at no time, and whatever goes wrong, a part of it has its name.

    Raises
    ------
    OSError
        If it cannot be written there.
    """
    with replacing(path) as file:
        file.write(content)
