"""An X server of our own, and whether anything has been drawn on it."""

from __future__ import annotations

import ctypes
import os
import subprocess
from typing import Final, Self

_WIDTH: Final = 1280
_HEIGHT: Final = 800
_ALL_PLANES: Final = 0xFFFFFFFF
_Z_PIXMAP: Final = 2
_STEP: Final = 64


class Screen:
    """Xvfb with a black screen; `name` is what DISPLAY is set to."""

    def __init__(self) -> None:
        self.name = ""

    def __enter__(self) -> Self:
        told, tell = os.pipe()
        size = f"{_WIDTH}x{_HEIGHT}x24"
        # The server takes the first number that is free, and says which when it is ready.
        command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
        self._server = subprocess.Popen(command, pass_fds=(tell,), stderr=subprocess.DEVNULL)
        os.close(tell)
        with os.fdopen(told) as answer:
            self.name = f":{answer.readline().strip()}"
        self._x11 = ctypes.CDLL("libX11.so.6")
        for function in ("XOpenDisplay", "XGetImage"):
            getattr(self._x11, function).restype = ctypes.c_void_p
        for function in ("XDefaultRootWindow", "XGetPixel"):
            getattr(self._x11, function).restype = ctypes.c_ulong
        self._display = ctypes.c_void_p(self._x11.XOpenDisplay(self.name.encode()))
        self._root = ctypes.c_ulong(self._x11.XDefaultRootWindow(self._display))
        return self

    def __exit__(self, *_error: object) -> None:
        self._x11.XCloseDisplay(self._display)
        self._server.terminate()
        self._server.wait(20)

    def is_painted(self) -> bool:
        """Whether the middle row of the screen has a pixel that is not black, each 64th looked at."""
        planes = ctypes.c_ulong(_ALL_PLANES)
        row = self._x11.XGetImage(
            self._display, self._root, 0, _HEIGHT // 2, _WIDTH, 1, planes, ctypes.c_int(_Z_PIXMAP)
        )
        image = ctypes.c_void_p(row)
        painted = any(self._x11.XGetPixel(image, x, 0) & 0xFFFFFF for x in range(0, _WIDTH, _STEP))
        self._x11.XDestroyImage(image)
        return painted
