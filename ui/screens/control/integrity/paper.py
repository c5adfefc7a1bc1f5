"""The head of the audit chain on a sheet of paper: what is written on it, and how it is drawn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import segno
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter, QPdfWriter

from console.settings.private import write_private
from ui.kit.theme.fonts import text_font
from ui.kit.theme.tokens import LIGHT

if TYPE_CHECKING:
    from pathlib import Path

    from console.ledger.audit.verify.check import Head

# A4 in points: the sheet is drawn in these, whatever it is drawn on.
WIDTH: Final = 595.0
HEIGHT: Final = 842.0
_MARGIN: Final = 56.0
_NAME_WIDTH: Final = 118.0
# About a millimetre, and as many whole pixels where a point is one: uneven modules are read less surely.
_MODULE: Final = 3.0
# The specification asks for four modules of white around the code.
_QUIET: Final = 4
_DPI: Final = 600
_GROUP: Final = 8
_A_ROW: Final = 4
_ALTERNATES: Final = QFont.Tag("calt")
_HOW: Final = (
    "Keep this sheet where nobody who looks after the server can change it. Later, ask for the head again: "
    "ledgerctl audit head. The chain must still have this event, with this hash: ledgerctl audit show "
    "NUMBER. Where it has not, the chain was cut off or written anew."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the paper; ledger is its name to people, verified how its last verify ended."""

    ledger: str
    head: Head
    at: datetime
    zone_words: str
    operator: str
    verified: str

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """What is written, by its name."""
        head = self.head
        seal = head.seal
        return (
            ("Ledger", self.ledger),
            ("Identity", str(head.ledger)),
            ("Server, database", head.place),
            ("Last event", f"{head.id:,}"),
            ("Its hash", grouped(head.hash.hex())),
            ("Sealed up to", "no transaction" if seal is None else f"transaction {seal.last_id:,}"),
            ("Hash of the seal", "none" if seal is None else grouped(seal.hash.hex())),
            ("Read at", self.zone_words),
            ("By operator", self.operator),
            ("Last verify here", self.verified),
        )

    @property
    def code_text(self) -> str:
        """What the QR code says: the same for a program, as JSON."""
        head = self.head
        seal = head.seal
        return json.dumps(
            {
                "ledger": str(head.ledger), "event": head.id, "hash": head.hash.hex(),
                "sealed_to": None if seal is None else seal.last_id,
                "seal": None if seal is None else seal.hash.hex(),
                "at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            },
            separators=(",", ":"),
        )  # fmt: skip


def grouped(written: str) -> str:
    """Return a hash in groups of eight, four a line, as people compare it."""
    groups = [written[at : at + _GROUP] for at in range(0, len(written), _GROUP)]
    return "\n".join(" ".join(groups[at : at + _A_ROW]) for at in range(0, len(groups), _A_ROW))


def draw(painter: QPainter, sheet: Sheet) -> None:
    """Draw the sheet in points; the painter is scaled by who calls."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, WIDTH, HEIGHT), QColor(LIGHT.surface))
    top = _MARGIN
    top = _write(painter, "Head of the audit chain", top, size=20, weight=QFont.Weight.DemiBold)
    top = _write(painter, "A record that nobody on the server can reach", top, size=11, ink=LIGHT.muted) + 18
    for name, value in sheet.lines:
        _write(painter, name, top, size=10, ink=LIGHT.muted, width=_NAME_WIDTH)
        lines = _write(painter, value, top, size=11, left=_MARGIN + _NAME_WIDTH)
        top = lines + 7
    top += 10
    top = float(round(top))
    side = _draw_code(painter, sheet.code_text, _MARGIN - _QUIET * _MODULE, top)
    _write(painter, _HOW, top + _QUIET * _MODULE, size=10, left=_MARGIN + side)
    foot = HEIGHT - _MARGIN - 24
    middle = WIDTH / 2
    for left, name in ((_MARGIN, "Name and date"), (middle + 10, "Signature")):
        painter.setPen(QColor(LIGHT.text))
        painter.drawLine(int(left), int(foot), int(left + middle - _MARGIN - 20), int(foot))
        _write(painter, name, foot + 4, size=9, ink=LIGHT.muted, left=left)


def save_pdf(path: Path, sheet: Sheet) -> None:
    """Write the sheet as a PDF of one A4 page, readable for its owner only; raises OSError."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_DPI)
    writer.setTitle(f"Head of the audit chain, event {sheet.head.id}")
    size = QPageSize(QPageSize.PageSizeId.A4)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    painter = QPainter(writer)
    painter.scale(writer.width() / WIDTH, writer.height() / HEIGHT)
    draw(painter, sheet)
    painter.end()
    buffer.close()
    write_private(path, bytes(content.data()))


def _write(
    painter: QPainter,
    text: str,
    top: float,
    *,
    size: int,
    ink: str = LIGHT.text,
    weight: QFont.Weight = QFont.Weight.Normal,
    left: float = _MARGIN,
    width: float | None = None,
) -> float:
    """Write lines of text from a place on, and return where the next begins."""
    # Plain letters only: what a font changes by itself is missing from a PDF's text that is copied or read
    # aloud, tabular figures as well as hyphens between figures.
    font = text_font(size, weight=weight)
    font.setFeature(_ALTERNATES, 0)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    room = WIDTH - _MARGIN - left if width is None else width
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
    area = QRectF(left, top, room, HEIGHT)
    painter.drawText(area, flags, text)
    return top + painter.boundingRect(area, flags, text).height()


def _draw_code(painter: QPainter, text: str, left: float, top: float) -> float:
    """Draw a QR code with its quiet zone, dark on white whatever the theme; return how wide it is."""
    rows = [list(row) for row in segno.make_qr(text, error="m").matrix]
    side = (len(rows) + 2 * _QUIET) * _MODULE
    dark = QColor(LIGHT.text)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(QRectF(left, top, side, side), QColor(LIGHT.surface))
    for y, row in enumerate(rows, _QUIET):
        for x, is_dark in enumerate(row, _QUIET):
            if is_dark:
                module = QRectF(left + x * _MODULE, top + y * _MODULE, _MODULE, _MODULE)
                painter.fillRect(module, dark)
    painter.restore()
    return side
