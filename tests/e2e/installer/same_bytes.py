"""The installers of one commit, built in two folders, are the same byte for byte.

`make test-reproducible` runs it; it is not of the default run: it installs all packages twice, and freezes
them twice.
"""

# ruff: noqa: T201 - what it compared is what it is run for
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

import pytest

TOP: Final = Path(__file__).parents[3]
BUILD_S: Final = 1_500
"""For one build with its environment."""

pytestmark = pytest.mark.timeout(2 * BUILD_S + 600)


def test_one_commit_gives_the_same_bytes_in_two_folders(tmp_path: Path) -> None:
    # Told once: a commit that is made meanwhile is another's, and bears another time.
    asked = ["git", "-C", str(TOP), "rev-parse", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    try:
        # Names unlike in length: a path that is written anywhere shifts what stands behind it.
        first, second = (_contents(_build(tmp_path / name, commit)) for name in ("one", "another-place"))
    finally:
        # 4 GB that pytest would keep for three runs.
        shutil.rmtree(tmp_path)
    packed = [name for name in first if "/" not in name]
    assert {Path(name).suffix for name in packed} >= {".deb", ".xz", ".json"}
    differing = sorted(name for name in first | second if first.get(name) != second.get(name))
    assert differing == [], "not the same bytes"
    print(f"the same: {len(first)} files and links, among them {', '.join(sorted(packed))}")


def _build(folder: Path, commit: str) -> Path:
    """Build the installers of a commit in a fresh clone and return its folder `dist`."""
    subprocess.run(["git", "clone", "--quiet", str(TOP), str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "checkout", "--quiet", commit], check=True)
    others = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "SOURCE_DATE_EPOCH", "VIRTUAL_ENV")
    begun = time.monotonic()
    done = subprocess.run(
        ["make", "-C", str(folder), "installer"],
        env={name: value for name, value in os.environ.items() if name not in others},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=BUILD_S,
    )
    assert done.returncode == 0, done.stdout[-4_000:]
    print(f"built in {time.monotonic() - begun:.0f} s")
    return folder / "dist"


def _contents(dist: Path) -> dict[str, str]:
    """Return what each file is: its rights and its bytes' sum, or where a link leads."""
    found = {}
    for file in sorted(dist.rglob("*")):
        name = str(file.relative_to(dist))
        if file.is_symlink():
            found[name] = f"link {file.readlink()}"
        elif file.is_file():
            with file.open("rb") as opened:
                found[name] = f"{file.stat().st_mode:o} {hashlib.file_digest(opened, 'sha256').hexdigest()}"
    return found
