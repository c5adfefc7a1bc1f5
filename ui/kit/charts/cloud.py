"""Ten thousand points in one call of the painter: all marks are cut from one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem
from shiboken6 import wrapInstance
from typing_extensions import override

from ui.kit.charts.points import NO_POINTS, Points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

    from ui.kit.theme.tokens import Tokens

_CELL_PX: Final = 14
_FAST_PX, _SLOW_PX, _FAILED_PX = 4.0, 6.0, 6.5
_FAST_ALPHA: Final = 0.75
_BEYOND: Final = (60.0, 1.0)
# The fields of QPainter::PixmapFragment, in its order.
_FIELDS: Final = 10
_X, _Y, _SOURCE_LEFT, _SOURCE_SIZE, _SCALE, _OPACITY = 0, 1, 2, slice(4, 6), slice(6, 8), 9


@dataclass(frozen=True, slots=True)
class Mark:
    """How one kind of point looks: its size, its fill, its rim if it has one; a cross has no fill."""

    px: float
    fill: QColor
    rim: QColor | None = None
    cross: bool = False


class Cloud(QGraphicsItem):
    """Draws points at their pixels' size whatever the scale; `marks` say how each kind looks."""

    def __init__(self) -> None:
        super().__init__()
        self._points: Points = NO_POINTS
        self._kinds: NDArray[np.int64] = np.empty(0, np.int64)
        self._marks: tuple[Mark, ...] = ()
        self._sheet: QPixmap | None = None
        self._bounds = QRectF()
        self._x: NDArray[np.float64] = np.empty(0)
        self._y: NDArray[np.float64] = np.empty(0)
        self._fragments: NDArray[np.float64] = np.empty((0, _FIELDS))

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Draw with other marks, one a kind."""
        self._marks = tuple(marks)
        self._sheet = None
        self.update()

    def set_points(self, points: Points, kinds: NDArray[np.int64]) -> None:
        """Show points, each of a kind; higher kinds lie above lower ones."""
        order = np.argsort(kinds, kind="stable")
        self._points = points
        self._kinds = kinds[order]
        self._fragments = np.zeros((len(points), _FIELDS))
        self._fragments[:, _OPACITY] = 1.0
        self._x, self._y = points.x[order], points.log_ms[order]
        self.prepareGeometryChange()
        self._bounds = QRectF()
        if len(points):
            corner = QPointF(float(self._x.min()), float(self._y.min()))
            other = QPointF(float(self._x.max()), float(self._y.max()))
            beyond_x, beyond_y = _BEYOND
            self._bounds = QRectF(corner, other).adjusted(-beyond_x, -beyond_y, beyond_x, beyond_y)
        self.update()

    @override
    def boundingRect(self) -> QRectF:
        return self._bounds

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if not len(self._points) or not self._marks:
            return
        to_pixels, device = painter.transform(), painter.device()
        view = to_pixels.inverted()[0].mapRect(QRectF(painter.viewport()))
        seen = np.flatnonzero(
            (self._x >= view.left())
            & (self._x <= view.right())
            & (self._y >= view.top())
            & (self._y <= view.bottom())
        )
        if not len(seen):
            return
        ratio = device.devicePixelRatioF()
        sheet = self._drawn(ratio)
        cell = _CELL_PX * ratio
        fragments = self._fragments[: len(seen)]
        fragments[:, _X] = self._x[seen] * to_pixels.m11() + to_pixels.dx()
        fragments[:, _Y] = self._y[seen] * to_pixels.m22() + to_pixels.dy()
        fragments[:, _SOURCE_LEFT] = self._kinds[seen] * cell
        fragments[:, _SOURCE_SIZE] = cell
        fragments[:, _SCALE] = 1 / ratio
        painter.save()
        painter.resetTransform()
        first = wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment)
        painter.drawPixmapFragments(cast("QPainter.PixmapFragment", first), len(seen), sheet)
        painter.restore()

    def _drawn(self, ratio: float) -> QPixmap:
        """Return the picture with every mark side by side, sharp at this scale of the screen."""
        if self._sheet is not None and self._sheet.devicePixelRatio() == ratio:
            return self._sheet
        cell = _CELL_PX * ratio
        sheet = QPixmap(int(np.ceil(cell * len(self._marks))), int(np.ceil(cell)))
        sheet.setDevicePixelRatio(ratio)
        sheet.fill(Qt.GlobalColor.transparent)
        painter = QPainter(sheet)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, mark in enumerate(self._marks):
            _draw(painter, QPointF((place + 0.5) * _CELL_PX, 0.5 * _CELL_PX), mark)
        painter.end()
        self._sheet = sheet
        return sheet


def marks_of(tokens: Tokens) -> list[Mark]:
    """Return the looks of all kinds of points, in the order of `Points.kinds`."""
    error, inks = QColor(tokens.error), [QColor(ink) for ink in (*tokens.series, tokens.muted)]
    slow = [Mark(_SLOW_PX, QColor(ink), error) for ink in inks]
    for ink in inks:
        ink.setAlphaF(_FAST_ALPHA)
    return [*(Mark(_FAST_PX, ink) for ink in inks), *slow, Mark(_FAILED_PX, error, cross=True)]


def _draw(painter: QPainter, middle: QPointF, mark: Mark) -> None:
    half = mark.px / 2
    if mark.cross:
        painter.setPen(QPen(mark.fill, 2.2, c=Qt.PenCapStyle.RoundCap))
        for down in (-half, half):
            painter.drawLine(middle + QPointF(-half, -down), middle + QPointF(half, down))
        return
    painter.setPen(Qt.PenStyle.NoPen if mark.rim is None else QPen(mark.rim, 1.4))
    painter.setBrush(mark.fill)
    painter.drawEllipse(middle, half, half)
