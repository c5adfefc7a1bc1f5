"""The certificates that this system trusts, as a file that libpq can read."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Final

from console.settings.private import write_private

if TYPE_CHECKING:
    from collections.abc import Iterable

# The driver's wheel brings an OpenSSL whose own folder, /usr/lib/psycopg-openssl, is nowhere: with
# sslrootcert=system it would trust nobody. So the file is named, as Debian, Fedora, SUSE and macOS have it.
_FILES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def system_roots(files: Iterable[str] = _FILES) -> str:
    """Return the file with the system's trusted certificates, or `system`, which leaves it to libpq."""
    stated = ssl.get_default_verify_paths().cafile
    for one in filter(None, (stated, *files)):
        if Path(one).is_file():
            return one
    return "system"


def written_roots(folder: Path) -> str:
    """Return the same; where the system has no such file, as Windows, what it trusts is written to one."""
    found = system_roots()
    certificates = ssl.create_default_context().get_ca_certs(binary_form=True) if found == "system" else []
    if not certificates:
        return found
    file = folder / "system-roots.pem"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(file, "".join(map(ssl.DER_cert_to_PEM_cert, certificates)))
    except OSError:
        return found  # the connection says that nobody is trusted, and the trial what to do about it
    return str(file)
