"""Benchmarks: speed as a ratio to a named peer in the same run. They need a quiet machine."""
