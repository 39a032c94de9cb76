"""How nbgrader is set up here: for stock tools through nbgrader_config.py, and for `ganlab grade`."""

from traitlets.config import Config

OURS = "ganlab.grading.preprocessors"
STOCK = "nbgrader.preprocessors"
QUIET_KERNEL = ["--log-level=ERROR"]  # ipykernel warns of every kernel on the terminal


def configure(config: Config) -> None:
    """Set what grading needs: folders, files students never get, and our steps in place of the stock ones."""
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = "course"
    # nbgrader copies every file of a chapter's folder that is not ignored, the source with its solutions too.
    config.CourseDirectory.ignore = [".?*", "*.pyc", "__pycache__", "feedback", "*.py", "results"]
    config.ExecutePreprocessor.shutdown_kernel = "immediate"  # a polite shutdown takes 2 s a notebook
    config.Execute.timeout = 60
    config.Execute.extra_arguments = QUIET_KERNEL
    config.OverwriteCells.add_missing_cells = True
    config.Autograde.sanitize_preprocessors = [
        f"{OURS}.ClearOutputs",
        f"{STOCK}.DeduplicateIds",
        f"{STOCK}.OverwriteKernelspec",
        f"{STOCK}.OverwriteCells",
        f"{STOCK}.CheckCellMetadata",
    ]
    config.Autograde.autograde_preprocessors = [
        f"{OURS}.RunCells",
        f"{STOCK}.IgnorePattern",
        f"{STOCK}.LimitOutput",
        f"{OURS}.ScoreChecks",
        f"{STOCK}.AssignLatePenalties",
        f"{STOCK}.CheckCellMetadata",
    ]
    config.GenerateFeedback.preprocessors = [
        f"{STOCK}.GetGrades",
        f"{OURS}.HideTests",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    config.HTMLExporter.sanitize_html = True
