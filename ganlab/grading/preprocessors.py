"""nbgrader's grading steps where the stock ones lose or give away points; listed in settings.py.

Stock nbgrader runs every cell again, takes stderr text for a failure, a cell's value for a score (a negative
one for full marks), a cell that never ran for a pass, and shows hidden tests in the feedback.
"""

import re
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearHiddenTests, ClearOutput, Execute, SaveAutoGrades
from nbgrader.utils import is_grade, is_solution

from ganlab.grading.source import TRAINING

Resources = dict[str, Any]
Step = tuple[NotebookNode, Resources]
STATUS = "ganlab"  # notebook metadata in which RunCells says how the run went
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def is_training(cell: NotebookNode) -> bool:
    """Whether grading skips the cell; never a graded or answered one, whatever tag it was given."""
    return TRAINING in cell.metadata.get("tags", []) and "nbgrader" not in cell.metadata


def passed(cell: NotebookNode) -> bool:
    """Whether a check cell ran to its end without an exception; what it printed or returned is no matter."""
    return cell.execution_count is not None and all(output.output_type != "error" for output in cell.outputs)


class ClearOutputs(ClearOutput):
    """Removes outputs, except those of training cells, which nothing will make again."""

    def preprocess_cell(self, cell: NotebookNode, resources: Resources, index: int) -> Step:
        if is_training(cell):
            return cell, resources
        return super().preprocess_cell(cell, resources, index)


class RunCells(Execute):
    """Runs all but training cells; after a dead or hung kernel the cells left fail, saying why."""

    def preprocess(self, nb: NotebookNode, resources: Resources, km: Any = None) -> Step:
        nb.metadata.pop(STATUS, None)
        return super().preprocess(nb, resources, km)

    def preprocess_cell(self, cell: NotebookNode, resources: Resources, index: int) -> Step:
        if cell.cell_type != "code" or is_training(cell):
            return cell, resources
        if STATUS in self.nb.metadata:
            _fail(cell, "NotRun", self.nb.metadata[STATUS]["reason"])
            return cell, resources
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except (DeadKernelError, CellTimeoutError) as error:  # died; took no notice of the interrupt
            died = isinstance(error, DeadKernelError)
            reason = f'the kernel {"died" if died else "hung"} at cell "{cell.get("id", index)}"'
            self.nb.metadata[STATUS] = {"status": "crashed" if died else "timed_out", "reason": reason}
            _fail(cell, type(error).__name__, reason)
        return cell, resources


def _fail(cell: NotebookNode, ename: str, reason: str) -> None:
    cell.outputs = [new_output("error", ename=ename, evalue=reason, traceback=[f"{ename}: {reason}"])]


class ScoreChecks(SaveAutoGrades):
    """A check gives all of its points or none: those of a cell that ran without an exception."""

    def _add_score(self, cell: NotebookNode, resources: Resources) -> None:
        if cell.cell_type != "code" or is_solution(cell):
            return super()._add_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id, self.student_id
        )
        grade.auto_score = float(cell.metadata.nbgrader.points) if passed(cell) else 0.0
        grade.needs_manual_grade = grade.manual_score is not None  # a person's score stands, to be reviewed
        self.gradebook.db.commit()
        return None


class HideTests(ClearHiddenTests):
    """Keeps hidden tests out of the feedback: their source, their tracebacks, and outputs that quote them."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Step:
        self.hidden = {line for cell in nb.cells if is_grade(cell) for line in self._hidden_lines(cell)}
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: NotebookNode, resources: Resources, index: int) -> Step:
        removed = self._remove_hidden_test_region(cell)
        for output in cell.get("outputs", []):
            if output.output_type == "error" and removed:
                output.traceback = [f"{output.ename}: {output.evalue}"]
            self._withhold(output)
        return cell, resources

    def _hidden_lines(self, cell: NotebookNode) -> set[str]:
        """Lines of the hidden region that are long enough to be recognised elsewhere."""
        visible = cell.copy()
        self._remove_hidden_test_region(visible)
        lines = set(cell.source.split("\n")) - set(visible.source.split("\n"))
        return {line.strip() for line in lines if len(line.strip()) >= 12}

    def _withhold(self, output: NotebookNode) -> None:
        texts = [output.get("text", ""), *output.get("traceback", []), *output.get("data", {}).values()]
        said = ANSI.sub("", "\n".join(text for text in texts if isinstance(text, str)))
        if any(line in said for line in self.hidden):
            notice = "This output quotes a hidden test and is not shown."
            output.clear()
            output.update(new_output("stream", name="stdout", text=notice))
