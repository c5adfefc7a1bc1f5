"""The gallery renders in each theme, at 100 and at 150 %, sharp and without a warning."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QImage

from ui.kit.theme.tokens import DARK, HIGH_CONTRAST, LIGHT, Tokens

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("mode", "tokens", "scale"),
    [("light", LIGHT, 1.0), ("dark", DARK, 1.5), ("contrast", HIGH_CONTRAST, 1.0)],
)
def test_every_screen_renders(tmp_path: Path, mode: str, tokens: Tokens, scale: float) -> None:
    environment = os.environ | {"QT_SCALE_FACTOR": str(scale)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.ui.gallery", str(tmp_path), mode],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = [one for one in done.stderr.splitlines() if not one.startswith("This plugin does not support")]
    assert not said
    pictures = sorted(tmp_path.glob("*.png"))
    assert len(pictures) == 5
    for path in pictures:
        image = QImage(str(path))
        if not path.name.startswith("palette"):
            assert (image.width(), image.height()) == (int(1440 * scale), int(900 * scale))
            # The page's ground shows through beside the cards, the bars' at the left.
            assert image.pixelColor(int(215 * scale), int(450 * scale)) == QColor(tokens.page)
            assert image.pixelColor(int(4 * scale), int(700 * scale)) == QColor(tokens.surface)
