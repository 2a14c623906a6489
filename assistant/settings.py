"""The one settings object: read once from the environment by the command line, plain arguments below it."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting, its default and its help; the environment variable is `WARDBOOK_` and the name in capitals."""

    model_config = SettingsConfigDict(env_prefix="WARDBOOK_", frozen=True)

    home: Path = Field(
        default_factory=lambda: user_data_path("wardbook"),
        description="Folder of all user data: documents, index, runs.",
    )
    chroma_url: str | None = Field(
        default=None,
        description="Address of a Chroma server (`chroma run`) that the index lies on; unset: it is in HOME.",
    )
    chroma_token: SecretStr | None = Field(
        default=None, description="Token for the proxy before the Chroma server, sent as Authorization: Bearer."
    )
    encoder: str | None = Field(
        default=None, description="Folder of another sentence-transformers model; empty: the packaged all-MiniLM-L6-v2."
    )
    host: str = Field(default="127.0.0.1", description="Address that `wardbook serve` listens on.")
    port: int = Field(default=7860, ge=1, le=65535, description="Port that `wardbook serve` listens on.")
    embed_origins: str = Field(
        default="", description="Origins whose pages may embed the assistant, by commas; empty: none."
    )
    path_prefix: str = Field(default="", description="Path under which a proxy serves Wardbook, such as /kb.")
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks, by commas, whose X-Forwarded-* headers are believed; empty: none.",
    )
    questions_per_minute: int = Field(
        default=60, ge=0, description="Questions that one client may ask in a minute; 0: without limit."
    )
    questions_at_once: int = Field(default=4, ge=1, le=64, description="Questions that are worked on at once.")
    questions_waiting: int = Field(
        default=32, ge=0, description="Questions that may wait for their turn; one more is refused with 503."
    )
    password: str | None = Field(default=None, description="Shared password of a sign-in page; unset: no sign-in.")
    sign_in_secret: SecretStr | None = Field(
        default=None,
        description="32 characters or more, the same on all servers: who signed in at one is in at all; unset: at one.",
    )
    user_header: str | None = Field(
        default=None, description="Header in which a trusted proxy names who is signed in; unset: not asked for."
    )
    mcp: bool = Field(default=False, description="Serve the assistant to agents at /mcp (needs the extra `mcp`).")

    model: str | None = Field(
        default=None, description="Chat model that writes answers, provider:name; unset: answers are quotes."
    )
    model_url: str | None = Field(
        default=None,
        description="Base URL of the model's server (http://127.0.0.1:8000/v1); unset: the provider's own.",
    )
    model_key: SecretStr | None = Field(
        default=None,
        description="Key of the model's provider; unset: its own variable, such as OPENAI_API_KEY.",
    )
    model_timeout_seconds: float = Field(
        default=20.0, gt=0, le=600, description="Seconds a model may take for one answer; then the quotes stand."
    )
    model_at_once: int = Field(
        default=2, ge=1, le=64, description="Answers that a model writes at once; others get quotes meanwhile."
    )
    models_allowed: str = Field(
        default="", description="Other models, by commas, that a request to the API may name; empty: none."
    )
    model_rewrites: bool = Field(
        default=False,
        description="Whether the model completes follow-up questions; where that fails, the rules do.",
    )
    entailment: str | None = Field(
        default=None,
        description="Folder of an NLI cross-encoder that checks written sentences; unset: the check that comes along.",
    )
    tracing: bool = Field(
        default=False, description="Whether LangSmith may trace calls of the model; else it is kept off."
    )

    feedback: bool = Field(default=True, description="Whether readers may rate answers; kept on this machine only.")
    feedback_keep_days: int = Field(default=180, ge=0, description="Days that ratings are kept; 0: for ever.")
    review_password: SecretStr | None = Field(
        default=None, description="Password of the reviewers' page /review; empty: there is no such page."
    )

    @property
    def documents_folder(self) -> Path:
        """Where added documents are kept."""
        return self.home / "documents"

    @property
    def suites_folder(self) -> Path:
        """Where cases that reviewers accepted are kept, one file a document."""
        return self.home / "suites"

    @property
    def words_folder(self) -> Path:
        """Where vectors of single words are kept."""
        return self.home / "words"

    @property
    def index_folder(self) -> Path:
        """Where generations of the index are kept, or what is mirrored of those on a Chroma server."""
        if self.chroma_url is None:
            return self.home / "index"
        name = re.sub(r"[^A-Za-z0-9.]+", "-", self.chroma_url.split("://")[-1]).strip("-.")
        return self.home / "mirrors" / f"{name}-{sha256(self.chroma_url.encode()).hexdigest()[:8]}"

    @property
    def agreed_file(self) -> Path:
        """What the documents were when those here and those on the Chroma server were last the same."""
        return self.index_folder / "agreed.json"
