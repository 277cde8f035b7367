"""The review app: what happened in every conversation, why, and what to do about it."""
