"""The server's settings, made to the measure of this machine at every start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Machine:
    """What the settings depend on."""

    memory_bytes: int
    free_disk_bytes: int
    lz4: bool


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server answers: a folder for its socket, or a port on the loopback."""

    sockets: str | None
    port: int


def settings_text(machine: Machine, listening: Listening) -> str:
    """Return postgresql.conf; ALTER SYSTEM still wins, as it writes another file."""
    lines = ["# Written by the console at each start. Use ALTER SYSTEM for lasting changes."]
    lines += [f"{name} = {_quoted(value)}" for name, value in _settings(machine, listening).items()]
    return "\n".join(lines) + "\n"


def _settings(machine: Machine, listening: Listening) -> dict[str, str]:
    memory_mb = machine.memory_bytes // _MB
    # 4 GB of WAL between checkpoints spares writing; a small disk must not be filled by it.
    wal_mb = max(256, min(4096, machine.free_disk_bytes // _MB // 8))
    on_loopback = listening.sockets is None
    return {
        "listen_addresses": "127.0.0.1" if on_loopback else "",
        "port": str(listening.port),
        "unix_socket_directories": "" if listening.sockets is None else _in_list(listening.sockets),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": "100",
        "shared_buffers": f"{max(64, min(4096, memory_mb // 8))}MB",
        "effective_cache_size": f"{max(256, memory_mb // 2)}MB",
        "maintenance_work_mem": f"{max(32, min(512, memory_mb // 32))}MB",
        "work_mem": "16MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "max_wal_size": f"{wal_mb}MB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "wal_compression": "lz4" if machine.lz4 else "off",
        "fsync": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        # The log may be sent to somebody who helps: no statements and no rows in it.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _in_list(path: str) -> str:
    return '"' + path.replace('"', '""') + '"'
