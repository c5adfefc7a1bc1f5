"""Collects the licence of each part, and the index that the bundle's About page reads."""

from __future__ import annotations

import json
import re
import shutil
import sys
from importlib import import_module
from pathlib import Path


def collect(folder: Path) -> list[dict[str, str]]:
    """Write the texts and index.json into a fresh folder, and return the index.

    Raises SystemExit when a part has no text: what is passed on without its terms may not be passed on.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # By name: the package knows nothing of the console, but this builds what the console reads.
    found = import_module("console.workspace.licences").installed()
    index, bare = [], []
    for part in found:
        text = part.text()
        if not text:
            bare.append(part.name)
            continue
        name = re.sub(r"[^\w.-]+", "-", part.name).strip("-") + ".txt"
        (folder / name).write_text(text + "\n", encoding="utf-8", newline="\n")
        index.append(
            {
                "name": part.name,
                "version": part.version,
                "licence": part.licence,
                "file": name,
                "source": part.source,
            }
        )
    if bare:
        raise SystemExit(f"No licence was found for {', '.join(bare)}; the bundle may not be passed on so.")
    text = json.dumps(index, indent=1, ensure_ascii=False) + "\n"
    (folder / "index.json").write_text(text, encoding="utf-8", newline="\n")
    return index


if __name__ == "__main__":
    print(f"{len(collect(Path(sys.argv[1])))} parts with their licences in {sys.argv[1]}")  # noqa: T201 - its answer
