"""A server behind TLS, as somebody else would run it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from console.postgres.embedded.folder import Folder
from console.postgres.embedded.server import EmbeddedServer
from console.settings.profiles.profile import Profile
from tests.cluster import Cluster, connected, data_folder
from tests.console.workspace.trial.certificates import Issuer
from tests.console.workspace.trial.tls_front import TlsFront

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


ADDRESS = "127.0.0.1"
HBA = """
local all t_rejected reject
local all all scram-sha-256
"""


class Served:
    """A running server: its databases, its certificate, and profiles that lead to it."""

    def __init__(self, cluster: Cluster, front: TlsFront, folder: Path) -> None:
        self.cluster = cluster
        self.issuer = Issuer("The issuer of this test")
        self.host = f"{ADDRESS}:{front.port}"
        self._front = front
        self._trusted = folder / "issuer.pem"
        self._trusted.write_bytes(self.issuer.certificate)

    def profile(self, **values: Any) -> Profile:
        """Return a profile of the server's ledger, which trusts its issuer."""
        made = {
            "name": "Books", "kind": "server", "hosts": [self.host], "database": "books",
            "root_certificate": str(self._trusted),
        }  # fmt: skip
        return Profile.made(**made | values)

    def run(self, statement: str, database: str = "postgres") -> None:
        """Do something as who runs the server."""
        with connected(self.cluster.url(database)) as connection:
            connection.execute(statement.encode())

    def present(self, certificate: tuple[bytes, bytes]) -> None:
        """Let the server show another certificate from now on."""
        self._front.present(certificate)


@contextmanager
def bare_server(folder: Path) -> Iterator[Served]:
    """Run a server without a ledger; the embedded one is built without TLS, so that stands before it."""
    if sys.platform == "win32":
        pytest.skip("the server has no socket there")
    with data_folder(folder) as data, EmbeddedServer(data) as server:
        front = TlsFront(f"{server.address[0]}/.s.PGSQL.{server.address[1]}", folder)
        served = Served(Cluster(server.owner_url), front, folder)
        (Folder.of(data).pgdata / "pg_hba.conf").write_text(HBA, encoding="utf-8")
        served.run("ALTER SYSTEM SET fsync = off")
        served.run("CREATE ROLE t_maker LOGIN CREATEROLE CREATEDB PASSWORD 'only-for-tests'")
        served.run("SELECT pg_reload_conf()")
        served.present(served.issuer.issue(ADDRESS))
        yield served
        front.close()


def with_ledger(served: Served) -> None:
    """Make a ledger there, `books`, and roles that may do nothing or everything."""
    template = served.cluster.create_template()
    for statement in (
        f"ALTER DATABASE {template} RENAME TO books",
        "ALTER DATABASE books ALLOW_CONNECTIONS true",
        "CREATE ROLE t_rejected LOGIN PASSWORD 'only-for-tests'",
        "CREATE ROLE t_stranger LOGIN PASSWORD 'only-for-tests'",
        "CREATE ROLE t_super LOGIN SUPERUSER PASSWORD 'only-for-tests'",
    ):
        served.run(statement)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Served]:
    """Lend a server on which there never was a ledger."""
    with bare_server(tmp_path) as served:
        yield served


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Start a server with a ledger once."""
    with bare_server(tmp_path_factory.mktemp("served")) as served:
        with_ledger(served)
        yield served


@pytest.fixture
def served(running: Served) -> Served:
    """Lend the server with a certificate that is as it should be."""
    running.present(running.issuer.issue(ADDRESS))
    return running
