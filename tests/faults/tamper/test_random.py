"""Random tampering is found, and what is not promised is written down."""

from __future__ import annotations

import os
from contextlib import ExitStack
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from console.ledger.audit.verify.questions import look
from tests.cluster import connected
from tests.faults.tamper.random_harm import PROMISED, UNPROMISED, random_harm

if TYPE_CHECKING:
    import pytest
    from sqlalchemy import Connection

    from tests.cluster import Cluster
    from tests.faults.tamper.random_harm import Harm


def test_each_table_is_promised_or_said_not_to_be(cluster: Cluster, busy: str) -> None:
    with connected(cluster.url(busy)) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'ledger'::regnamespace AND relkind = 'r'"
        )
        tables = {row[0] for row in found}
    assert tables == {table for table, _, _ in PROMISED} | set(UNPROMISED)


def test_random_tampering_is_found(
    cluster: Cluster, busy: str, *, soak: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("LEDGER_SEED") or Random().randrange(2**32))  # noqa: S311 - no secret
    wanted = 1_000 if soak else 60
    random = Random(seed)  # noqa: S311 - the same harm again for the same seed
    missed: list[str] = []
    done = refused = 0
    with ExitStack() as stack:
        engine = create_engine(cluster.url(busy), poolclass=NullPool)
        stack.callback(engine.dispose)
        connection = stack.enter_context(engine.connect())
        while done < wanted:
            harm = random_harm(random, connection)
            if _do(harm, connection):
                done += 1
                if look(Session(connection)).passed:
                    missed.append(harm.statement)
            else:
                refused += 1
            connection.rollback()
    with capsys.disabled():
        print(f"\nseed {seed}: {done} tamperings, {len(missed)} missed; constraints refused {refused} more")  # noqa: T201 - the seed is the point of a soak
    assert not missed, "\n".join([f"seed {seed}", *missed])


def _do(harm: Harm, connection: Connection) -> bool:
    """Do it with the guards off; False when a constraint refuses even that."""
    content = text(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM ledger.{harm.table} t")
    before = connection.execute(content).scalar()
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    try:
        changed = connection.exec_driver_sql(harm.statement.replace("%", "%%")).rowcount
    except DBAPIError:
        return False
    assert changed == 1, harm
    assert connection.execute(content).scalar() != before, harm
    connection.execute(text("SET LOCAL session_replication_role = origin"))
    return True
