"""The console's log: a few files in the log folder, and no password in any of them."""

from __future__ import annotations

import logging
import re
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from typing_extensions import override

from console.settings import LOG_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QMessageLogContext

_SIZE: Final = 1 << 20
_FILES: Final = 5
_PASSWORD: Final = re.compile(r"(://[^:/@\s]*):[^@/\s]+@|(\bpassword\s*[=:]\s*)\S+", re.IGNORECASE)


class _Redacting(logging.Formatter):
    """Writes a record, its traceback included, without what stands where passwords stand."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def redacted(text: str) -> str:
    """Return the text without passwords of URLs and of connection strings."""
    return _PASSWORD.sub(lambda found: f"{found[1]}:…@" if found[1] else f"{found[2]}…", text)


def log_qt_messages() -> None:
    """Send what Qt says to the log: of platforms that cannot raise a window nobody needs to hear."""
    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }
    logger = logging.getLogger("qt")

    def note(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        logger.log(levels.get(kind, logging.ERROR), message)

    qInstallMessageHandler(note)


def keep_log(folder: Path) -> logging.Handler | None:
    """Write warnings and our own doings to a file; None when the folder cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = RotatingFileHandler(
            folder / LOG_NAME, maxBytes=_SIZE, backupCount=_FILES - 1, encoding="utf-8"
        )
    except OSError:
        # A console without a log is still a console; without a handler Python would write to the terminal.
        logging.getLogger().addHandler(logging.NullHandler())
        return None
    kept.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(kept)
    for ours in ("ui", "console"):
        logging.getLogger(ours).setLevel(logging.INFO)
    return kept
