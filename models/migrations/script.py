"""Run a file of SQL as it stands, several statements and percent signs included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection


def run_script(connection: Connection, path: Path) -> None:
    """Send the file in the connection's transaction; the driver reads % as a placeholder otherwise."""
    driver = cast("Any", connection.connection.driver_connection)
    driver.execute(path.read_bytes())
