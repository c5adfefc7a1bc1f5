"""How a CSV file is laid out: what a mapping states of it, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from console.files.reading.charset import ENCODINGS

if TYPE_CHECKING:
    from console.files.reading.source import Charset

DELIMITERS = (",", ";", "\t", "|")
GROUPINGS = ("", ",", ".", " ", "'", "\u2019", "\u00a0", "\u202f")
HEADER_LINE_LIMIT = 1_000


def _known_encoding(name: str) -> str:
    if name not in ENCODINGS:
        raise ValueError
    return name


class Layout(BaseModel):
    """What somebody stated of a file; None is to be found out from the file itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    encoding: Annotated[str, AfterValidator(_known_encoding)] | None = Field(
        default=None, description=f"one of {', '.join(ENCODINGS)}"
    )
    delimiter: Literal[",", ";", "\t", "|"] | None = Field(
        default=None, description='a comma, a semicolon, a tab or a bar: ",", ";", "\\t" or "|"'
    )
    quote: Literal['"', "'", ""] | None = Field(
        default=None, description='a quotation mark, an apostrophe or nothing: "\\"", "\'" or ""'
    )
    header_line: Annotated[int, Field(ge=0, le=HEADER_LINE_LIMIT)] | None = Field(
        default=None, description=f"a whole number from 0, which is none, to {HEADER_LINE_LIMIT:,}"
    )
    """1-based; 0 when there is none, and then the columns are `column 1`, `column 2`, ..."""
    decimal: Literal[".", ","] | None = Field(default=None, description='a point or a comma: "." or ","')
    grouping: Literal["", ",", ".", " ", "'", "\u2019", "\u00a0", "\u202f"] | None = Field(
        default=None,
        description="a comma, a point, a space, an apostrophe or nothing, between quotation marks",
    )

    @model_validator(mode="after")
    def _marks_differ(self) -> Layout:
        if self.decimal is not None and self.decimal == self.grouping:
            raise ValueError("decimal and grouping are the same mark")
        return self


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a file is like: stated by the mapping where it says so, found in the file's start elsewhere."""

    charset: Charset
    delimiter: str
    quote: str
    header_line: int
    decimal: str
    grouping: str

    @property
    def encoding(self) -> str:
        """The encoding's name, as a mapping states it."""
        return self.charset.encoding
