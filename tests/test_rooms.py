"""Which package imports which: the table "Where things live" of CONTRIBUTING.md is the rule."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = sorted(f for package in ("autograd", "nn") for f in (ROOT / package).rglob("*.py"))


def rooms():
    """For each row of the table: name -> (its files and folders, the rooms it may import)."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = {}
    for row in re.findall(r"^\| (\w+) \| (`.+?) \| .+ \| (.+) \|$", text, re.MULTILINE):
        places, folder = [], ""
        for place in re.findall("`([^`]+?)/?`", row[1]):
            folder = place.rpartition("/")[0] or folder  # said once, it holds for the next ones
            places.append(f"{folder}/{place.rpartition('/')[2]}")
        found[row[0]] = places, [] if row[2] == "nothing" else row[2].split(", ")
    return found


ROOMS = rooms()


def room_of(file):
    path = file.relative_to(ROOT).as_posix()
    found = [
        name
        for name, (places, _) in ROOMS.items()
        if any(path == p or path.startswith(f"{p}/") for p in places)
    ]
    assert len(found) == 1, f"{path} must be in one row of CONTRIBUTING.md, is in {found}"
    return found[0]


def imported(body):
    """The files that these statements import, outside functions; none that only checkers read."""
    for s in body:
        if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef)) or (
            isinstance(s, ast.If) and "TYPE_CHECKING" in ast.unparse(s.test)
        ):
            continue
        for part in ("body", "handlers", "orelse", "finalbody"):
            yield from imported(getattr(s, part, []))
        names = [a.name for a in s.names] if isinstance(s, ast.Import) else []
        if isinstance(s, ast.ImportFrom):
            assert not s.level, "imports have whole names here"
            names = [f"{s.module}.{a.name}" for a in s.names]
        for name in names:
            path = ROOT.joinpath(*name.split("."))
            tries = [path.with_suffix(".py"), path / "__init__.py"]
            if isinstance(s, ast.ImportFrom):  # of a name in a module
                tries += [path.parent.with_suffix(".py"), path.parent / "__init__.py"]
            yield from [f for f in tries if f in FILES][:1]


def test_modules_import_what_their_rooms_may():
    wrong = []
    for file in FILES:
        name = room_of(file)
        for other in imported(ast.parse(file.read_text(encoding="utf-8")).body):
            if room_of(other) not in {"basics", name, *ROOMS[name][1]}:
                wrong.append(f"{file.relative_to(ROOT)} ({name}) imports {other.relative_to(ROOT)}")
    assert not wrong


def test_rooms_are_there_and_import_those_above_them():
    above = set()
    for name, (places, allowed) in ROOMS.items():
        assert all((ROOT / p).exists() for p in places), name
        assert set(allowed) <= above, name
        above.add(name)
