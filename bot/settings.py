"""Every setting, read once from the environment and ``.env``, validated at start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.roles import Role, parse_staff
from bot.store.database import parse
from bot.texts import Language
from recsys.errors import ConfigError


class Settings(BaseSettings):
    """Each field is an environment variable of the same name in capitals. ``.env.example`` documents them."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    usher_home: Path = Field(Path(".usher"), description="folder for data, models and the default database")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in USHER_HOME")
    telegram_bot_token: SecretStr | None = Field(None, description="from @BotFather; empty: terminal chat")
    telegram_base_url: str = Field("https://api.telegram.org/bot", description="Bot API server, ends in /bot")
    telegram_per_second: float = Field(28.0, gt=0, description="messages a second over all chats")
    telegram_webhook_url: str = Field("", description="public https URL that Telegram calls; empty: polling")
    telegram_webhook_secret: SecretStr | None = Field(
        None, validate_default=True, description="what Telegram sends along to prove that it is Telegram"
    )
    telegram_webhook_listen: str = Field("127.0.0.1:8080", description="host:port where the webhook listens")
    encoder_model: str = Field("", description="a sentence-transformers folder or hub name; empty: packaged MiniLM")
    llm: Literal["auto", "off", "llama.cpp", "transformers", "openai"] = Field(
        "auto", description="who phrases explanations; auto: openai with an LLM_URL, else llama.cpp"
    )
    llm_url: str = Field("", description="an OpenAI-compatible server, such as http://localhost:8000/v1")
    llm_api_key: SecretStr | None = Field(None, description="the server's key")
    llm_model: str = Field("", description="a GGUF file, a Hugging Face model, or the server's name for one")
    llm_tokens_per_hour: int = Field(20_000, ge=0, description="tokens for one person's explanations; 0: no limit")
    default_language: Language = Field("en", description="spoken to people whose language nobody knows yet")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where scoring runs")
    diversity: float = Field(2.0, ge=0, description="what likeness to a better item on the list costs; 0: nothing")
    admin: Literal["off", "on"] = Field("off", description="on: the review app runs beside the bot")
    admin_secret: SecretStr | None = Field(None, description="32 random characters or more, for the review app")
    admin_ids: str = Field("", description="who may review: telegram ids or channel/id, each with :role, by commas")
    admin_password: SecretStr | None = Field(None, description="signs an owner in; 12 characters or more")
    admin_host: str = Field("127.0.0.1", description="where the review app listens")
    admin_port: int = Field(8090, ge=1, le=65535, description="the review app's port")
    admin_url: str = Field("", description="how browsers reach the review app; empty: by host and port")
    learn_every: float = Field(24, ge=0, description="hours between learning from what people said; 0: never")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("WARNING", description="log detail")

    @field_validator("telegram_base_url")
    @classmethod
    def _ends_in_bot(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")) or not url.endswith("/bot"):
            raise ValueError("must be an http(s) URL that ends in /bot")
        return url

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _is_there_for_the_webhook(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is None and info.data.get("telegram_webhook_url"):
            raise ValueError("the webhook needs one: 16 to 256 of A-Z a-z 0-9 _ -")
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret.get_secret_value()):
            raise ValueError("must be 16 to 256 of A-Z a-z 0-9 _ -")
        return secret

    @field_validator("telegram_webhook_listen")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        _, _, port = address.rpartition(":")
        if not re.fullmatch(r"(\[[^\[\]]+\]|[^:\[\]]+):\d{1,5}", address) or int(port) > 65535:
            raise ValueError("must be host:port, say 127.0.0.1:8080 or [::1]:8080")
        return address

    @property
    def webhook_address(self) -> tuple[str, int]:
        """Host and port where the webhook listens."""
        host, _, port = self.telegram_webhook_listen.rpartition(":")
        return host.strip("[]"), int(port)

    @field_validator("admin_secret", "admin_password")
    @classmethod
    def _long_enough(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        least = 32 if info.field_name == "admin_secret" else 12
        if secret is not None and len(secret.get_secret_value()) < least:
            raise ValueError(f"must have {least} characters or more")
        return secret

    @field_validator("admin_ids")
    @classmethod
    def _known_roles(cls, ids: str) -> str:
        parse_staff(ids)
        return ids

    @property
    def staff(self) -> Mapping[str, Role]:
        """Who may review, as "channel/id", and in which role."""
        return parse_staff(self.admin_ids)

    @property
    def admin_address(self) -> str:
        """The review app's URL as browsers see it, without a slash at its end."""
        return self.admin_url.rstrip("/") or f"http://{self.admin_host}:{self.admin_port}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, for the logs to leave out. Raises ``ConfigError`` for a database that we can't use."""
        values = (getattr(self, name) for name in type(self).model_fields)
        given = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        password = parse(self.database).password
        return tuple(s for s in (*given, password) if s)

    @field_validator("llm_url", "telegram_webhook_url", "admin_url")
    @classmethod
    def _is_a_url(cls, url: str) -> str:
        if url and not (url.startswith(("http://", "https://")) and urlsplit(url).hostname):
            raise ValueError("must be an http(s) URL, or empty")
        return url

    @model_validator(mode="after")
    def _names_what_the_backend_needs(self) -> Self:
        if self.llm_backend == "openai" and not (self.llm_url and self.llm_model):
            raise ValueError("LLM=openai needs LLM_URL and LLM_MODEL")
        if self.llm_backend == "transformers" and not self.llm_model:
            raise ValueError("LLM=transformers needs LLM_MODEL, a Hugging Face name or folder")
        return self

    @property
    def llm_backend(self) -> Literal["off", "llama.cpp", "transformers", "openai"]:
        """Who phrases explanations, with ``auto`` decided."""
        if self.llm != "auto":
            return self.llm
        return "openai" if self.llm_url else "llama.cpp"

    @property
    def database(self) -> str:
        """The database's URL with an async driver."""
        url = self.database_url or f"sqlite+aiosqlite:///{self.usher_home.resolve() / 'usher.db'}"
        for plain, driver in (
            ("sqlite:", "sqlite+aiosqlite:"),
            ("postgresql:", "postgresql+asyncpg:"),
            ("postgres:", "postgresql+asyncpg:"),
        ):
            if url.startswith(plain):
                return driver + url.removeprefix(plain)
        return url


def load_settings() -> Settings:
    """Read and validate the settings; raises ``ConfigError`` naming each bad one, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(": ".join([*(str(name).upper() for name in e["loc"]), e["msg"]]) for e in error.errors())
        raise ConfigError(f"Settings need mending in the environment or .env: {problems}") from None
