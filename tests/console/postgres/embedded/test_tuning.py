"""The server's settings fit the machine and survive awkward paths."""

from __future__ import annotations

import pytest

from console.postgres.embedded.tuning import Listening, Machine, settings_text

GB = 1024**3


def lines(machine: Machine, listening: Listening) -> list[str]:
    return settings_text(machine, listening).splitlines()


@pytest.mark.parametrize(
    ("memory_gb", "buffers", "maintenance"), [(2, 256, 64), (8, 1024, 256), (24, 3072, 512), (0, 64, 32)]
)
def test_memory(memory_gb: int, buffers: int, maintenance: int) -> None:
    text = lines(Machine(memory_gb * GB, 100 * GB, lz4=True), Listening("/run", 5432))
    assert f"shared_buffers = '{buffers}MB'" in text
    assert f"maintenance_work_mem = '{maintenance}MB'" in text


@pytest.mark.parametrize(("free_gb", "wal"), [(0, 256), (8, 1024), (500, 4096)])
def test_small_disk_is_not_filled_with_log(free_gb: int, wal: int) -> None:
    text = lines(Machine(8 * GB, free_gb * GB, lz4=False), Listening("/run", 5432))
    assert f"max_wal_size = '{wal}MB'" in text


@pytest.mark.parametrize(("lz4", "compression"), [(True, "lz4"), (False, "off")])
def test_compression_only_where_it_is_built_in(*, lz4: bool, compression: str) -> None:
    assert f"wal_compression = '{compression}'" in lines(Machine(GB, GB, lz4=lz4), Listening("/run", 5432))


def test_socket_only() -> None:
    text = lines(Machine(GB, GB, lz4=False), Listening("/it's \"here\\", 5432))
    assert "listen_addresses = ''" in text
    assert "unix_socket_directories = '\"/it''s \"\"here\\\\\"'" in text


def test_loopback_only() -> None:
    text = lines(Machine(GB, GB, lz4=False), Listening(None, 50123))
    assert "listen_addresses = '127.0.0.1'" in text
    assert "unix_socket_directories = ''" in text
    assert "port = '50123'" in text
