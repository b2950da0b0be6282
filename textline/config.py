"""Typed settings, from the environment or `.env`. Wrong ones stop the start, one line each, with the remedy."""

import re
from pathlib import Path
from typing import Annotated, Literal

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from textline.errors import SettingsError

_ORIGIN = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?")
_ADDRESS = re.compile(r"https?://(\S+@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?]\S*)?")


class Settings(BaseSettings):
    """Every setting, as `TEXTLINE_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="TEXTLINE_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    # Both may hold a password.
    database_url: str = Field(repr=False, description="PostgreSQL, as postgresql://user:password@host/name")
    redis_url: str = Field(repr=False, description="Redis or Valkey, as redis://host:6379/0 or unix:///path")
    twilio_account_sid: str = Field(
        pattern=r"^AC[0-9a-f]{32}$", description="the account SID, from console.twilio.com"
    )
    twilio_auth_token: SecretStr = Field(
        min_length=1, description="the primary auth token: webhooks are signed with it"
    )
    twilio_api_key: str | None = Field(
        None, pattern=r"^SK[0-9a-f]{32}$", description="an API key SID (optional)"
    )
    twilio_api_secret: SecretStr | None = Field(None, description="the API key's secret, given with the key")
    twilio_api_url: str | None = Field(
        None, description="another address for Twilio's API: the simulated carrier"
    )
    public_url: str = Field(description="the address at which Twilio and browsers reach the web process")
    secret_keys: Annotated[list[SecretStr], NoDecode] = Field(
        min_length=1,
        description="Fernet keys, comma-separated: the first seals, all open; `textline keys new`",
    )
    lookup_key: SecretStr = Field(min_length=32, description="finds a texter by number; never change it")
    data_dir: Path = Field(Path(".textline"), description="where embedded servers and demo.json are kept")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="how much is logged")
    metrics_token: SecretStr | None = Field(
        None, description="opens /metrics to whoever brings it as a bearer token"
    )
    heartbeat_url: SecretStr | None = Field(
        None, description="an https:// address that is fetched every minute while the line works (optional)"
    )
    demo: bool = Field(False, description="demonstration pages: /demo/phone, sign-in links")

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("secret_keys")
    @classmethod
    def _are_keys(cls, keys: list[SecretStr]) -> list[SecretStr]:
        for key in keys:
            try:
                Fernet(key.get_secret_value())
            except ValueError:
                raise ValueError(
                    "each key is 32 bytes in URL-safe base64: make one with `textline keys new`"
                ) from None
        return keys

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: str) -> str:
        if not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
            raise ValueError("must begin with postgresql://")
        return "postgresql+psycopg://" + url.split("://", 1)[1]

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: str) -> str:
        if not url.startswith(("redis://", "rediss://", "unix://", "redis+sentinel://")):
            raise ValueError("must begin with redis://, rediss://, unix:// or redis+sentinel://")
        if url.startswith("redis+sentinel://") and not re.fullmatch(r"[^/?]+/[^/?]+(\?db=\d+)?", url[17:]):
            raise ValueError("must be like redis+sentinel://host:26379,host:26379/name-of-the-master")
        return url

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, url: str) -> str:
        if not _ORIGIN.fullmatch(url):
            raise ValueError("must be like https://line.example.org, with no path")
        return url.removesuffix("/")

    @field_validator("heartbeat_url")
    @classmethod
    def _is_address(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not _ADDRESS.fullmatch(url.get_secret_value()):
            raise ValueError("must be a whole address that begins with https:// or http://")
        return url

    @model_validator(mode="after")
    def _hangs_together(self) -> "Settings":
        if (self.twilio_api_key is None) != (self.twilio_api_secret is None):
            raise ValueError(
                "TEXTLINE_TWILIO_API_KEY and TEXTLINE_TWILIO_API_SECRET go together: set both or neither"
            )
        if self.demo and self.twilio_api_url is None:
            raise ValueError(
                "TEXTLINE_DEMO is for the simulated carrier only: unset it, or start with `textline up`"
            )
        return self

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS, so that cookies may insist on it."""
        return self.public_url.startswith("https://")


def load(**overrides: object) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: one line for each missing or wrong setting, with its meaning.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("\n".join(_line(fault) for fault in error.errors())) from None  # type: ignore[arg-type]


# Where the library's own words would not help.
_WORDS = {
    "string_pattern_mismatch": "this does not look like one",
    "too_short": "this is too short",
    "string_too_short": "this is too short",
    "bool_parsing": "write 1 or 0",
}


def _line(fault: dict[str, object]) -> str:
    place = fault["loc"]
    assert isinstance(place, tuple)
    message = _WORDS.get(str(fault["type"])) or str(fault["msg"]).removeprefix("Value error, ")
    if not place:
        return message
    field = Settings.model_fields.get(str(place[0]))
    name = f"TEXTLINE_{str(place[0]).upper()}"
    wanted = field.description if field else ""
    return (
        f"{name} is missing: set it to {wanted}"
        if fault["type"] == "missing"
        else f"{name}: {message} ({wanted})"
    )
