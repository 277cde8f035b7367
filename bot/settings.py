"""Every setting, read once from the environment and ``.env``, validated at start."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

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
    llm: Literal["auto", "off"] = Field("auto", description="auto: phrase explanations once the model is here")
    llm_model: Path | None = Field(None, description="a GGUF file; empty: the default model in USHER_HOME")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where scoring runs")
    diversity: float = Field(2.0, ge=0, description="what likeness to a better item on the list costs; 0: nothing")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("WARNING", description="log detail")

    @field_validator("telegram_base_url")
    @classmethod
    def _ends_in_bot(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")) or not url.endswith("/bot"):
            raise ValueError("must be an http(s) URL that ends in /bot")
        return url

    @field_validator("telegram_webhook_url")
    @classmethod
    def _is_a_url(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("must be an https:// URL, or empty to poll")
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
        problems = "; ".join(f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"Settings need mending in the environment or .env: {problems}") from None
