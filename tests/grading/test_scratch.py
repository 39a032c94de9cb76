"""Folders of sandboxes: a dead grader's go, a living one's stay, whoever looks."""

import os
import subprocess
import sys
import tempfile

import pytest

from ganlab.grading import scratch
from ganlab.grading.sandbox import ForkServer
from ganlab.grading.scratch import LOCK, PREFIX, Scratch, sweep

HOLD = """
import sys
from ganlab.grading.scratch import Scratch
folder = Scratch()
(folder.path / "library").mkdir()
(folder.path / "library" / "file").write_text("x")
print(folder.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_folder_is_there_until_it_is_closed(place):
    folder = Scratch()
    (folder.path / "file").write_text("x")
    sweep()
    assert (folder.path / "file").is_file() and folder.path.parent == place
    folder.close()
    assert list(place.iterdir()) == []


def test_a_killed_graders_folder_goes_and_a_living_ones_stays(place):
    start = [sys.executable, "-c", HOLD]
    graders = [subprocess.Popen(start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    dead, living = (grader.stdout.readline().strip() for grader in graders)
    sweep()
    assert os.path.isfile(f"{dead}/library/file") and os.path.isfile(f"{living}/library/file")
    graders[0].kill()
    graders[0].communicate()
    assert os.path.isfile(f"{dead}/library/file")
    sweep()
    assert not os.path.exists(dead) and os.path.isfile(f"{living}/library/file")
    graders[1].communicate("")
    sweep()
    assert list(place.iterdir()) == []


def test_what_is_no_abandoned_folder_stays(place):
    """New ones without a lock yet, others' names, files, links to somewhere else."""
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / LOCK).touch()
    (place / f"{PREFIX}link").symlink_to(elsewhere)
    (place / f"{PREFIX}file").touch()
    new, old = place / f"{PREFIX}new", place / f"{PREFIX}old"
    new.mkdir()
    old.mkdir()
    os.utime(old, (0, 0))
    sweep()
    assert sorted(path.name for path in place.iterdir()) == [
        "elsewhere",
        *(PREFIX + end for end in ("file", "link", "new")),
    ]
    assert (elsewhere / LOCK).is_file()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a folder to another user")
def test_another_users_folder_stays(place):
    theirs = place / f"{PREFIX}theirs"
    theirs.mkdir()
    (theirs / LOCK).touch()
    os.chown(theirs, 1234, 1234)
    sweep()
    assert theirs.is_dir()
    os.chown(theirs, 0, 0)
    sweep()
    assert not theirs.exists()


def test_who_is_swept_before_the_lock_takes_another_folder(place, monkeypatch):
    made, lock = [], scratch.fcntl.flock

    def late(descriptor, how):
        if not made:
            made.extend(place.iterdir())
            os.unlink(made[0] / LOCK)
            os.rmdir(made[0])
        lock(descriptor, how)

    monkeypatch.setattr(scratch.fcntl, "flock", late)
    folder = Scratch()
    assert folder.path != made[0] and list(place.iterdir()) == [folder.path]
    folder.close()


def test_a_sandbox_takes_abandoned_folders_away_when_it_starts_and_its_own_when_it_ends(place):
    left = place / f"{PREFIX}left"
    (left / "library").mkdir(parents=True)
    (left / LOCK).touch()
    other = Scratch()
    with ForkServer(confined=False) as server:
        server.kernel().close()
        (own,) = set(place.glob(f"{PREFIX}*")) - {left, other.path}
        assert (own / "library" / "ganlab").is_dir() and not left.exists() and other.path.is_dir()
    assert list(place.glob(f"{PREFIX}*")) == [other.path]
    other.close()
