"""``usher admin``: the review app by itself."""

from __future__ import annotations

from bot.terminal import announce, current_settings, progress_bars


def admin() -> None:
    """Review conversations in a browser. Needs ADMIN_SECRET, and ADMIN_IDS or ADMIN_PASSWORD."""
    from bot.serve import serve_admin

    serve_admin(current_settings(), announce, progress_bars)
