"""The tour's pictures: never many in memory, each in its file, and a failure told."""

from __future__ import annotations

import gc
import os
import weakref
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QImage

from ui.tour.pictures import WAITING_AT_MOST, Pictures
from ui.tour.walk import TourError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("qapp")

WIDE, HIGH = 1440, 900


def noise() -> QImage:
    """Return a picture that takes long to compress."""
    return QImage(os.urandom(WIDE * HIGH * 4), WIDE, HIGH, QImage.Format.Format_RGB32).copy()


def test_pictures_are_written_meanwhile_and_let_go(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path / "tour")
    images = []
    for number in range(3 * WAITING_AT_MOST):
        image = noise()
        images.append(weakref.ref(image))
        pictures.keep(f"{number}.png", image)
        del image
        gc.collect()
        assert sum(one() is not None for one in images) <= pictures.waiting <= WAITING_AT_MOST
    pictures.finish()
    assert pictures.waiting == 0
    for number in range(len(images)):
        assert QImage(str(tmp_path / "tour" / f"{number}.png")).width() == WIDE


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path)
    (tmp_path / "1.png").mkdir()
    pictures.keep("1.png", noise())
    with pytest.raises(TourError, match=r"The picture .*1\.png cannot be written\."):
        pictures.finish()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "tour").write_text("in the way", encoding="utf-8")
    with pytest.raises(TourError, match=r"The tour cannot be written to .*tour: "):
        Pictures(tmp_path / "tour")
