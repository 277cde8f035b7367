"""The helper process that holds the model: llama.cpp's server on a loopback port, for one parent.

A crash, a kill for memory or a hang inside native code ends this process and never the parent's. Run as a script
by ``recsys.llm.LlamaCpp``; it speaks one line each way. In: ``{"path", "threads", "context", "key"}``. Out:
``{"url"}``, or ``{"error"}`` and exit code 1. It leaves when its standard input closes, so it outlives no parent.
"""

import json
import os
import sys

NICENESS = 5
"""Ranking and chat come before words: on a busy machine the generator yields to them."""

BATCH = 128
"""Prompt tokens per step: a cancelled request frees the model after at most one step."""


def main() -> None:
    """Load the model, report where it listens, and stay until standard input closes."""
    # llama.cpp may print; the parent reads this pipe as a protocol.
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    order = json.loads(sys.stdin.readline())
    try:
        server = _load(order)
    except Exception as error:
        print(json.dumps({"error": str(error)}), file=report, flush=True)
        os._exit(1)
    print(json.dumps({"url": server.listening_address}), file=report, flush=True)
    sys.stdin.read()
    os._exit(0)  # without waiting for a generation that nobody reads any more


def _load(order: dict[str, object]):  # type: ignore[no-untyped-def]  # xllamacpp has no types
    # Busy-waiting threads starve each other when the cores are shared: asleep they are up to ten times as fast.
    # OpenMP reads this when it is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["path"]
    params.n_ctx = order["context"]
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = BATCH
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = order["threads"]
    params.api_keys = [order["key"]]
    params.hostnames = ["127.0.0.1"]
    params.ui = False
    params.cache_ram_mib = 0  # the one slot keeps the constant prefix; further copies would only take memory
    params.verbosity = -1
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
