"""Every setting, with its default: the only reader of the environment."""

import hmac
import os
import secrets
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.setting_types import (
    Address,
    Hosts,
    IssuerAddress,
    MailServer,
    Networks,
    Origins,
    RecognisedLanguages,
    Scopes,
)
from providers.prompts import Prompts

MEBIBYTE = 1024 * 1024
SHORTEST_SECRET = 32
LONGEST_SOCKET_PATH = 100  # The system takes 108 bytes at most.


def default_data_dir() -> Path:
    """The user's data folder (XDG), or one of the system's for root.

    As root, Postgres runs as another user, who must not be let into a home.
    """
    return Path("/var/lib/lumen") if os.geteuid() == 0 else user_data_path("lumen")


class Settings(BaseSettings):
    """What a person can set, through the environment alone.

    Raises:
        pydantic.ValidationError: A value does not fit; the message names the variable.
    """

    model_config = SettingsConfigDict(
        env_prefix="LUMEN_", populate_by_name=True, extra="ignore", hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Where the embedded database, uploads, keys and converted models are kept.",
    )
    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", "LUMEN_DATABASE_URL"),
        description="An external Postgres with pgvector; unset: the embedded one.",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Signs sessions and encrypts keys, 32 characters or more; made and kept in the "
        "data folder on the embedded set-up, required with an external database.",
    )
    secret_key_file: Path | None = Field(None, description="A file that holds the secret key.")
    secret_key_old: SecretStr | None = Field(
        None,
        description="Secret keys used before, one a line: providers' keys that they encrypted "
        "still open, until `lumen keys rotate`.",
    )
    secret_key_old_file: Path | None = Field(None, description="A file that holds them.")
    setup_token: SecretStr | None = Field(
        None, description="The one-time setup token; unset: drawn and printed at first start."
    )
    public_url: Address = Field(None, description="Where people reach the server, for links.")
    smtp_url: MailServer = Field(
        None,
        description="The mail server for one-time links: smtp://user:password@host:587 or "
        "smtps://…; ?starttls=required to refuse a server without it. Unset: links are passed on "
        "by hand.",
    )
    smtp_from: str | None = Field(
        None, description="The address that mail comes from; required with a mail server."
    )
    oidc_issuer: IssuerAddress = Field(
        None, description="An OpenID Connect issuer for single sign-on; its https:// address."
    )
    oidc_client_id: str | None = Field(
        None, description="Lumen's name at the issuer; required with one."
    )
    oidc_client_secret: SecretStr | None = Field(
        None, description="Lumen's secret at the issuer; unset: a public client."
    )
    oidc_name: str = Field("Single sign-on", description="What the button on the screen says.")
    oidc_scopes: Scopes = Field("openid profile email", description="What the issuer is asked for.")
    oidc_groups_claim: str = Field("groups", description="The claim with the issuer's groups.")
    oidc_create_people: bool = Field(
        default=True, description="Whether people come in whom nobody made before."
    )
    local_sign_in: bool = Field(
        default=True,
        description="Whether passwords and one-time links are taken; false needs an issuer.",
    )
    trusted_proxies: Networks = Field(
        default_factory=list,
        description="Addresses or networks, with commas, whose X-Forwarded-* headers are believed.",
    )
    allowed_hosts: Hosts = Field(
        default_factory=list,
        description="Host names, with commas, that the server answers to beside that of "
        "LUMEN_PUBLIC_URL, `*.example.com` for all below one. Addresses always count, loopback "
        "names on loopback; with neither set and LUMEN_HOST beyond loopback, every name does.",
    )
    cors_origins: Origins = Field(
        default_factory=list,
        description="Other sites, with commas, whose pages may call the API with a bearer token: "
        "`https://app.example.com`, or `https://*.example.com` for all below a name.",
    )
    embedding_model: str | None = Field(
        None,
        description="A sentence-transformers model folder or name, or what the embedding endpoint "
        "calls its model; unset: MiniLM, bundled.",
    )
    embedding_url: Address = Field(
        None,
        description="An endpoint that embeds, in place of a model on this host: base URL up to "
        "`/v1`, or TEI's root. Needs LUMEN_EMBEDDING_MODEL.",
    )
    embedding_protocol: Literal["openai", "tei"] = Field(
        "openai", description="What the embedding endpoint speaks: openai or tei."
    )
    embedding_api_key: SecretStr | None = Field(None, description="Its key, where it needs one.")
    embedding_dimensions: int | None = Field(
        None, ge=1, le=16_000, description="Length of its vectors; unset: it is asked once."
    )
    embedding_max_tokens: int = Field(
        512, ge=16, description="Tokens that its model reads of a text; longer ones are cut."
    )
    embedding_tokenizer: Path | None = Field(
        None,
        description="The `tokenizer.json` of its model, or the folder that holds it, to count "
        "tokens with; unset: a careful guess.",
    )
    embedding_query_prompt: str | None = Field(
        None,
        description="Put before every question that is embedded, such as `query: `; unset: what "
        "the model itself names, nothing at an endpoint.",
    )
    embedding_passage_prompt: str | None = Field(
        None,
        description="The same before passages. Another one means that everything is embedded anew.",
    )
    reranker_model: str | None = Field(
        None,
        description="A cross-encoder to reorder the best passages with, or what the reranking "
        "endpoint calls its model; unset: none.",
    )
    reranker_url: Address = Field(
        None,
        description="An endpoint that reranks, `/rerank` left out: TEI, or with "
        "LUMEN_RERANKER_MODEL one that speaks as Cohere, Jina and vLLM do.",
    )
    reranker_api_key: SecretStr | None = Field(None, description="Its key, where it needs one.")
    models_socket: Path | None = Field(
        None, description="Unix socket of the models process; unset: in the data folder."
    )
    blob_url: str | None = Field(
        None, description="Where uploads are kept: a folder, or s3://bucket/prefix."
    )
    s3_endpoint_url: str | None = Field(None, description="An S3-compatible store's address.")
    s3_access_key: SecretStr | None = Field(None, description="Its access key.")
    s3_secret_key: SecretStr | None = Field(None, description="Its secret key.")
    tavily_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("TAVILY_API_KEY"),
        description="Key for Tavily's web search; it switches the modes web and deep on.",
    )
    tavily_base_url: str | None = Field(
        None,
        validation_alias=AliasChoices("TAVILY_BASE_URL"),
        description="Another address of the same web search, such as a proxy.",
    )
    deep_seconds: int = Field(
        120, ge=5, description="Longest research of one answer, before its report is written."
    )
    deep_searches: int = Field(12, ge=1, le=50, description="Most web searches of one research.")
    web_processes: int = Field(1, ge=1, le=64, description="Web processes of this host.")
    worker_processes: int = Field(1, ge=0, le=64, description="Ingest workers of this host.")
    private_providers: bool | None = Field(
        None,
        description="Whether providers may be on loopback and private addresses; unset: yes on the "
        "embedded set-up, no with an external database.",
    )
    open_project_creation: bool = Field(
        default=False, description="Whether everyone may create projects, not admins alone."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="Log lines as JSON or text; auto: text on a terminal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level logged."
    )
    metrics_public: bool = Field(
        default=False, description="Whether /metrics answers on the public port."
    )
    max_upload_mb: int = Field(100, ge=1, description="Largest file taken in, in MiB.")
    max_pages: int = Field(5000, ge=1, description="Most pages read of one document.")
    max_message_chars: int = Field(8000, ge=1, description="Longest question, in characters.")
    max_parse_seconds: int = Field(20, ge=1, description="Longest reading of one document.")
    max_parse_memory_mb: int = Field(512, ge=128, description="Most memory for reading one.")
    ocr_languages: RecognisedLanguages = Field(
        default_factory=list,
        description="Languages of scanned pages as tesseract names them (eng,deu), the likeliest "
        "first; none: English and up to three more that are installed.",
    )
    max_ocr_seconds: int = Field(
        1800, ge=0, description="Longest text recognition of one document; 0: none is done."
    )
    max_answer_seconds: int = Field(600, ge=5, description="Longest run of one answer.")

    @model_validator(mode="after")
    def _what_belongs_together(self) -> Self:
        if self.smtp_url and not self.smtp_from:
            raise ValueError("With LUMEN_SMTP_URL, set LUMEN_SMTP_FROM as well.")
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("With LUMEN_OIDC_ISSUER, set LUMEN_OIDC_CLIENT_ID as well.")
        if self.embedding_url and not self.embedding_model:
            raise ValueError("With LUMEN_EMBEDDING_URL, set LUMEN_EMBEDDING_MODEL as well.")
        if not self.local_sign_in and not self.oidc_issuer:
            raise ValueError(
                "LUMEN_LOCAL_SIGN_IN=false leaves no way in: set LUMEN_OIDC_ISSUER as well."
            )
        return self

    def secret(self) -> str:
        """The server's secret, made and kept on first use of the embedded set-up.

        Raises:
            ValueError: It is too short, or missing with an external database.
        """
        if self.secret_key is not None:
            secret = self.secret_key.get_secret_value()
        elif self.secret_key_file is not None:
            secret = self.secret_key_file.read_text().strip()
        elif self.embedded:
            secret = _kept_secret(self.data_dir / "secret.key")
        else:
            raise ValueError(
                "Set LUMEN_SECRET_KEY (or LUMEN_SECRET_KEY_FILE): with an external database every "
                "host needs the same one. Make one with: openssl rand -hex 32"
            )
        if len(secret) < SHORTEST_SECRET:
            raise ValueError(
                f"LUMEN_SECRET_KEY is too short: {SHORTEST_SECRET} characters or more."
            )
        return secret

    def older_secrets(self) -> list[str]:
        """The secrets used before, the newest first.

        Raises:
            ValueError: One is too short to have been one.
        """
        given = self.secret_key_old.get_secret_value() if self.secret_key_old else ""
        if self.secret_key_old_file is not None:
            given = f"{given}\n{self.secret_key_old_file.read_text()}"
        secrets_before = [line.strip() for line in given.splitlines() if line.strip()]
        if any(len(secret) < SHORTEST_SECRET for secret in secrets_before):
            raise ValueError(
                f"LUMEN_SECRET_KEY_OLD holds one of less than {SHORTEST_SECRET} characters: one "
                "secret a line."
            )
        return secrets_before

    def setup_secret(self) -> str:
        """The one-time setup token: as set, or drawn from the secret, so that hosts agree on it."""
        if self.setup_token is not None:
            return self.setup_token.get_secret_value()
        return hmac.new(self.secret().encode(), b"lumen setup token", sha256).hexdigest()[:32]

    @property
    def public_host(self) -> str | None:
        """The name that people reach the server by, where it is set."""
        return urlsplit(self.public_url).hostname if self.public_url else None

    @property
    def public_scheme(self) -> str | None:
        """`http` or `https`, where it is set how people reach the server."""
        return urlsplit(self.public_url).scheme if self.public_url else None

    @property
    def embedded(self) -> bool:
        """Whether Lumen runs its own Postgres."""
        return self.database_url is None

    @property
    def providers_may_be_private(self) -> bool:
        """Whether a provider's base URL may point to loopback and private addresses."""
        return self.embedded if self.private_providers is None else self.private_providers

    @property
    def local_model(self) -> str | None:
        """The embedding model that this host can load by itself; None for the bundled one."""
        return None if self.embedding_url else self.embedding_model

    @property
    def embedding_prompts(self) -> Prompts:
        """What is put before texts that are embedded."""
        return Prompts(self.embedding_query_prompt, self.embedding_passage_prompt)

    @property
    def max_upload_bytes(self) -> int:
        """The largest file taken in."""
        return self.max_upload_mb * MEBIBYTE

    @property
    def blob_location(self) -> str:
        """A folder or an `s3://` URL."""
        return self.blob_url or str(self.data_dir / "blobs")

    @property
    def models_socket_path(self) -> Path:
        """Where the models process listens: a short path of its own where the folder's is long."""
        path = self.models_socket or self.data_dir / "models.sock"
        if len(str(path)) <= LONGEST_SOCKET_PATH:
            return path
        mark = sha256(str(path).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"lumen-{os.geteuid()}-{mark}" / path.name


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text().strip()
