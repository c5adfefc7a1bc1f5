"""Where the console keeps its files, and what its user has set."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 -- pydantic reads the annotations at run time
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from platformdirs import PlatformDirs
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from typing_extensions import override

from console.errors import ConsoleError, UsageError
from console.errors.fields import explained
from console.settings.private import write_private

if TYPE_CHECKING:
    from pydantic_settings import PydanticBaseSettingsSource

APP_NAME: Final = "ledger-console"
PREFIX: Final = "LEDGER_"
LOG_NAME: Final = "console.log"

_DRIVER: Final = "postgresql+psycopg"
_SCHEMES: Final = frozenset({"postgres", "postgresql", _DRIVER})


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one user; none is made before something is written there."""

    data: Path
    config: Path
    state: Path
    log: Path

    @classmethod
    def standard(cls, data_dir: Path | None = None) -> Self:
        """Return the folders this system gives an application; `data_dir` overrides the first."""
        folders = PlatformDirs(APP_NAME, appauthor=False)
        return cls(
            data=folders.user_data_path if data_dir is None else data_dir.expanduser().absolute(),
            config=folders.user_config_path,
            state=folders.user_state_path,
            log=folders.user_log_path,
        )

    @property
    def settings_file(self) -> Path:
        """The TOML file with the user's settings."""
        return self.config / "settings.toml"

    @property
    def log_file(self) -> Path:
        """What the window's console notes down of itself; older ones stand beside it."""
        return self.log / LOG_NAME

    @property
    def profiles_file(self) -> Path:
        """The file with the profiles; there is none before the first one is made."""
        return self.config / "profiles.json"

    @property
    def mappings(self) -> Path:
        """The folder of the saved mappings."""
        return self.config / "mappings"


class SettingNotKeptError(ConsoleError):
    """The settings file could not be written."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(
            f"{file} cannot be written: {reason}. The setting holds until the console is closed."
        )


class Settings(BaseSettings):
    """What the user has set: the environment (LEDGER_…) wins over settings.toml, that over the defaults."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: SecretStr | None = Field(
        None, description="a URL such as postgresql://name:password@host:5432/ledger"
    )
    gate_password: SecretStr | None = Field(
        None, description="the password that `ledgerctl operator gate` printed"
    )
    data_dir: Path | None = Field(None, description="the path of a folder")
    theme: Literal["system", "light", "dark", "contrast"] = Field(
        "system", description="one of system, light, dark, contrast"
    )
    slow_threshold_ms: int = Field(
        100, ge=1, le=600_000, description="a whole number of milliseconds from 1 to 600000"
    )
    page_size: int = Field(200, ge=10, le=5_000, description="a whole number from 10 to 5000")
    pool_size: int = Field(4, ge=1, le=50, description="a whole number from 1 to 50")
    pool_overflow: int = Field(4, ge=0, le=50, description="a whole number from 0 to 50")
    statement_timeout_s: int = Field(
        15, ge=1, le=3_600, description="a whole number of seconds from 1 to 3600"
    )
    batch_timeout_s: int = Field(
        120, ge=1, le=86_400, description="a whole number of seconds from 1 to 86400"
    )
    lock_timeout_s: int = Field(3, ge=1, le=600, description="a whole number of seconds from 1 to 600")
    breaker_failures: int = Field(5, ge=1, le=100, description="a whole number from 1 to 100")
    breaker_pause_s: int = Field(5, ge=1, le=600, description="a whole number of seconds from 1 to 600")
    alert_statements: int = Field(10, ge=1, le=10_000, description="a whole number from 1 to 10000")
    alert_p95_ms: int = Field(
        100, ge=1, le=600_000, description="a whole number of milliseconds from 1 to 600000"
    )
    alert_repeats: int = Field(3, ge=1, le=10_000, description="a whole number from 1 to 10000")
    metrics_port: int = Field(0, ge=0, le=65_535, description="a port from 1 to 65535, or 0 for none")
    pooled: bool = Field(default=False, description="true or false")
    keeper: bool = Field(default=True, description="true or false")
    read_only: bool = Field(default=False, description="true or false")
    lock_after_min: int = Field(
        15, ge=0, le=1_440, description="a whole number of minutes from 1 to 1440, or 0 for never"
    )
    backup_folder: Path | None = Field(None, description="the path of a folder")
    backup_every_h: int = Field(
        0, ge=0, le=8_760, description="a whole number of hours from 1 to 8760, or 0 for never"
    )
    backup_keep: int = Field(14, ge=1, le=1_000, description="a whole number from 1 to 1000")

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over what load() read from the file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_boolean(cls, value: object, field: ValidationInfo) -> object:
        # pydantic would read `pool_size = true` as 1.
        if isinstance(value, bool) and cls.model_fields[str(field.field_name)].annotation is not bool:
            raise ValueError
        return value

    @field_validator("database_url")
    @classmethod
    def _name_driver(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        scheme, separator, rest = value.get_secret_value().strip().partition("://")
        if scheme not in _SCHEMES or not separator or not rest:
            raise ValueError
        return SecretStr(f"{_DRIVER}://{rest}")

    @field_validator("data_dir", "backup_folder")
    @classmethod
    def _make_absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @classmethod
    def load(cls, paths: Paths | None = None) -> Self:
        """Read the file and the environment; raises UsageError with source, key and what is allowed."""
        file = (Paths.standard() if paths is None else paths).settings_file
        try:
            return cls(**_read_toml(file))
        except ValidationError as error:
            # `from None`: the cause holds the values, and one of them is a secret.
            wrong = explained(
                error,
                cls,
                subject=lambda key: _source(key, file),
                unknown=f"{file}: there is no setting",
            )
            raise UsageError(" ".join(f"{one}." for one in wrong)) from None


def keep_setting(file: Path, key: str, value: int) -> None:
    """Set a whole number in the file, which is made when there is none; raises SettingNotKeptError."""
    try:
        before = file.read_text(encoding="utf-8-sig") if file.exists() else ""
        line = f"{key} = {value}"
        # All settings stand at the top level: the file has no tables that the line could fall into.
        known = re.compile(rf"^[ \t]*{re.escape(key)}[ \t]*=.*$", re.MULTILINE)
        if known.search(before):
            after = known.sub(line, before, count=1)
        else:
            after = f"{before}{'' if not before or before.endswith(chr(10)) else chr(10)}{line}\n"
        file.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: a broken file would keep the console from starting. Private: a URL in it may
        # hold a password.
        write_private(file, after)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not UTF-8 text"
        raise SettingNotKeptError(file, reason) from None


def _read_toml(file: Path) -> dict[str, Any]:
    """Return what the file says; nothing when there is none."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file} is not valid TOML: {error}.") from None


def _source(key: str, file: Path) -> str:
    """Say where a setting comes from."""
    variable = f"{PREFIX}{key}".upper()
    set_in_environment = any(name.upper() == variable and value for name, value in os.environ.items())
    return f"Environment variable {variable}" if set_in_environment else f"{file}: {key}"
