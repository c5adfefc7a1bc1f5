"""The disk image for macOS, as dmgbuild makes it.

dmgbuild -s dmg_settings.py -D app="dist/Ledger Console.app" "Ledger Console" FILE.dmg
"""
# ruff: noqa: INP001 - dmgbuild reads it as a file, nothing imports it

from __future__ import annotations

from pathlib import Path
from typing import Any

# dmgbuild runs this file with its -D options at hand under this name.
defines: dict[str, str] = globals().get("defines", {})

application = defines.get("app", "dist/Ledger Console.app")
_NAME = Path(application).name

format = "ULMO"  # noqa: A001 - dmgbuild's name; lzma, which macOS reads since 10.15
filesystem = "HFS+"
files = [application]
symlinks = {"Applications": "/Applications"}
icon = "build/icons/ledger-console.icns"
background = "builtin-arrow"
window_rect: Any = ((200, 160), (560, 340))
icon_size = 96
text_size = 13
icon_locations = {_NAME: (140, 150), "Applications": (420, 150)}
license: dict[str, Any] = {  # noqa: A001 - dmgbuild's name
    "default-language": "en_US",
    "licenses": {"en_US": "LICENSE"},
}
