"""What is wrong with the fields of a file or form, in our words: pydantic's never reach a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails


def explained(
    error: ValidationError,
    model: type[BaseModel],
    *,
    subject: Callable[[str], str] = str,
    unknown: str = "there is no field",
) -> list[str]:
    """Return a clause for each thing that is wrong.

    Every field of the model is described by what it must be: "a whole number from 1 to 50"; where a validator
    has a message of its own, that is said instead. `subject` is how a field is named, and `unknown` goes
    before the name of one that there is not.
    """
    details = error.errors(include_url=False, include_input=False)
    return list(dict.fromkeys(_clause(detail, model, subject, unknown) for detail in details))


def _clause(detail: ErrorDetails, model: type[BaseModel], subject: Callable[[str], str], unknown: str) -> str:
    own = str(detail["ctx"]["error"]).rstrip(".") if detail["type"] == "value_error" else ""
    if not detail["loc"]:
        return own
    name = str(detail["loc"][0])
    field = model.model_fields.get(name)
    if field is None:
        return f"{unknown} {name!r}; allowed are {', '.join(sorted(model.model_fields))}"
    if own:
        return f"{subject(name)}: {own}"
    missing = "is missing; it " if detail["type"] == "missing" else ""
    return f"{subject(name)} {missing}must be {field.description}"
