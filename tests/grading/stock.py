"""Stock nbgrader on the same course, as an instructor without ganlab's commands would run it."""

import shutil
import warnings
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import PyFileConfigLoader

REPOSITORY = Path(__file__).parents[2]


def assert_stock_releases(chapter, gradebook):
    """`nbgrader generate_assignment` with this repository's config makes the very notebook the builder made."""
    built = chapter.released.read_bytes()
    shutil.rmtree(chapter.course / "course")
    shutil.copy(gradebook, chapter.course)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(REPOSITORY)).load_config()
    course = CourseDirectory(config=config, root=str(chapter.course), assignment_id=chapter.name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        GenerateAssignment(coursedir=course, config=config).start()
    assert chapter.released.read_bytes() == built
