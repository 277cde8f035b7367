"""Messages are found by what their channel calls them: an emoji on a card is about that card."""

from __future__ import annotations

from alembic import op

revision = "0003_telegram"
down_revision = "0002_admin"
branch_labels = None
depends_on = None

INDEX = "ix_outbox_channel_chat_id_message_id"


def upgrade() -> None:
    """Index the outbox by message."""
    op.create_index(INDEX, "outbox", ["channel", "chat_id", "message_id"])


def downgrade() -> None:
    """Drop the index."""
    op.drop_index(INDEX, "outbox")
