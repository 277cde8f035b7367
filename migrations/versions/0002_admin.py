"""What reviewers do, and indexes for what they ask."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_admin"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_turns_review": ("turns", ["id", "conversation_id", "user_id", "action", "model_version"]),
    "ix_statements_review": ("statements", ["confidence", "turn_id", "user_id"]),
    "ix_recommendations_review": ("recommendations", ["turn_id", "purpose", "model_version", "user_id"]),
}
SEARCH = ("ix_turns_text", "turns", ["conversation_id", "text"])
"""For SQLite alone: PostgreSQL keeps long replies out of the rows that it scans, and its B-trees hold no long texts."""


def upgrade() -> None:
    """Add the review app's tables and indexes."""
    op.create_table(
        "marks",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("conversation_id", sa.String(length=13), nullable=False),
        sa.Column("turn_id", sa.String(length=13), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_marks_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_marks_turn_id_turns"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
    )
    op.create_index(op.f("ix_marks_conversation_id_id"), "marks", ["conversation_id", "id"])
    op.create_index(op.f("ix_marks_turn_id"), "marks", ["turn_id"])
    op.create_index(op.f("ix_marks_kind_value"), "marks", ["kind", "value"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("turn_id", sa.String(length=13), nullable=False),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turns.id"], name=op.f("fk_corrections_turn_id_turns"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_turn_id"), "corrections", ["turn_id"])
    op.create_table(
        "admin_sessions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_sessions")),
    )
    op.create_table(
        "admin_links",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_links")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_what"), "audit", ["what"])
    op.create_table(
        "exports",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)
    dead = sa.text("dead_at IS NOT NULL")
    for table in ("inbox", "outbox"):
        op.create_index(f"ix_{table}_dead", table, ["dead_at"], sqlite_where=dead, postgresql_where=dead)
    if op.get_context().dialect.name == "sqlite":
        op.create_index(*SEARCH)


def downgrade() -> None:
    """Drop them, and what they hold."""
    if op.get_context().dialect.name == "sqlite":
        op.drop_index(SEARCH[0], SEARCH[1])
    for table in ("inbox", "outbox"):
        op.drop_index(f"ix_{table}_dead", table)
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
    for table in ("exports", "audit", "admin_links", "admin_sessions", "corrections", "marks"):
        op.drop_table(table)
