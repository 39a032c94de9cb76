"""What a student sees of a failed check in a notebook: the sentence, no traceback through the package."""

import re
import subprocess
import sys

COUNT = 'from ganlab.grading.checks import check\ndef class_histogram(labels, classes):\n    {body}\ncheck("08/class_histogram", class_histogram)\n'


def shown(tmp_path, body):
    """Run a notebook's cell in IPython and give what it shows."""
    cell = tmp_path / "cell.ipy"
    cell.write_text(COUNT.format(body=body))
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", str(cell)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


def test_a_wrong_answer_gets_one_sentence(tmp_path):
    text = shown(tmp_path, "return 3").strip()
    assert text.startswith("CheckFailed: class_histogram") and len(text.splitlines()) == 1


def test_an_answer_that_is_not_written_gets_one_sentence(tmp_path):
    text = shown(tmp_path, "raise NotImplementedError()").strip()
    assert text == "CheckFailed: class_histogram is not written yet."


def test_an_answer_that_raises_gets_its_error_in_one_sentence(tmp_path):
    text = shown(tmp_path, "return labels + no_such_name").strip()
    assert "NameError: name 'no_such_name' is not defined" in text and len(text.splitlines()) == 1
