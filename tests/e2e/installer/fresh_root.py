"""The .deb on a Debian that has nothing else: installed by apt, used by a user, removed again.

`make test-installer` runs it; it is not of the default run: it wants root, debootstrap,
Xvfb and a mirror of Debian.
"""

# ruff: noqa: T201 - what it measured is what it is run for
from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.e2e.installer.root import USER, FreshRoot, fresh_root

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP: Final = Path(__file__).parents[3]
PICTURES: Final = TOP / "build" / "installed-tour"
FIRST_ROWS_S: Final = 60
LINES: Final = 12
UNAVAILABLE: Final = 3
_STARTED_S: Final = 5

pytestmark = pytest.mark.timeout(1_800)


@pytest.fixture(scope="module")
def package() -> Path:
    if os.geteuid() != 0 or not shutil.which("debootstrap") or not shutil.which("Xvfb"):
        pytest.fail("This wants root, debootstrap and Xvfb: apt install debootstrap xvfb.")
    found = sorted((TOP / "dist").glob("ledger-console_*.deb"))
    assert len(found) == 1, "There is no single .deb in dist: make installer makes it."
    return found[0]


@pytest.fixture(scope="module")
def root(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshRoot]:
    with fresh_root(tmp_path_factory.mktemp("installer") / "root") as made:
        (made.folder / "debs").mkdir()
        shutil.copy(package, made.folder / "debs" / package.name)
        made.run("apt-get", "update", "-qq", "-o", "APT::Sandbox::User=root")
        yield made


def test_it_installs_works_and_leaves_only_data(root: FreshRoot, package: Path) -> None:
    before = root.files()
    without = ("--no-install-recommends", "-o", "APT::Sandbox::User=root")
    begun = time.monotonic()
    root.run(
        "apt-get", "install", "-y", "-qq", *without, f"/debs/{package.name}", DEBIAN_FRONTEND="noninteractive"
    )
    print(f"installed by apt in {time.monotonic() - begun:.1f} s")
    assert not (root.folder / "usr/bin/python3").exists(), "the package drew a Python in"
    _first_rows(root)
    _copies(root)
    _tour(root)
    _upgrade(root, package)
    _keyring(root)
    assert (root.folder / f"home/{USER}/.local/share/ledger-console").is_dir()
    root.run("apt-get", "purge", "-y", "-qq", "ledger-console")
    ours = [one for one in root.files() - before if "ledger" in one]
    assert ours == [], "removing it left files of the system behind"
    assert (root.folder / f"home/{USER}/.local/share/ledger-console").is_dir(), "removing it took the data"


def _first_rows(root: FreshRoot) -> None:
    """Load a file of the user's as a batch and read its rows, all inside of a minute."""
    assert "a bundle" in root.run("ledgerctl", "--version", user=USER)
    begun = time.monotonic()
    root.run("ledgerctl", "demo", "--users", "200", "--transactions", "2000", user=USER)
    rows = json.loads(root.run("ledgerctl", "--format", "json", "transactions", "--limit", "5", user=USER))
    took_s = time.monotonic() - begun
    assert len(rows) == 5
    print(f"from the installed file to first rows: {took_s:.1f} s")
    assert took_s < FIRST_ROWS_S
    # The user's own file becomes a batch, and its lines are the first rows of that.
    begun = time.monotonic()
    for name in ("grants.csv", "grants.mapping.toml"):
        copied = root.folder / "home" / USER / name
        shutil.copy(TOP / "resources" / "sample" / name, copied)
        copied.chmod(0o644)
    root.run("ledgerctl", "batch", "load", f"/home/{USER}/grants.csv", user=USER)
    lines = json.loads(root.run("ledgerctl", "--format", "json", "batch", "show", "1", user=USER))
    assert len(lines) == LINES
    print(f"from a CSV file to its rows: {time.monotonic() - begun:.1f} s")
    root.run("ledgerctl", "verify", user=USER)


def _copies(root: FreshRoot) -> None:
    """Back the ledger up, change it, and restore it: by the programs that the package brings."""
    kept = root.folder / "home" / USER / "passphrase"
    kept.write_text("six words that nobody guesses soon\n", "utf-8")
    kept.chmod(0o644)
    file, words = f"/home/{USER}/ledger.backup", ("--passphrase-file", f"/home/{USER}/passphrase")
    begun = time.monotonic()
    root.run("ledgerctl", "backup", file, *words, user=USER)
    assert (root.folder / file[1:]).stat().st_mode & 0o777 == 0o600
    before = root.run("ledgerctl", "--format", "csv", "batch", "list", user=USER)
    root.run("ledgerctl", "batch", "load", f"/home/{USER}/grants.csv", "--again", user=USER)
    assert root.run("ledgerctl", "--format", "csv", "batch", "list", user=USER) != before
    root.run("ledgerctl", "restore", file, *words, "--over", "a test of the package", user=USER)
    assert root.run("ledgerctl", "--format", "csv", "batch", "list", user=USER) == before
    print(f"backed up and restored in {time.monotonic() - begun:.1f} s")


def _keyring(root: FreshRoot) -> None:
    """Keep a password in a keyring that there is, and say in a sentence that there is none."""
    server = ("--host", "db.example", "--database", "ledger", "--operator", "mara")
    root.run("ledgerctl", "profile", "add", "team", *server, "--keep-password", user=USER)
    (root.folder / "home" / USER / "password").write_text("not-a-real-one\n", "utf-8")
    keep = f"ledgerctl profile password team --password-stdin < /home/{USER}/password"
    bare = root.tried("sh", "-c", keep, user=USER)
    assert bare.returncode == UNAVAILABLE, bare.stderr
    assert "Traceback" not in bare.stderr
    print(f"without a keyring: {bare.stderr.strip()}")
    quiet = ("-y", "-qq", "--no-install-recommends", "-o", "APT::Sandbox::User=root")
    root.run(
        "apt-get", "install", *quiet, "dbus", "gnome-keyring", "libsecret-tools",
        DEBIAN_FRONTEND="noninteractive",
    )  # fmt: skip
    unlock = "printf login | gnome-keyring-daemon --unlock --components=secrets >/dev/null"
    look = "secret-tool search --all service ledger-console 2>&1"
    whole = f"{unlock}; {keep}; {look}"
    home = f"/home/{USER}"
    told = root.run("dbus-run-session", "--", "sh", "-ec", whole, user=USER, XDG_RUNTIME_DIR=home)
    assert "not-a-real-one" in told, "the password is not in the keyring"


def _upgrade(root: FreshRoot, package: Path) -> None:
    """Put another version in place while the keeper runs: it goes on, and the next start is the new one."""
    made = root.folder / "debs" / "upgrade"
    subprocess.run(["dpkg-deb", "--raw-extract", package, made], check=True)
    control = made / "DEBIAN" / "control"
    told = control.read_text("utf-8")
    control.write_text(re.sub(r"(?m)^Version: .*$", "Version: 999~test", told), "utf-8")
    # A program in which no module stands where it stood: what were read from it would be nothing.
    program = made / "usr/lib/ledger-console/ledger-console"
    size = program.stat().st_size
    program.write_bytes(b"#!/bin/sh\necho another version\nexit\n" + bytes(size))
    upgrade = made.with_suffix(".deb")
    packing = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", str(made), str(upgrade)]
    subprocess.run(packing, check=True, stdout=subprocess.DEVNULL)
    with root.running("ledgerctl", "keeper", "run", user=USER) as keeper:
        time.sleep(_STARTED_S)
        root.run("apt-get", "install", "-y", "-qq", "-o", "APT::Sandbox::User=root", "/debs/upgrade.deb")
        assert "another version" in root.run("ledgerctl", user=USER)
        time.sleep(_STARTED_S)
        assert keeper.poll() is None, "the upgrade ended the keeper"
        keeper.send_signal(signal.SIGINT)
        said, _ = keeper.communicate(timeout=60)
    assert "Traceback" not in said
    print(f"the keeper during an upgrade, then told to end ({keeper.returncode}): {said.strip()}")
    allowed = ("--allow-downgrades", "-o", "APT::Sandbox::User=root")
    root.run("apt-get", "install", "-y", "-qq", *allowed, f"/debs/{package.name}")
    root.run("ledgerctl", "verify", user=USER)


def _tour(root: FreshRoot) -> None:
    """Draw every screen in a window of a real X server; the pictures are kept to look at."""
    with root.screen() as display:
        begun = time.monotonic()
        drawn_to = f"/home/{USER}/tour"
        root.run("ledger-console", "--tour", drawn_to, user=USER, DISPLAY=display, timeout_s=600)
        print(f"the tour on X took {time.monotonic() - begun:.1f} s")
    drawn = sorted((root.folder / f"home/{USER}/tour").glob("*.png"))
    assert len(drawn) >= 20
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    for picture in drawn:
        assert picture.stat().st_size > 10_000, f"{picture.name} is empty"
        shutil.copy(picture, PICTURES / picture.name)
