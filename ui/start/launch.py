"""Says before Qt is loaded whether it can open a window: without a display Qt aborts the whole process."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Launch:
    """What Qt can do here: open a window, only draw offscreen, or nothing; and why not more."""

    mode: Literal["window", "offscreen", "refused"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """A library that Qt takes from the system, and the packages that bring it."""

    file: str
    debian: str
    fedora: str


# What the wheel's Qt needs and does not bring, read from its libraries; tests/e2e/test_launch.py compares.
DRAWING: Final = (
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
    Library("libEGL.so.1", "libegl1", "libglvnd-egl"),
    Library("libGL.so.1", "libgl1", "libglvnd-glx"),
    Library("libX11.so.6", "libx11-6", "libX11"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    Library("libfreetype.so.6", "libfreetype6", "freetype"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
)
X11: Final = (
    Library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb"),
    Library("libxcb.so.1", "libxcb1", "libxcb"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    Library("libxcb-image.so.0", "libxcb-image0", "xcb-util-image"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    Library("libxcb-randr.so.0", "libxcb-randr0", "libxcb"),
    Library("libxcb-render.so.0", "libxcb-render0", "libxcb"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
    Library("libxcb-shm.so.0", "libxcb-shm0", "libxcb"),
    Library("libxcb-sync.so.1", "libxcb-sync1", "libxcb"),
    Library("libxcb-util.so.1", "libxcb-util1", "xcb-util"),
    Library("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
)
WAYLAND: Final = (
    Library("libwayland-client.so.0", "libwayland-client0", "libwayland-client"),
    Library("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor"),
)


def check(environ: Mapping[str, str] | None = None, *, platform: str = sys.platform) -> Launch:
    """Return what Qt can do in this environment, and one sentence when that is less than a window."""
    if not platform.startswith("linux"):
        return Launch("window")
    given = os.environ if environ is None else environ
    if lacking := missing(DRAWING):
        return Launch("refused", _lacking("Qt cannot be loaded", lacking))
    asked = given.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if asked not in {"", "xcb", "wayland"}:
        return Launch("window")
    obstacles: list[str] = []
    if asked != "xcb" and given.get("WAYLAND_DISPLAY"):
        obstacles.append(_wayland_obstacle(given))
    if asked != "wayland" and given.get("DISPLAY"):
        obstacles.append(_x11_obstacle(given["DISPLAY"]))
    if not obstacles:
        unset = {"xcb": "DISPLAY is not set", "wayland": "WAYLAND_DISPLAY is not set"}
        why = unset.get(asked, "neither DISPLAY nor WAYLAND_DISPLAY is set")
        return Launch("offscreen", f"There is no display here: {why}.")
    if "" in obstacles:
        return Launch("window")
    return Launch("offscreen", obstacles[-1])


def missing(libraries: Iterable[Library]) -> list[Library]:
    """Return the libraries that cannot be loaded."""
    return [library for library in libraries if not _loads(library.file)]


def _loads(file: str) -> bool:
    """Whether the system has the library."""
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def _lacking(what: str, libraries: list[Library]) -> str:
    """Return the sentence that names what to install."""
    files = ", ".join(library.file for library in libraries)
    debian = " ".join(dict.fromkeys(library.debian for library in libraries))
    fedora = " ".join(dict.fromkeys(library.fedora for library in libraries))
    verb = "is" if len(libraries) == 1 else "are"
    return (
        f"{what} because {files} {verb} missing: "
        f"run apt install {debian} (Debian, Ubuntu) or dnf install {fedora} (Fedora)."
    )


def _x11_obstacle(display: str) -> str:
    """Return why no window can be opened on the X server, or nothing."""
    if lacking := missing(X11):
        return _lacking("No window can be opened", lacking)
    # libxcb itself, for it knows every form of DISPLAY and the server's access rules, as Qt's plugin does.
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode(), None))
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return f"The X server at DISPLAY={display} does not answer or refuses the connection." if refused else ""


def _wayland_obstacle(environ: Mapping[str, str]) -> str:
    """Return why no window can be opened on the Wayland compositor, or nothing."""
    if lacking := missing(WAYLAND):
        return _lacking("No window can be opened", lacking)
    name = environ["WAYLAND_DISPLAY"]
    path = Path(environ.get("XDG_RUNTIME_DIR", "/")) / name
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
        except OSError:
            return f"The Wayland compositor at WAYLAND_DISPLAY={name} does not answer."
    return ""
