"""A language that somebody asked for is told from one that they wrote in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_languages"
down_revision = "0003_telegram"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whoever asked for a language has chosen theirs."""
    op.add_column("users", sa.Column("language_chosen", sa.Boolean(), nullable=False, server_default=sa.false()))
    users, statements = sa.table("users", sa.column("id"), sa.column("language_chosen")), sa.table("statements")
    said = [sa.column(name) for name in ("kind", "value")]
    asked = sa.select(sa.column("user_id")).select_from(statements).where(said[0] == "intent", said[1] == "language")
    op.execute(sa.update(users).where(users.c.id.in_(asked)).values(language_chosen=sa.true()))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("users", "language_chosen")
