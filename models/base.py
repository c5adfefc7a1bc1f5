"""The declarative base: one schema, and relationships that never load by surprise."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import BigInteger, MetaData, Text
from sqlalchemy.orm import DeclarativeBase

SCHEMA = "ledger"


class Base(DeclarativeBase):
    """Base of every mapped class; money and ids are BIGINT."""

    metadata = MetaData(schema=SCHEMA)
    type_annotation_map: ClassVar[dict[Any, Any]] = {int: BigInteger, str: Text}
