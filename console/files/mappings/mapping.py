"""What the columns of a file mean: two shapes of mapping, kept as TOML."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, model_validator

from console.errors import UsageError, WrongFileError
from console.files.places import opened
from console.files.reading.dates import date_expression
from console.files.reading.layout import Layout
from console.files.text import NAME_RULE, plain_name

if TYPE_CHECKING:
    from pathlib import Path

MAPPING_SIZE_LIMIT = 1 << 16


def _name(text: str) -> str:
    name = plain_name(text)
    if name is None:
        raise ValueError(NAME_RULE)
    return name


def _prefix(text: str) -> str:
    prefix = text.lower()
    if prefix and (prefix.startswith("@") or plain_name(prefix) is None):
        raise ValueError("a prefix is the beginning of a user's name; system accounts take none")
    return prefix


def _pattern(text: str) -> str:
    date_expression(text)
    return text


Title = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, AfterValidator(_name)]


class Columns(Layout):
    """What both shapes share; columns are named as the file's header names them."""

    amount_column: Title
    reference_column: Title | None = None
    """Without one, references are made from the file's SHA-256 and the line."""
    date_column: Title | None = None
    date_format: Annotated[str, AfterValidator(_pattern)] | None = None
    """%Y %y %m %d %H %M %S, of the date and of the expiry; None is ISO 8601."""
    currency: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,11}$")] | None = None
    """The code of the batch's currency; needed where the ledger has several."""
    currency_column: Title | None = None
    """Its cells are the code of the batch's currency, unless each currency gets a draft of its own."""
    each_currency: bool = False
    """Whether each currency in the currency column gets a draft of its own."""
    source_column: Title | None = None
    """What granted credit is called, such as its campaign; a line with a source opens a lot."""
    expires_column: Title | None = None
    """When that credit expires; a date without a time is the end of that business day."""
    account_prefix: Annotated[str, Field(max_length=32), AfterValidator(_prefix)] = ""
    """Goes before the names in account columns, but never before those of system accounts."""
    create_missing: bool = False
    """Whether users that are not there yet are made."""

    @model_validator(mode="after")
    def _told_apart(self) -> Columns:
        if self.each_currency and self.currency_column is None:
            raise ValueError("each_currency needs a currency_column")
        return self


class TransfersMapping(Columns):
    """Each line names both parties, or the mapping names one of them for all lines."""

    shape: Literal["transfers"] = "transfers"
    from_column: Title | None = None
    from_constant: Name | None = None
    to_column: Title | None = None
    to_constant: Name | None = None
    description_column: Title | None = None

    @model_validator(mode="after")
    def _parties(self) -> TransfersMapping:
        if (self.from_column is None) == (self.from_constant is None):
            raise ValueError("give either from_column or from_constant")
        if (self.to_column is None) == (self.to_constant is None):
            raise ValueError("give either to_column or to_constant")
        if self.from_column is None and self.to_column is None:
            raise ValueError("at least one of the parties must come from a column")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the file must have."""
        return _present(
            self.from_column, self.to_column, self.amount_column, self.reference_column,
            self.description_column, self.date_column, self.currency_column, self.source_column,
            self.expires_column,
        )  # fmt: skip


class BankMapping(Columns):
    """A bank's list of movements: credit is counterparty to account, debit is account to counterparty."""

    shape: Literal["bank"] = "bank"
    account_column: Title
    direction_column: Title | None = None
    """Without one the amounts are signed: above zero is a credit."""
    credit_values: tuple[Title, ...] = ()
    debit_values: tuple[Title, ...] = ()
    description_columns: tuple[Title, ...] = ()
    counterparty: Name = "@external"

    @model_validator(mode="after")
    def _directions(self) -> BankMapping:
        if self.direction_column is None:
            if self.credit_values or self.debit_values:
                raise ValueError("credit_values and debit_values need a direction_column")
            return self
        credit = {value.strip().casefold() for value in self.credit_values}
        debit = {value.strip().casefold() for value in self.debit_values}
        if not credit | debit:
            raise ValueError("a direction_column needs credit_values and debit_values")
        if credit & debit:
            raise ValueError(f"{', '.join(sorted(credit & debit))} cannot be credit and debit at once")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the file must have."""
        return _present(
            self.account_column, self.amount_column, self.direction_column, self.reference_column,
            *self.description_columns, self.date_column, self.currency_column, self.source_column,
            self.expires_column,
        )  # fmt: skip


Mapping = TransfersMapping | BankMapping

_MAPPING: TypeAdapter[Mapping] = TypeAdapter(
    Annotated[TransfersMapping | BankMapping, Field(discriminator="shape")]
)


def load_mapping(path: Path) -> Mapping:
    """Read a mapping from a TOML file; raises FileRefusedError that says what is wrong in it."""
    with opened(path) as file:
        data = file.read(MAPPING_SIZE_LIMIT + 1)
    if len(data) > MAPPING_SIZE_LIMIT:
        raise WrongFileError(str(path), "this is too large for a mapping.")
    try:
        return parse_mapping(data.decode())
    except (UsageError, UnicodeDecodeError) as error:
        raise WrongFileError(str(path), str(error)) from error


def parse_mapping(text: str) -> Mapping:
    """Read a mapping from TOML; raises UsageError that names each wrong field."""
    try:
        content = tomllib.loads(text)
        # In JSON mode, since strict validation takes no list for a tuple in any other.
        return _MAPPING.validate_json(json.dumps(content, default=str))
    except ValidationError as error:
        raise UsageError(f"The mapping is wrong: {_explained(error)}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The mapping is no TOML: {error}.") from error


def mapping_text(mapping: Mapping) -> str:
    """Return the mapping as TOML; what is not stated is left out."""
    content = mapping.model_dump(mode="json", exclude_none=True)
    ordered = {"shape": content.pop("shape"), **content}
    return "".join(f"{key} = {_toml(value)}\n" for key, value in ordered.items())


def _toml(value: object) -> str:
    """JSON's texts, lists, whole numbers and booleans are TOML too, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _explained(error: ValidationError) -> str:
    parts = []
    for detail in error.errors(include_url=False, include_input=False):
        where = ".".join(str(part) for part in detail["loc"] if part not in ("transfers", "bank"))
        message = detail["msg"].removeprefix("Value error, ")
        parts.append(f"{where}: {message}" if where else message)
    return "; ".join(parts)


def _present(*columns: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for column in columns if column is not None))
