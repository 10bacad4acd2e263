"""Rows as the ingest pipeline would leave them."""

from sqlalchemy import TextClause, text

ADD_OWNER = text(
    "INSERT INTO user_account (id, email, name, password_hash, created_at, updated_at) "
    "VALUES (:id, :email, 'Owner', '-', now(), now())"
)
ADD_PROJECT = text(
    "INSERT INTO project (id, name, color, owner_id, created_at, updated_at) "
    "VALUES (:id, :name, '#4f6bed', :owner, now(), now())"
)
ADD_DOCUMENT = text(
    "INSERT INTO document (id, project_id, name, mime_type, size_bytes, sha256, blob_key, status, "
    "version, ready_version, chunk_count, paged, language, created_at, updated_at) "
    "VALUES (:id, :project, :name, 'text/plain', :size, :sha256, '-', 'ready', "
    "1, 1, :chunks, :paged, :language, now(), now())"
)
ADD_PAGE = text(
    'INSERT INTO page (document_id, number, start, "end", text) '
    "VALUES (:document, :number, :start, :end, :text)"
)
ADD_CHUNK = text(
    "WITH added AS ("
    'INSERT INTO chunk (id, project_id, document_id, ordinal, page_number, start, "end", text, '
    "token_count, gap, lexemes) VALUES (:id, :project, :document, :ordinal, :page, :start, :end, "
    ":text, :tokens, :gap, to_tsvector(CAST(:language AS regconfig), :searchable)) "
    "RETURNING id, project_id, document_id, ordinal) "
    "INSERT INTO chunk_vector (chunk_id, embedder, project_id, document_id, ordinal, embedding) "
    "SELECT id, :embedder, project_id, document_id, ordinal, CAST(:embedding AS halfvec) FROM added"
)

ANALYZE = text("ANALYZE chunk, chunk_vector, document")


def explain(statement: TextClause) -> TextClause:
    """The same statement, planned and not run."""
    return text(f"EXPLAIN {statement.text}")
