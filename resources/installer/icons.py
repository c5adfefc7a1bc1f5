"""Draws the application's icon from its one SVG in the sizes and formats that the systems want."""

from __future__ import annotations

import os
import struct
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

ICON: Final = Path(__file__).parents[1] / "icons" / "ledger-console.svg"
SIZES: Final = (16, 22, 24, 32, 48, 64, 128, 256, 512)
"""Of the PNG pictures in pixels: what the hicolor theme has folders for."""

_ICO: Final = (16, 24, 32, 48, 64, 256)
# Apple's four letters for a PNG of so many pixels, for screens of single and of double density.
_ICNS: Final = ((b"icp4", 16), (b"icp5", 32), (b"ic11", 32), (b"ic12", 64), (b"ic07", 128))
_ICNS_LARGE: Final = ((b"ic13", 256), (b"ic08", 256), (b"ic14", 512), (b"ic09", 512))
_WHOLE: Final = 256


def pictures(sizes: tuple[int, ...] = SIZES) -> dict[int, bytes]:
    """Return the icon as PNG by size in pixels; needs Qt, loaded by name."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    core, gui, svg = (import_module(f"PySide6.{name}") for name in ("QtCore", "QtGui", "QtSvg"))
    renderer = svg.QSvgRenderer(str(ICON))
    if not renderer.isValid():
        raise SystemExit(f"{ICON} is no SVG that Qt can draw.")
    found = {}
    for size in sizes:
        image = gui.QImage(size, size, gui.QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = gui.QPainter(image)
        renderer.render(painter)
        painter.end()
        buffer = core.QBuffer()
        buffer.open(core.QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        found[size] = bytes(buffer.data())
    return found


def ico(found: dict[int, bytes]) -> bytes:
    """Return a Windows icon of PNG pictures, as Windows reads since Vista."""
    chosen = [(size, found[size]) for size in _ICO]
    offset = 6 + 16 * len(chosen)
    head, body = struct.pack("<HHH", 0, 1, len(chosen)), b""
    for size, picture in chosen:
        # A byte for each side: 256 is written as 0.
        side = size % _WHOLE
        head += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(picture), offset + len(body))
        body += picture
    return head + body


def icns(found: dict[int, bytes]) -> bytes:
    """Return a macOS icon: a PNG behind each of the letters that name its size."""
    parts = [
        kind + struct.pack(">I", 8 + len(found[size])) + found[size] for kind, size in (*_ICNS, *_ICNS_LARGE)
    ]
    body = b"".join(parts)
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def write(folder: Path) -> None:
    """Write all of them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    found = pictures()
    for size, picture in found.items():
        (folder / f"{size}.png").write_bytes(picture)
    (folder / "ledger-console.ico").write_bytes(ico(found))
    (folder / "ledger-console.icns").write_bytes(icns(found))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
