"""The tests that a change touches: `python -m tests.house.touched [REVISION]` prints their paths.

They stand in the folders of the same names as what was changed; what was changed in a subject's SQL or in its
questions touches that subject's tests in the layers above, too.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOP: Final = Path(__file__).parent.parent.parent

# From below: where the tests of one subject stand in each layer.
_LAYERS: Final = ("tests/models", "tests/console/ledger", "tests/console", "tests/ui/screens")
_HOUSE: Final = "tests/test_architecture.py"


def changed(revision: str) -> list[str]:
    """Return the files that differ from a revision, and those that git does not know yet."""
    asked = (("diff", "--name-only", revision), ("ls-files", "--others", "--exclude-standard"))
    said = (
        subprocess.run(("git", *words), cwd=TOP, check=True, capture_output=True, text=True)
        for words in asked
    )
    return sorted({line for one in said for line in one.stdout.splitlines()})


def touched(files: Iterable[str]) -> list[str]:
    """Return the test files and folders, none of them inside another."""
    found = {_HOUSE, *(test for file in files for test in _tests_of(PurePosixPath(file)))}
    return sorted(
        one for one in found if not any(other != one and one.startswith(f"{other}/") for other in found)
    )


def _tests_of(file: PurePosixPath) -> Iterator[str]:
    top = file.parts[0]
    if top == "tests":
        is_test = file.name.startswith("test_")
        # Without its folder a test that was taken away would be named.
        yield str(file if is_test and (TOP / file).exists() else _standing(file.parent))
    elif top in {"console", "ui", "models"}:
        folder = PurePosixPath("tests", *(part for part in file.parent.parts if part != "functions"))
        standing = _standing(folder)
        yield str(standing)
        for place, layer in enumerate(_LAYERS):
            if standing.parent == PurePosixPath(layer):
                above = (f"{one}/{standing.name}" for one in _LAYERS[place + 1 :])
                yield from (one for one in above if (TOP / one).is_dir())


def _standing(folder: PurePosixPath) -> PurePosixPath:
    """Return the nearest folder that is there."""
    return folder if (TOP / folder).is_dir() else _standing(folder.parent)


if __name__ == "__main__":
    print(*touched(changed(*sys.argv[1:] or ("HEAD",))))  # noqa: T201 - what the command is for
