"""The engine: what is known of items and people, and what to recommend. It knows no SQL and no chat."""
