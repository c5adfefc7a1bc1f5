"""What the columns of a file mean: two shapes of mapping, kept as TOML."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from console.errors import UsageError, WrongFileError
from console.errors.fields import explained
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


_TITLE = 'a column\'s title of 1 to 200 characters as it stands in the file, such as "Amount"'
_ACCOUNT = 'an account\'s name, such as "@issuance"'
_SHAPE = '"transfers" or "bank"'
_YES_OR_NO = "true or false"
_VALUES = 'a list of what stands in the direction column, such as ["C", "CR"]'

_Short = Annotated[str, Field(min_length=1, max_length=200)]
_Name = Annotated[str, AfterValidator(_name)]
Title = Annotated[_Short, Field(description=_TITLE)]
MaybeTitle = Annotated[_Short | None, Field(description=_TITLE)]
MaybeName = Annotated[_Name | None, Field(description=_ACCOUNT)]
Values = Annotated[tuple[_Short, ...], Field(description=_VALUES)]


class Columns(Layout):
    """What both shapes share; columns are named as the file's header names them."""

    amount_column: Title
    reference_column: MaybeTitle = None
    """Without one, references are made from the file's SHA-256 and the line."""
    date_column: MaybeTitle = None
    date_format: Annotated[str, AfterValidator(_pattern)] | None = Field(
        default=None, description='a pattern of the dates in the file, such as "%d.%m.%Y"'
    )
    """%Y %y %m %d %H %M %S, of the date and of the expiry; None is ISO 8601."""
    currency: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,11}$")] | None = Field(
        default=None, description='the code of a currency in capitals, such as "EUR"'
    )
    """The code of the batch's currency; needed where the ledger has several."""
    currency_column: MaybeTitle = None
    """Its cells are the code of the batch's currency, unless each currency gets a draft of its own."""
    each_currency: bool = Field(default=False, description=_YES_OR_NO)
    """Whether each currency in the currency column gets a draft of its own."""
    source_column: MaybeTitle = None
    """What granted credit is called, such as its campaign; a line with a source opens a lot."""
    expires_column: MaybeTitle = None
    """When that credit expires; a date without a time is the end of that business day."""
    account_prefix: Annotated[str, Field(max_length=32), AfterValidator(_prefix)] = Field(
        default="", description='the beginning of a user\'s name, at most 32 characters, such as "bank-"'
    )
    """Goes before the names in account columns, but never before those of system accounts."""
    create_missing: bool = Field(default=False, description=_YES_OR_NO)
    """Whether users that are not there yet are made."""

    @model_validator(mode="after")
    def _told_apart(self) -> Columns:
        if self.each_currency and self.currency_column is None:
            raise ValueError("each_currency needs a currency_column")
        return self


class TransfersMapping(Columns):
    """Each line names both parties, or the mapping names one of them for all lines."""

    shape: Literal["transfers"] = Field(default="transfers", description=_SHAPE)
    from_column: MaybeTitle = None
    from_constant: MaybeName = None
    to_column: MaybeTitle = None
    to_constant: MaybeName = None
    description_column: MaybeTitle = None

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

    shape: Literal["bank"] = Field(default="bank", description=_SHAPE)
    account_column: Title
    direction_column: MaybeTitle = None
    """Without one the amounts are signed: above zero is a credit."""
    credit_values: Values = ()
    debit_values: Values = ()
    description_columns: tuple[_Short, ...] = Field(
        default=(), description='a list of columns\' titles, such as ["Purpose", "Text"]'
    )
    counterparty: _Name = Field(default="@external", description=_ACCOUNT)

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

_MODELS: dict[str, type[TransfersMapping | BankMapping]] = {
    "transfers": TransfersMapping,
    "bank": BankMapping,
}


def load_mapping(path: Path) -> Mapping:
    """Read a mapping from a TOML file; raises WrongFileError that says what is wrong in it."""
    with opened(path) as file:
        data = file.read(MAPPING_SIZE_LIMIT + 1)
    if len(data) > MAPPING_SIZE_LIMIT:
        raise WrongFileError(str(path), "this is too large for a mapping.")
    try:
        return parse_mapping(data.decode())
    except UnicodeDecodeError as error:
        raise WrongFileError(str(path), "this is not UTF-8 text; save it as UTF-8.") from error
    except UsageError as error:
        raise WrongFileError(str(path), str(error)) from error


def parse_mapping(text: str) -> Mapping:
    """Read a mapping from TOML; raises UsageError that names each wrong field and what to write."""
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"this is no TOML: {error}.") from error
    shape = content.get("shape")
    model = _MODELS.get(shape) if isinstance(shape, str) else None
    if model is None:
        raise UsageError(f"shape {'is missing; it ' if shape is None else ''}must be {_SHAPE}.")
    # Strict validation takes no list for a tuple.
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise UsageError(f"{'; '.join(explained(error, model))}.") from error


def mapping_text(mapping: Mapping) -> str:
    """Return the mapping as TOML; what is not stated is left out."""
    content = mapping.model_dump(mode="json", exclude_none=True)
    ordered = {"shape": content.pop("shape"), **content}
    return "".join(f"{key} = {_toml(value)}\n" for key, value in ordered.items())


def _toml(value: object) -> str:
    """JSON's texts, lists, whole numbers and booleans are TOML too, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _present(*columns: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for column in columns if column is not None))
