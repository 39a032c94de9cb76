"""Stock nbgrader, run in this folder, grades as `ganlab grade` does."""

from ganlab.grading.settings import configure

configure(get_config())  # noqa: F821 -- put there by the config loader
