"""Fills the WinGet manifest for a published installer: its version, address and checksum."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path
from typing import Final

from resources.installer.linux import debian

_TEMPLATES: Final = Path(__file__).parent
_BLANK: Final = re.compile(r"\{(version|url|sha256)\}")


def write(installer: Path, url: str, folder: Path) -> list[Path]:
    """Write the three files for the installer that stands at `url`, and return their paths."""
    known = {
        "version": debian.version(),
        "url": url,
        "sha256": hashlib.sha256(installer.read_bytes()).hexdigest().upper(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for template in sorted(_TEMPLATES.glob("*.yaml")):
        lines = [
            line for line in template.read_text(encoding="utf-8").splitlines() if not line.startswith("# {")
        ]
        file = folder / template.name
        text = _BLANK.sub(lambda found: known[found[1]], "\n".join(lines) + "\n")
        file.write_text(text, encoding="utf-8", newline="\n")
        written.append(file)
    return written


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
