"""Reads MovieLens out of its pickled data frame, on its own in a process of its own: a pickle is a program.

``python -I unpickle.py SOURCE TARGET`` writes the frame's columns as Parquet. Only the few names that such a
frame is made of are known to the reader and stand for plain functions here, so that nothing else can be called;
size and time are limited. It ends with status 1 and one line on stderr when the file is anything else.
"""

import io
import lzma
import pickle
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS: Final = {
    "movieId": pa.int64(),
    "title": pa.string(),
    "year": pa.float64(),
    "genres": pa.string(),
    "userId": pa.int64(),
    "rating": pa.float64(),
    "timestamp": pa.int64(),
}
MAX_BYTES: Final = 64 << 20
MAX_MEMORY: Final = 8 << 30
MAX_SECONDS: Final = 60


class Frame:
    """What is left of a pandas data frame: its state, which pickle sets."""

    state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


def _array(kind: type, shape: Any, dtype: Any) -> Any:
    return np.ndarray(shape, dtype=dtype)


def _array_of_bytes(data: bytes, dtype: Any, shape: Any, order: Any) -> Any:
    return np.frombuffer(data, dtype=dtype).reshape(shape, order=order)


def _block(values: Any, places: Any, ndim: int) -> tuple[Any, Any]:
    return values, places


def _manager(blocks: Any, axes: Any) -> tuple[Any, Any]:
    return blocks, axes


def _index(kind: Any, state: dict[str, Any]) -> Any:
    return state.get("data")


KNOWN: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("pandas.core.frame", "DataFrame"): Frame,
    ("pandas.core.internals.managers", "BlockManager"): _manager,
    ("pandas._libs.internals", "_unpickle_block"): _block,
    ("pandas.core.indexes.base", "_new_Index"): _index,
    ("pandas.core.indexes.base", "Index"): object,
    ("pandas.core.indexes.range", "RangeIndex"): object,
    ("numpy.core.numeric", "_frombuffer"): _array_of_bytes,
    ("numpy.core.multiarray", "_reconstruct"): _array,
    ("numpy", "dtype"): np.dtype,
    ("numpy", "ndarray"): np.ndarray,
    ("builtins", "slice"): slice,
}


class FrameUnpickler(pickle.Unpickler):
    """Refuses every name that is not in ``KNOWN``."""

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        try:
            return KNOWN[module.replace("numpy._core.", "numpy.core."), name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}") from None


def read_frame(data: bytes) -> dict[str, Any]:
    """The columns of a pickled data frame by name; raises ``pickle.UnpicklingError`` when it is anything else."""
    frame = FrameUnpickler(io.BytesIO(data)).load()
    blocks, (names, _) = frame.state["_mgr"]
    columns = {}
    for values, places in blocks:
        rows = range(len(names))[places] if isinstance(places, slice) else places
        for row, column in zip(rows, values, strict=True):
            columns[str(names[row])] = column
    return columns


def main(source: Path, target: Path) -> None:
    """Converts one file."""
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    with lzma.open(source) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise pickle.UnpicklingError("it is too big")
    columns = read_frame(data)
    table = {name: pa.array(columns[name], kind, from_pandas=True) for name, kind in COLUMNS.items()}
    pq.write_table(pa.table(table), target, compression="zstd")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except Exception as error:
        sys.exit(f"{error}".splitlines()[0] if f"{error}" else type(error).__name__)
