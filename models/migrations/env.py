"""Run the revisions on the live connection that console.migrate hands over."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="schema_version",
    version_table_schema="ledger",
    transactional_ddl=True,
)
context.run_migrations()
