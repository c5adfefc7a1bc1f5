"""Makes the archive for other Linux systems: the bundle and what stands beside it."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

from resources.installer.linux import debian

_READ_ME: Final = """Ledger Console {version}

Run ./ledger-console (the window) or ./ledgerctl (without a screen) from here, or link both into ~/.local/bin.
share/ has the desktop entry, icons, manuals and completions: copy what you want into ~/.local/share.
The folder may be moved as a whole. To remove the console, delete it; your data stay
in ~/.local/share/ledger-console.
The window takes some libraries from the system; where one is missing, it says which package brings it.
"""


def build(bundle: Path, target: Path) -> Path:
    """Write a bundle's archive into a folder and return its path; members have one time and owner."""
    moment, version = debian.moment(), debian.version()
    name = f"{debian.PACKAGE}-{version}-linux-{platform.machine()}"
    root = target.parent / "build" / name
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(bundle, root, symlinks=True)
    debian.share(root / "share")
    shutil.copy(bundle.parent / f"{debian.PACKAGE}.cdx.json", root / "share" / "sbom.cdx.json")
    (root / "README.txt").write_text(_READ_ME.format(version=version), encoding="utf-8")
    debian.even(root, moment)
    plain = target / f"{name}.tar"
    with tarfile.open(plain, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in (root, *sorted(root.rglob("*"))):
            member = archive.gettarinfo(path, f"{name}/{path.relative_to(root)}".removesuffix("/."))
            member.uid = member.gid = 0
            member.uname = member.gname = "root"
            member.mtime = moment
            if member.isreg():
                with path.open("rb") as opened:
                    archive.addfile(member, opened)
            else:
                archive.addfile(member)
    # In blocks of one size, so that the number of threads does not show in the bytes.
    subprocess.run(["xz", "--force", "-6", "--threads=2", "--block-size=24MiB", plain], check=True)
    shutil.rmtree(root)
    return plain.with_suffix(".tar.xz")


if __name__ == "__main__":
    build(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
