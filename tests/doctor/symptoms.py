"""The symptom table: what people see, what the doctor finds, which runbook it names."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.doctor.check import Status
from tests.doctor import provoking_documents as documents
from tests.doctor import provoking_leftovers as leftovers
from tests.doctor import provoking_server as server
from tests.doctor import provoking_upstreams as upstreams
from tests.doctor.scene import Scene


@dataclass(frozen=True)
class Row:
    """One cause of a symptom.

    Attributes:
        provoke: Brings it about, and gives what people see.
        seen: What that must be; a regular expression, like `detail`.
    """

    provoke: Callable[[Scene], Awaitable[str]]
    seen: str
    check: str
    status: Status
    detail: str
    runbook: str


TABLE = [
    # 401 authentication fails: the provider's key is empty or wrong.
    Row(
        upstreams.wrong_key,
        "^LLM_API_ERROR 401 the provider refused the key",
        "provider-keys",
        "failed",
        "^acme: 401 the provider refused the key",
        "provider-401",
    ),
    Row(
        upstreams.no_key,
        "^LLM_KEY_MISSING 401 the provider needs a key",
        "provider-keys",
        "failed",
        "^acme: 401 the provider needs a key and has none",
        "provider-401",
    ),
    # LLM_API_ERROR on the stream: wrong base URL, model name, quota.
    Row(
        upstreams.wrong_address,
        "^LLM_API_ERROR 404",
        "provider-models",
        "failed",
        "^acme: 404 the provider knows no such model or address",
        "llm-api-error",
    ),
    Row(
        upstreams.nobody_there,
        "^LLM_API_ERROR the provider cannot be reached",
        "provider-models",
        "failed",
        "^acme: the provider cannot be reached",
        "llm-api-error",
    ),
    Row(
        upstreams.model_not_offered,
        "^LLM_API_ERROR 404",
        "provider-models",
        "failed",
        "^acme offers no gone$",
        "llm-api-error",
    ),
    Row(
        upstreams.quota_used,
        "^LLM_API_ERROR 429",
        "recent-answers",
        "failed",
        "^1 of 1 failed in the last hour, mostly LLM_API_ERROR: 429",
        "llm-api-error",
    ),
    Row(
        upstreams.breaker_open,
        "^LLM_API_ERROR",
        "provider-health",
        "failed",
        "^acme is not asked until .*: 503 the provider failed",
        "llm-api-error",
    ),
    # No `meta` ever, 403: the resolver gave no access.
    Row(
        documents.no_access,
        "^403 project_access_denied",
        "project-access",
        "warning",
        "^1 private projects have a deactivated owner and no grant: Lamps",
        "no-access-403",
    ),
    # The stream hangs before the first token.
    Row(
        documents.embedder_gone,
        "^EMBEDDER_ERROR",
        "embedder",
        "failed",
        "^No question can be embedded: the models process does not answer",
        "stream-hangs",
    ),
    Row(
        upstreams.answer_never_begins,
        "^silence",
        "provider-models",
        "failed",
        "^acme: no(thing arrived for| answer within)",
        "llm-api-error",
    ),
    Row(
        upstreams.queue_full,
        "^silence",
        "provider-queues",
        "warning",
        "^acme has 1 places for 2 answers",
        "stream-hangs",
    ),
    Row(
        server.proxy_holds_back,
        "^all at once",
        "public-address",
        "failed",
        "A proxy holds streams back",
        "behind-a-proxy",
    ),
    Row(
        server.proxy_passes_on,
        "^2 pieces",
        "public-address",
        "ok",
        "come through",
        "behind-a-proxy",
    ),
    # The wrong model is used.
    Row(
        upstreams.projects_model_gone,
        "^extractive/quotes",
        "model-choice",
        "failed",
        "such as Lamps, ask for acme/plain; nobody offers it, extractive/quotes answers",
        "wrong-model",
    ),
    Row(
        upstreams.plain_name_twice,
        "^acme/plain",
        "model-choice",
        "warning",
        "^plain: several providers offer",
        "wrong-model",
    ),
    Row(
        upstreams.nobody_answers,
        "^422 no_provider",
        "model-choice",
        "failed",
        "^No provider is switched on",
        "wrong-model",
    ),
    # web and deep are greyed out, or SEARCH_API_ERROR.
    Row(
        upstreams.no_search_key,
        "^web: False; 422 mode_unavailable",
        "web-search",
        "warning",
        "^TAVILY_API_KEY is not set",
        "web-search",
    ),
    Row(
        upstreams.wrong_search_key,
        "^SEARCH_API_ERROR 401",
        "web-search",
        "failed",
        "401 the web search refused the key",
        "web-search",
    ),
    Row(
        upstreams.searches_used,
        "^SEARCH_API_ERROR 432",
        "web-search",
        "failed",
        "out of quota: 1000 of 1000 searches",
        "web-search",
    ),
    # A document stays queued, or failed.
    Row(
        documents.no_worker,
        "^queued",
        "workers",
        "failed",
        "^No worker has given a sign of life for 30 s and 1 documents wait",
        "document-queued-or-failed",
    ),
    Row(
        documents.stuck,
        "^embedding",
        "workers",
        "failed",
        "a document has not moved for 60 minutes",
        "document-queued-or-failed",
    ),
    Row(
        documents.poison_file,
        "^failed corrupt_file",
        "documents",
        "warning",
        "^Failed: 1 × corrupt_file",
        "document-queued-or-failed",
    ),
    # Answers miss what is in the documents.
    Row(
        documents.still_indexing,
        "^extractive/quotes cites nothing",
        "indexing",
        "warning",
        "^1 documents are not read yet",
        "answers-miss-what-is-there",
    ),
    Row(
        documents.no_language,
        "'lexical': None",
        "languages",
        "warning",
        "^1 of 1 documents have no known language",
        "answers-miss-what-is-there",
    ),
    Row(
        documents.other_embedder,
        "'dense': None",
        "vectors",
        "failed",
        "^gone@1: this model can't be reached",
        "answers-miss-what-is-there",
    ),
    # Sign-in is refused everywhere.
    Row(
        server.not_set_up,
        "^503 not_bootstrapped",
        "superadmin",
        "failed",
        "^The server is not set up yet",
        "sign-in-refused",
    ),
    Row(
        server.superadmin_inactive,
        "^401 invalid_credentials",
        "superadmin",
        "failed",
        "^The superadmin is deactivated",
        "sign-in-refused",
    ),
    Row(
        server.secret_changed,
        "^401 unauthenticated",
        "secret",
        "failed",
        "^The keys of acme can't be opened: .* sealed with another server secret",
        "sign-in-refused",
    ),
    Row(
        server.secret_rotated,
        "^401 unauthenticated",
        "secret",
        "warning",
        "^The keys of acme are sealed with an older secret",
        "sign-in-refused",
    ),
    Row(
        server.clock_set_back,
        "future",
        "clock",
        "failed",
        "^The newest sign-in is 3600 s in the future",
        "sign-in-refused",
    ),
    Row(
        server.issuer_gone,
        "^403 local_sign_in_off; issuer_unreachable",
        "single-sign-on",
        "failed",
        "^Nobody can sign in: passwords are off and the issuer fails",
        "sign-in-refused",
    ),
    # Everything fails or hangs at once.
    Row(
        server.database_closed,
        "^5",
        "database",
        "failed",
        "^No connection to the database",
        "database-down",
    ),
    Row(
        server.read_only,
        "^5",
        "database",
        "failed",
        "^The database is read-only",
        "database-down",
    ),
    Row(
        server.connections_used,
        "^too many connections for role",
        "database",
        "failed",
        "^All connections of the database are used",
        "database-down",
    ),
    Row(
        server.connections_almost_used,
        "",
        "connections",
        "warning",
        "of the role's 6 connections are used",
        "database-down",
    ),
    Row(
        server.schema_old, "lumen migrate", "migrations", "failed", "Run: lumen migrate", "upgrade"
    ),
    Row(
        server.disk_nearly_full,
        "",
        "disk",
        "failed",
        "are free for .* Uploads and the database are about to fail",
        "disk-full",
    ),
    Row(
        server.blobs_not_writable,
        "^5",
        "files",
        "failed",
        "^A file can't be stored: ",
        "disk-full",
    ),
    # Something is left of what was deleted, or gone that should be there.
    Row(
        leftovers.stray_file,
        "",
        "document-files",
        "warning",
        "^1 stored files belong to no document",
        "leftovers",
    ),
    Row(
        leftovers.lost_file,
        "^410 blob_missing",
        "document-files",
        "failed",
        "^The file of 1 documents is gone: lamps.md",
        "leftovers",
    ),
    Row(
        leftovers.vectors_alone,
        "",
        "leftovers",
        "warning",
        "^1 vectors have no passage",
        "leftovers",
    ),
    Row(
        leftovers.vectors_astray,
        "",
        "leftovers",
        "warning",
        "^1 vectors tell another place than their passage",
        "leftovers",
    ),
    Row(
        leftovers.older_passages,
        "",
        "leftovers",
        "warning",
        "^1 documents hold passages of a version that is gone",
        "leftovers",
    ),
    Row(
        leftovers.job_of_nothing,
        "",
        "leftovers",
        "warning",
        "^1 jobs are for documents that are gone",
        "leftovers",
    ),
    Row(
        leftovers.index_of_nothing,
        "^200",
        "leftovers",
        "warning",
        "^1 indexes are of projects that are gone",
        "leftovers",
    ),
]
