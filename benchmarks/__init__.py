"""Benchmarks: speed as a ratio to a named peer in the same run. They need a quiet machine."""

import recsys  # noqa: F401 (before NumPy: it says how many threads that may use)
