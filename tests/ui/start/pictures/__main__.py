"""`python -m tests.ui.start.pictures DIR`: the first start as pictures, at 100 % and at 150 %."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

_SCALES: Final = {"100": "1", "150": "1.5"}
_SCALE: Final = "QT_SCALE_FACTOR"


def main(folder: Path) -> int:
    """Take the series once for each scale, each in a process of its own, for Qt scales at its start."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if _SCALE in os.environ:
        return _take(folder)
    for percent, factor in _SCALES.items():
        command = [sys.executable, "-m", "tests.ui.start.pictures", str(folder / percent)]
        code = subprocess.run(command, env=os.environ | {_SCALE: factor}, check=False).returncode
        if code:
            return code
    return 0


def _take(folder: Path) -> int:
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - only once the scale is set

    from tests.console.workspace.trial.conftest import bare_server, with_ledger  # noqa: PLC0415 - see above
    from tests.ui.start.pictures import here, several, there  # noqa: PLC0415 - see above
    from tests.ui.start.pictures.album import Album  # noqa: PLC0415 - see above
    from ui.tour.place import own_folder  # noqa: PLC0415 - see above

    application = QApplication(sys.argv[:1])
    QApplication.setQuitOnLastWindowClosed(False)
    with (
        own_folder() as scratch,
        bare_server(scratch) as served,
    ):
        with_ledger(served)
        album = Album(application, folder, scratch)
        try:
            here.welcome(album)
            here.demo(album)
            here.own(album)
            several.ledgers(album, served)
            several.production(album)
            several.team(album, scratch)
            there.connect(album, served)
            there.failures(album, served)
            there.made_there(album, served)
        finally:
            album.end()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
