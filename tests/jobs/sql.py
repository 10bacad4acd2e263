"""Statements that the tests of jobs need."""

from sqlalchemy import text

JOBS = text("SELECT task_name, CAST(status AS text) FROM procrastinate_jobs ORDER BY id")
ADD_OWNER = text(
    "INSERT INTO user_account (id, email, name, password_hash, created_at, updated_at)"
    " VALUES (:id, :email, 'Owner', '-', now(), now())"
)
ADD_PROJECT = text(
    "INSERT INTO project (id, name, color, owner_id, created_at, updated_at)"
    " VALUES (:id, 'Project', '#4f6bed', :owner, now(), now())"
)
END_JOBS = text("UPDATE procrastinate_jobs SET status = 'succeeded'")
STORED_HERE = text(
    "SELECT EXISTS (SELECT FROM document"
    " WHERE status = 'ready' AND xmin = CAST(pg_current_xact_id() AS xid))"
)
CONFIGURATIONS = text(
    "SELECT cfgname FROM pg_ts_config WHERE cfgnamespace = CAST('pg_catalog' AS regnamespace)"
)
LOCK_WAITS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
