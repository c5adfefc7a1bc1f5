"""One ledger of this user: where it is, how it is reached, and how its window tells it from others."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self, get_args
from uuid import uuid4

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from sqlalchemy import URL

from console.errors import UsageError
from console.errors.fields import explained
from console.settings.profiles.hosts import Host
from console.settings.profiles.roots import system_roots, written_roots

if TYPE_CHECKING:
    from console.settings import Paths, Settings

Kind = Literal["computer", "demo", "server"]
Colour = Literal["grey", "blue", "green", "amber", "violet", "red"]
Tls = Literal["verify-full", "verify-ca", "require", "off"]

COLOURS: Final[tuple[Colour, ...]] = get_args(Colour)
TLS_WORDS: Final[tuple[Tls, ...]] = ("verify-full", "verify-ca", "require", "off")
"""The ways of TLS, the strongest first."""

MOST_HOSTS: Final = 8
_NAME_LENGTH: Final = 60
_PATH_LENGTH: Final = 1_000
_ENVIRONMENT: Final = re.compile(r"[A-Z0-9]{1,12}")
_ID: Final = re.compile(r"[0-9a-f]{32}")
_ENVIRONMENTS: Final = {"computer": "LOCAL", "demo": "DEMO", "server": "SERVER", "production": "LIVE"}
_NOT_IN_DATABASE: Final = frozenset("/?&=@:#")


class ProfileError(UsageError):
    """A profile cannot be as it was asked for."""


def _plain(text: str) -> str:
    # isprintable() is stricter than the ledger's own rule: unassigned characters and odd spaces too.
    if not text.isprintable():
        raise ValueError("it has a control character, or one that is not seen")
    return text


def _absolute(text: str) -> str:
    if text and not Path(text).expanduser().is_absolute():
        raise ValueError("write the whole path, from its root on")
    return text


Plain = Annotated[str, AfterValidator(_plain)]
PathText = Annotated[
    str, StringConstraints(max_length=_PATH_LENGTH), AfterValidator(_plain), AfterValidator(_absolute)
]


class Profile(BaseModel):
    """Where a ledger is and how it is reached; no secret is in it, and none can be.

    kind: `computer` and `demo` are embedded ledgers in `folder` ("" is the console's own, or `demo` below
    it), `server` is one of others'. root_certificate: "" asks the certificates that this system trusts.
    operator: who is proposed at the sign-in. keep_password: whether the system's keyring keeps it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, strict=True)

    id: str = Field(default_factory=lambda: uuid4().hex, description="32 hexadecimal digits")
    name: Annotated[Plain, StringConstraints(min_length=1, max_length=_NAME_LENGTH)] = Field(
        description=f"a name of 1 to {_NAME_LENGTH} characters"
    )
    kind: Kind = Field(description="one of computer, demo, server")
    hosts: tuple[str, ...] = Field(
        (), max_length=MOST_HOSTS, description=f"a list of 1 to {MOST_HOSTS} hosts"
    )
    database: Annotated[Plain, StringConstraints(max_length=63)] = Field(
        "", description="a name of at most 63 characters"
    )
    operator: Annotated[Plain, StringConstraints(max_length=63)] = Field(
        "", description="a name of at most 63 characters"
    )
    colour: Colour = Field("grey", description=f"one of {', '.join(COLOURS)}")
    environment: str = Field("", description="1 to 12 letters A to Z or digits")
    production: bool = Field(default=False, description="true or false")
    read_only: bool = Field(default=False, description="true or false")
    tls: Tls = Field("verify-full", description=f"one of {', '.join(TLS_WORDS)}")
    root_certificate: PathText = Field("", description="the path of a file")
    client_certificate: PathText = Field("", description="the path of a file")
    client_key: PathText = Field("", description="the path of a file")
    pooler: bool = Field(default=False, description="true or false")
    keep_password: bool = Field(default=False, description="true or false")
    folder: PathText = Field("", description="the path of a folder")

    @field_validator("hosts", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value  # JSON has no tuples

    @field_validator("id")
    @classmethod
    def _check_id(cls, value: str) -> str:
        if _ID.fullmatch(value) is None:
            raise ValueError("it is 32 hexadecimal digits")
        return value

    @field_validator("name")
    @classmethod
    def _check_name(cls, value: str) -> str:
        if value != value.strip():
            raise ValueError("it neither begins nor ends with a space")
        return value

    @field_validator("hosts")
    @classmethod
    def _check_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(str(Host.read(one)) for one in value)
        if len(set(found)) < len(found):
            raise ValueError("a host stands there twice")
        return found

    @field_validator("database")
    @classmethod
    def _check_database(cls, value: str) -> str:
        if _NOT_IN_DATABASE & set(value):
            raise ValueError(f"write the database's name alone, without {' '.join(sorted(_NOT_IN_DATABASE))}")
        return value

    @field_validator("operator")
    @classmethod
    def _check_operator(cls, value: str) -> str:
        if ":" in value:
            raise ValueError(
                "write the operator's name alone; a password is kept in the keyring or asked for"
            )
        return value

    @model_validator(mode="before")
    @classmethod
    def _name_environment(cls, values: Any) -> Any:
        """Give an environment that is not stated its kind's word, and write it in capitals."""
        if not isinstance(values, dict):
            return values
        written = values.get("environment", "")
        if written == "":
            kind = "production" if values.get("production") is True else str(values.get("kind"))
            written = _ENVIRONMENTS.get(kind, "")
        return values | {"environment": written.upper() if isinstance(written, str) else written}

    @field_validator("environment")
    @classmethod
    def _check_environment(cls, value: str) -> str:
        if _ENVIRONMENT.fullmatch(value) is None:
            raise ValueError("it is 1 to 12 letters A to Z or digits")
        return value

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        wrong = _wrong_with(self)
        if wrong:
            raise ValueError(wrong)
        return self

    @classmethod
    def made(cls, **values: Any) -> Self:
        """Return a profile; raises ProfileError with a sentence for each thing that is wrong."""
        try:
            return cls(**values)
        except ValidationError as error:
            # `from None`: the cause may hold what somebody pasted, a URL with a password say.
            clauses = explained(error, cls, unknown="a profile has no field")
            raise ProfileError(" ".join(f"{one[:1].upper()}{one[1:]}." for one in clauses)) from None

    def changed(self, **values: Any) -> Self:
        """Return the profile with other values, checked as a new one is."""
        return self.made(**self.model_dump() | values)

    @property
    def places(self) -> tuple[Host, ...]:
        """The hosts, read."""
        return tuple(Host.read(one) for one in self.hosts)

    @property
    def is_server(self) -> bool:
        """Whether it leads to a server of others'."""
        return self.kind == "server"

    @property
    def starts_read_only(self) -> bool:
        """Whether nothing is written before it is unlocked, or ever."""
        return self.read_only or self.production

    @property
    def can_unlock(self) -> bool:
        """Whether writing can be allowed for a time: a production profile's; read_only has no exception."""
        return self.production and not self.read_only

    @property
    def where(self) -> str:
        """A digest of where a password would go and how; a kept one is sent nowhere else."""
        parts = (*sorted(self.hosts), self.database, self.tls, self.root_certificate)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def url(self, operator: str = "", password: str = "", *, roots: str = "") -> str:
        """Return SQLAlchemy's URL of a server's ledger; with a password only when one is handed over.

        roots: the file with the certificates that this system trusts, where it is not the usual one.
        """
        places = self.places
        query = self._encryption(roots)
        host, port = None, None
        if len(places) == 1 and not places[0].is_socket:
            host, port = places[0].name, places[0].port
        elif len(places) == 1:
            query["host"], port = places[0].name, places[0].port
        else:
            query["host"] = ",".join(place.name for place in places)
            query["port"] = ",".join(str(place.port) for place in places)
            # Not read-write: that refuses a session that begins read-only, as a production profile's does.
            query["target_session_attrs"] = "primary"
        made = URL.create(
            "postgresql+psycopg", operator or self.operator or None, password or None, host, port,
            self.database, query,
        )  # fmt: skip
        return made.render_as_string(hide_password=False)

    def applied(
        self,
        settings: Settings,
        paths: Paths,
        *,
        operator: str = "",
        password: str = "",
        gate_password: SecretStr | None = None,
    ) -> tuple[Settings, Paths]:
        """Return the settings and folders with which this profile's ledger is opened.

        operator, password: for a ledger that is opened without a sign-in, as commands do.
        gate_password: what the keyring keeps for this profile; without it, the settings' own.
        """
        read_only = settings.read_only or self.starts_read_only
        if not self.is_server:
            changed = {"database_url": None, "read_only": read_only, "pooled": False}
            return settings.model_copy(update=changed), replace(paths, data=self.data_folder(paths))
        url = self.url(operator, password, roots=written_roots(paths.state))
        changes = {
            "database_url": SecretStr(url),
            "read_only": read_only,
            "pooled": self.pooler,
            "gate_password": gate_password or settings.gate_password,
        }
        return settings.model_copy(update=changes), paths

    def data_folder(self, paths: Paths) -> Path:
        """Return where an embedded ledger's data is."""
        if self.folder:
            return Path(self.folder).expanduser()
        return paths.data / "demo" if self.kind == "demo" else paths.data

    def _encryption(self, roots: str) -> dict[str, str]:
        """Return what libpq is told about TLS."""
        # Kerberos' own encryption would take the place of TLS, and with it of the check of the certificate.
        found = {"gssencmode": "disable", "sslmode": "disable" if self.tls == "off" else self.tls}
        if self.tls in {"verify-full", "verify-ca"}:
            found["sslrootcert"] = _file(self.root_certificate) or roots or system_roots()
        if self.client_certificate and self.tls != "off":
            found["sslcert"] = _file(self.client_certificate)
            found["sslkey"] = _file(self.client_key)
        return found


def _file(written: str) -> str:
    return str(Path(written).expanduser()) if written else ""


def _wrong_with(profile: Profile) -> str:
    """Say what does not go together, or nothing."""
    if not profile.is_server:
        if profile.hosts or profile.database:
            return "a ledger on this computer has no hosts and no database; the kind server has"
        return "a ledger on this computer is not production" if profile.production else ""
    rules = (
        (not profile.hosts, "hosts: a server has at least one host"),
        (not profile.database, "database: a server's ledger is in a database; name it"),
        (bool(profile.folder), "folder: a server's data is not on this computer"),
        (
            profile.tls == "off" and profile.production and not all(one.is_here for one in profile.places),
            "tls: production goes over a network with TLS; off is for a socket or this computer alone",
        ),
        (
            profile.tls == "verify-ca" and not profile.root_certificate,
            "tls: verify-ca needs a root_certificate; with the system's certificates use verify-full",
        ),
        (
            bool(profile.client_certificate) != bool(profile.client_key),
            "client_certificate: a certificate of one's own goes with its client_key, and not without",
        ),
    )
    return next((words for is_wrong, words in rules if is_wrong), "")
