"""Fixtures of the builder's and the grader's tests."""

import os
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests.grading.toy import write_course


@pytest.fixture
def course(tmp_path):
    return write_course(tmp_path)


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory):
    """A new gradebook to copy: nbgrader takes seconds to make one, calling `alembic` by its name."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        Gradebook(f"sqlite:///{path}").close()
    return path
