"""TLS before a server that has none, as a pooler or a provider's gateway puts it there."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)


class TlsFront:
    """Listens on a port of this computer and passes on to a socket, what comes in TLS and what does not."""

    def __init__(self, target: str, folder: Path) -> None:
        self._target = target
        self._folder = folder
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def present(self, certificate: tuple[bytes, bytes]) -> None:
        """Show another certificate from now on."""
        files = [self._folder / name for name in ("front.crt", "front.key")]
        for file, content in zip(files, certificate, strict=True):
            file.write_bytes(content)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files[0], files[1])
        self._context = context

    def close(self) -> None:
        """Take no more connections."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(connection,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.socket(socket.AF_UNIX) as server:
            if client.recv(8, socket.MSG_PEEK) == _SSL_REQUEST:
                client.recv(8)
                client.sendall(b"S")
                with self._context.wrap_socket(client, server_side=True) as secured:
                    self._relay(secured, server)
            else:
                self._relay(client, server)

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        server.connect(self._target)
        back = threading.Thread(target=_copy, args=(server, client), daemon=True)
        back.start()
        _copy(client, server)
        back.join(5)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
