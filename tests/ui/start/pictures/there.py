"""The way to a server: the form, the connection tried, and everything that can be wrong with it."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from console.workspace.trial import server as trial_server
from tests.cluster import PASSWORD, connected
from tests.console.workspace.trial.certificates import NOW, Issuer
from tests.console.workspace.trial.conftest import ADDRESS
from tests.console.workspace.trial.test_network import listener
from ui.start.home.make_dialog import MakeLedgerDialog
from ui.tour.hands import press

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QDialog

    from tests.console.workspace.trial.conftest import Served
    from tests.ui.start.pictures.album import Album
    from ui.start.home.connect_form import ConnectForm

_TOO_NEW: Final = 990_000


def connect(album: Album, served: Served) -> None:
    """Fill in the form and try the connection."""
    form = begun(album)
    album.keep("connect-form")
    press(form.try_button)
    album.keep("connect-form-with-a-problem")
    fill(form, served)
    album.keep("connect-form-filled")
    with silent() as host:
        form.hosts.setText(host)
        press(form.try_button)
        album.wait(lambda: any(one.state == "running" for one in form.steps.steps), "a step")
        album.keep("connect-is-tried")
        press(form.back_button)
        album.page(album.session.start_window.ledgers)
    form = begun(album)
    tried(album, served)
    album.keep("connect-all-passed", form.steps)


def failures(album: Album, served: Served) -> None:
    """Try whatever can be wrong, on a real server."""
    failed(album, served, "no-such-host", hosts="ledger.invalid")
    failed(album, served, "refused", hosts=f"{ADDRESS}:{_closed_port()}")
    with listener(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n")) as host:
        failed(album, served, "not-postgresql", hosts=host)
    with listener(_no_tls) as host:
        failed(album, served, "no-tls", hosts=host)
    served.present(served.issuer.issue("ledger.example.org"))
    failed(album, served, "tls-name")
    served.present(Issuer("Somebody else").issue(ADDRESS))
    failed(album, served, "tls-issuer")
    served.present(served.issuer.issue(ADDRESS, ends=NOW - timedelta(days=2)))
    failed(album, served, "tls-expired")
    served.present(served.issuer.issue(ADDRESS))
    failed(album, served, "password", password="not-the-password")
    failed(album, served, "no-database", database="elsewhere")
    served.run("CREATE DATABASE empty")
    failed(album, served, "no-ledger", database="empty")
    failed(album, served, "no-right", operator="t_stranger")
    with _version(served, "0004"):
        failed(album, served, "ledger-is-older")
    with _version(served, "9999"):
        failed(album, served, "console-is-older")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trial_server, "OLDEST_SERVER", _TOO_NEW)
        failed(album, served, "server-is-too-old")


def made_there(album: Album, served: Served) -> None:
    """Make a ledger on the server, where that is allowed."""
    form = begun(album)
    tried(album, served, name="Books of 2027", database="empty", operator="t_super")
    album.keep("no-ledger-may-be-made", form.steps)
    press(form.make_button)
    dialog = the_dialog(album, MakeLedgerDialog)
    dialog.operator.setText("Anna")
    dialog.password.setText("short")
    press(dialog.deed_button)
    album.keep("make-ledger-with-problems")
    dialog.operator.setText("anna")
    for secret in (dialog.password, dialog.again):
        secret.setText(PASSWORD)
    album.keep("make-ledger")
    press(dialog.deed_button)
    album.opened()
    album.keep("made-there-is-open")


def failed(album: Album, served: Served, name: str, **values: str) -> None:
    """Try what cannot be, and keep the picture."""
    form = begun(album)
    tried(album, served, **values)
    assert any(one.state == "failed" for one in form.steps.steps), name
    album.keep(f"fails-{name}", form.steps)


def begun(album: Album) -> ConnectForm:
    """Go to the empty form."""
    start = album.session.start_window
    if start.currentWidget() is start.connect_form:
        press(start.connect_form.back_button)
    album.page(start.ledgers)
    press(start.ledgers.server)
    album.page(start.connect_form)
    return start.connect_form


def tried(album: Album, served: Served, **values: str) -> None:
    """Fill in the form, try it, and wait for what came of it."""
    form = album.session.start_window.connect_form
    fill(form, served, **values)
    press(form.try_button)
    album.wait(form.try_button.isEnabled, "the end of the trial")
    album.walk.settle()


def fill(form: ConnectForm, served: Served, **values: str) -> None:
    """Type where the server is, and who signs in."""
    issuer = served.profile().root_certificate
    typed = {
        "name": "Payouts", "hosts": served.host, "database": "books", "operator": "t_operator",
        "password": PASSWORD, "root": issuer, "environment": "STAGING",
    }  # fmt: skip
    for name, text in (typed | values).items():
        getattr(form, name).setText(text)


def the_dialog(album: Album, kind: type[Any]) -> Any:
    """Return the dialog of a kind that is open."""

    def found() -> list[QDialog]:
        return [one for one in album.walk.seen.findChildren(kind) if one.isVisible()]

    album.wait(lambda: bool(found()), kind.__name__)
    return found()[0]


@contextmanager
def silent() -> Iterator[str]:
    """Lend a host that takes connections and says nothing."""
    ended = threading.Event()
    with listener(lambda _connection: ended.wait(60)) as host:
        yield host
        ended.set()


@contextmanager
def _version(served: Served, version: str) -> Iterator[None]:
    """Let the ledger be of another version for a while."""
    with connected(served.cluster.url("books")) as connection:
        before = connection.execute("SELECT version_num FROM ledger.schema_version").fetchone()
        connection.execute("UPDATE ledger.schema_version SET version_num = %s", [version])
        yield
        connection.execute("UPDATE ledger.schema_version SET version_num = %s", before)


def _closed_port() -> int:
    with socket.create_server((ADDRESS, 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _no_tls(connection: socket.socket) -> None:
    connection.recv(8)
    connection.sendall(b"N")
