"""The first steps of a trial, before anybody signs in: name, port, and whether PostgreSQL answers."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.workspace.trial.steps import StepFailed, Who

if TYPE_CHECKING:
    from console.settings.profiles.hosts import Host

_SSL_REQUEST: Final = struct.pack("!ii", 8, 80877103)
_ADDRESSES_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A host as far as it was followed: its addresses, and the one that answered."""

    host: Host
    addresses: tuple[str, ...] = ()
    address: str = ""
    offers_tls: bool = False

    @property
    def words(self) -> str:
        """The host with what it stands for."""
        shown = ", ".join(self.addresses[:_ADDRESSES_SHOWN])
        more = len(self.addresses) - _ADDRESSES_SHOWN
        if not shown or shown == self.host.name:
            return str(self.host)
        return f"{self.host} is {shown}" + (f" and {more} more" if more > 0 else "")


def resolve(found: Found, _timeout_s: float) -> Found:
    """Look a host's addresses up, in as much time as the system takes; raises StepFailed."""
    host = found.host
    if host.is_socket:
        return Found(host, address=host.name)
    try:
        known = socket.getaddrinfo(host.name, host.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise StepFailed(
                f"No name server says which address {host.name} has: it does not answer.",
                Who.NETWORK,
                "Look whether this computer is on the network. Where a VPN is needed, start it.",
            ) from None
        raise StepFailed(
            f"No address is known for {host.name}.",
            Who.YOU,
            "Look at its spelling. If it is right, only another network knows it: start the VPN, or ask who "
            "runs the network.",
        ) from None
    except (UnicodeError, OSError):
        raise StepFailed(f"{host.name} is no name of a host.", Who.YOU, "Look at its spelling.") from None
    return Found(host, tuple(dict.fromkeys(str(one[4][0]) for one in known)))


def reach(found: Found, timeout_s: float) -> Found:
    """Open a connection to a host's port and close it; raises StepFailed."""
    connection, address = _connected(found, timeout_s)
    connection.close()
    return Found(found.host, found.addresses, address)


def recognise(found: Found, timeout_s: float) -> Found:
    """Ask for TLS as PostgreSQL's clients do; only PostgreSQL answers with S or N. Raises StepFailed."""
    connection = ask_for_tls(found, timeout_s)
    with connection[0]:
        return Found(found.host, found.addresses, found.address, offers_tls=connection[1])


def ask_for_tls(found: Found, timeout_s: float) -> tuple[socket.socket, bool]:
    """Return a connection on which TLS was asked for, and whether it is offered; the caller closes it."""
    connection = _connected(found, timeout_s)[0]
    try:
        connection.sendall(_SSL_REQUEST)
        # One byte and no more: what greets first, such as SSH-2.0, may begin with an S too.
        answer = connection.recv(2)
    except TimeoutError:
        connection.close()
        raise StepFailed(
            f"{found.host} accepts connections and then says nothing for {timeout_s:.0f} s.",
            Who.SERVER,
            "Either it is no PostgreSQL, or it hangs. Look at the port; else its owner must look.",
        ) from None
    except OSError:
        answer = b""
    if answer in {b"S", b"N"}:
        return connection, answer == b"S"
    connection.close()
    if answer == b"":
        wrong = f"{found.host} closes the connection when it is asked for PostgreSQL."
    else:
        wrong = f"What answers at {found.host} is not PostgreSQL."
    raise StepFailed(
        wrong,
        Who.YOU,
        "Look at the host and the port; PostgreSQL's own port is 5432. Ask who runs the server.",
    )


def _connected(found: Found, timeout_s: float) -> tuple[socket.socket, str]:
    """Return a connection to the first address that answers, and that address."""
    host = found.host
    if host.is_socket:
        return _connected_here(host), host.name
    failure: OSError = ConnectionRefusedError()
    for address in (found.address,) if found.address else found.addresses:
        try:
            return socket.create_connection((address, host.port), timeout_s), address
        except OSError as error:
            failure = error
    raise _unreachable(host, failure)


def _connected_here(host: Host) -> socket.socket:
    path = f"{host.name}/.s.PGSQL.{host.port}"
    if not hasattr(socket, "AF_UNIX"):
        raise StepFailed(
            "This system has no sockets in folders.",
            Who.YOU,
            "Write localhost for a server on this computer.",
        )
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(1)
        connection.connect(path)
    except FileNotFoundError:
        connection.close()
        raise StepFailed(
            f"There is no socket {path}.",
            Who.SERVER,
            "Either PostgreSQL does not run on this computer, or its socket is in another folder "
            "(unix_socket_directories) or of another port.",
        ) from None
    except PermissionError:
        connection.close()
        raise StepFailed(
            f"This user may not use the socket {path}.",
            Who.SERVER,
            "It says who may: unix_socket_permissions.",
        ) from None
    except OSError as error:
        connection.close()
        raise _unreachable(host, error) from None
    return connection


def _unreachable(host: Host, error: OSError) -> StepFailed:
    if isinstance(error, ConnectionRefusedError):
        return StepFailed(
            f"The computer is there, but nothing listens at {host}.",
            Who.SERVER,
            "Look at the port. If it is right, PostgreSQL does not run, or listens to itself alone "
            "(listen_addresses).",
        )
    if isinstance(error, TimeoutError):
        return no_answer(host)
    return StepFailed(
        f"There is no way to {host}: {error.strerror or error}.",
        Who.NETWORK,
        "Look whether this computer is on the network. Where a VPN is needed, start it.",
    )


def no_answer(host: Host) -> StepFailed:
    """Return what is said of a host that answers nothing at all."""
    return StepFailed(
        f"Nothing answers at {host}.",
        Who.NETWORK,
        "A firewall lets nothing through, the VPN is off, or the computer is. Ask who runs the network.",
    )
