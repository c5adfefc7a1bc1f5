"""The look at the display before Qt is loaded: it must be right, for Qt aborts where it cannot open one."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from ui.start.launch import DRAWING, WAYLAND, X11, Launch, Library, check, missing

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can lack a display")

# On every Linux that runs Python and installs packages.
_ALWAYS = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libz.so.1", "libzstd.so.1"}
_TOP = Path(__file__).parents[2]
_LOOK = """
import sys
from ui.start.launch import check
check({"DISPLAY": ":31999", "WAYLAND_DISPLAY": "none-such"})
print([name for name in sys.modules if "PySide" in name])
"""
_OPEN_A_WINDOW = """
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
window = QWidget()
window.show()
print(application.platformName())
"""


@linux_only
@pytest.mark.parametrize(
    ("libraries", "files"),
    [
        (
            DRAWING,
            ["lib/libQt6Core", "lib/libQt6Gui", "lib/libQt6Widgets", "lib/libQt6Svg", "lib/libQt6DBus"],
        ),
        (DRAWING, ["plugins/platforms/libqoffscreen", "lib/libQt6OpenGL", "lib/libQt6PrintSupport"]),
        ((*DRAWING, *X11), ["plugins/platforms/libqxcb", "lib/libQt6XcbQpa"]),
        ((*DRAWING, *WAYLAND), ["plugins/platforms/libqwayland", "lib/libQt6WaylandClient"]),
    ],
)
def test_every_library_that_qt_takes_from_the_system_is_known(
    libraries: tuple[Library, ...], files: list[str]
) -> None:
    spec = find_spec("PySide6")
    assert spec is not None
    assert spec.origin is not None
    qt = Path(spec.origin).parent / "Qt"
    known = {library.file for library in libraries} | _ALWAYS | {"libgthread-2.0.so.0"}  # of glib's package
    for name in files:
        file = next(path for path in (qt / f"{name}.so", qt / f"{name}.so.6") if path.exists())
        needed = {
            found.decode() for found in re.findall(rb"(?<=\0)lib[\w+.-]+\.so\.\d+(?=\0)", file.read_bytes())
        }
        assert needed
        assert {name for name in needed if not (qt / "lib" / name).exists()} <= known


def test_other_systems_always_have_a_display() -> None:
    assert check({}, platform="darwin") == check({}, platform="win32") == Launch("window")


@linux_only
def test_no_display_is_said_in_one_sentence() -> None:
    assert check({}) == Launch(
        "offscreen", "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set."
    )
    assert check({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-0"}).reason.endswith(
        "DISPLAY is not set."
    )


@linux_only
@pytest.mark.parametrize("platform", ["offscreen", "minimal", "offscreen:enable_fonts"])
def test_what_the_user_asked_for_is_taken(platform: str) -> None:
    assert check({"QT_QPA_PLATFORM": platform}) == Launch("window")


@linux_only
def test_an_x_server_that_does_not_answer_is_named() -> None:
    launch = check({"DISPLAY": ":31999"})
    assert launch.mode == "offscreen"
    if missing(X11):
        assert "apt install libx" in launch.reason
    else:
        assert launch.reason == "The X server at DISPLAY=:31999 does not answer or refuses the connection."


@linux_only
def test_a_wayland_compositor_must_answer(tmp_path: Path) -> None:
    environ = {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)}
    lacking = bool(missing(WAYLAND))
    assert ("apt install libwayland" if lacking else "WAYLAND_DISPLAY=wayland-7 does not") in check(
        environ
    ).reason
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as compositor:
        compositor.bind(str(tmp_path / "wayland-7"))
        compositor.listen()
        assert (check(environ).mode == "window") is not lacking


@linux_only
def test_a_missing_library_is_named_with_its_packages() -> None:
    library = Library("libnone-such.so.9", "libnone-such9", "none-such")
    assert missing([*DRAWING, library]) == [*missing(DRAWING), library]


@linux_only
@pytest.mark.parametrize("display", [{}, {"DISPLAY": ":31999"}, {"WAYLAND_DISPLAY": "none-such"}])
def test_qt_agrees(display: dict[str, str]) -> None:
    ours = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XDG_RUNTIME_DIR", "QT_QPA_PLATFORM")
    environ = {name: value for name, value in os.environ.items() if name not in ours} | display
    launch = check(environ)
    assert launch.mode == "offscreen"
    command = [sys.executable, "-c", _OPEN_A_WINDOW]
    aborted = subprocess.run(command, env=environ, capture_output=True, check=False)
    assert aborted.returncode != 0
    environ["QT_QPA_PLATFORM"] = launch.mode
    drawn = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert drawn.stdout.strip() == "offscreen"


def test_looking_loads_no_qt() -> None:
    done = subprocess.run([sys.executable, "-c", _LOOK], cwd=_TOP, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
