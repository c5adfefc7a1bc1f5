"""A Debian in a folder, with neither Python nor a compiler, which is taken away again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

USER: Final = "clerk"
_SUITE: Final = "bookworm"
_MOUNTS: Final = ("proc", "dev", "dev/pts", "dev/shm")
_WITHOUT: Final = ("python3", "python", "gcc", "cc", "psql", "postgres")
_AT_MOST_S: Final = 600
_SOCKETS: Final = Path("/tmp/.X11-unix")  # noqa: S108 - where X servers have their sockets


class FreshRoot:
    """The folder, and ways to run something in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *command: str, user: str = "root", timeout_s: float = 300, **environ: str) -> str:
        """Run a command inside and return what it said; fails the test when it fails or takes too long."""
        done = self.tried(*command, user=user, timeout_s=timeout_s, **environ)
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def tried(
        self, *command: str, user: str = "root", timeout_s: float = 300, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside, whatever it ends with."""
        whole = self._inside(command, user, environ)
        return subprocess.run(whole, capture_output=True, text=True, timeout=timeout_s, check=False)

    @contextmanager
    def running(self, *command: str, user: str = "root", **environ: str) -> Iterator[subprocess.Popen[str]]:
        """Let a command run inside meanwhile; one that is still there at the end is ended."""
        whole = self._inside(command, user, environ)
        with subprocess.Popen(whole, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    def _inside(self, command: tuple[str, ...], user: str, environ: dict[str, str]) -> list[str]:
        home = "/root" if user == "root" else f"/home/{user}"
        given = {"HOME": home, "USER": user, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        words = [f"{name}={value}" for name, value in (given | environ).items()]
        chroot = ["chroot", f"--userspec={user}:{user}", str(self.folder), "/usr/bin/env", "-i"]
        return [*chroot, *words, *command]

    def files(self) -> set[str]:
        """Return what stands below the folder, without what the system makes as it runs."""
        passing = (
            "proc",
            "dev",
            "tmp",
            "run",
            "var/log",
            "var/cache",
            "var/lib/apt",
            "var/lib/dpkg",
            "home",
            "debs",
        )
        found = set()
        for folder, folders, names in os.walk(self.folder):
            place = Path(folder).relative_to(self.folder)
            folders[:] = [name for name in folders if str(place / name) not in passing]
            found |= {str(place / name) for name in (*folders, *names)}
        return found

    @contextmanager
    def screen(self, number: int = 77) -> Iterator[str]:
        """Let an X server of this machine draw for whoever is inside, over the folder's own socket."""
        (self.folder / "tmp/.X11-unix").mkdir(mode=0o1777, parents=True, exist_ok=True)
        inside = self.folder / "tmp/.X11-unix"
        command = ["Xvfb", f":{number}", "-screen", "0", "1600x1000x24", "-ac", "-nolisten", "tcp"]
        _SOCKETS.mkdir(mode=0o1777, exist_ok=True)
        subprocess.run(["mount", "--bind", _SOCKETS, inside], check=True)
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 20
            while not (inside / f"X{number}").exists():
                assert time.monotonic() < until, "Xvfb did not start in 20 s"
                time.sleep(0.05)
            yield f":{number}"
        finally:
            server.terminate()
            server.wait(20)
            subprocess.run(["umount", str(inside)], check=True)


def mirror() -> str:
    """Return where this machine takes Debian from, as its apt is told."""
    found = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)"], capture_output=True, text=True, check=True
    )
    sites = [site for site in found.stdout.split() if re.search(r"/debian/?$", site)]
    assert sites, "apt knows no Debian mirror on this machine"
    return sites[0]


@contextmanager
def fresh_root(folder: Path) -> Iterator[FreshRoot]:
    """Make the Debian, and take it away whatever comes: its processes, the mounts, the files."""
    folder.mkdir(parents=True)
    root = FreshRoot(folder)
    mounted: list[Path] = []
    try:
        command = ["debootstrap", "--variant=minbase", _SUITE, str(folder), mirror()]
        subprocess.run(command, stdout=subprocess.DEVNULL, timeout=_AT_MOST_S, check=True)
        for name in _MOUNTS:
            subprocess.run(["mount", "--bind", f"/{name}", str(folder / name)], check=True)
            mounted.append(folder / name)
        for program in _WITHOUT:
            assert not any(
                (folder / place / program).exists() for place in ("usr/bin", "bin", "usr/local/bin")
            )
        root.run("useradd", "--create-home", "--shell", "/bin/sh", USER)
        yield root
    finally:
        _end_processes(folder)
        for place in reversed(mounted):
            subprocess.run(["umount", "--lazy", str(place)], check=True)
        assert not [line for line in Path("/proc/mounts").read_text().splitlines() if f" {folder}" in line]
        shutil.rmtree(folder)


def _end_processes(folder: Path) -> None:
    """End what still runs inside, by its number: the embedded server outlives a console that was killed."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "root").readlink() == folder:
                os.kill(int(process.name), 9)
        except OSError:
            continue
