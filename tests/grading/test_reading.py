"""Damaged files, read: what can be used is, the rest is unreadable with a sentence, and never the grader's fault."""

import nbformat
import pytest

from ganlab.grading import reading, worker
from ganlab.grading.cleaning import TEXT_LIMIT, clean_cells
from ganlab.grading.reading import Ungradable, cells_of, parse
from ganlab.grading.release import release
from ganlab.grading.source import read_source
from ganlab.grading.worker import Job, grade
from tests.grading.toy import CHAPTER, SOURCE

DEEP = "[" * 900 + "]" * 900
DICTS = '{"a":' * 900 + "1" + "}" * 900
NOTHING = {  # JSON with no cell in it
    "sheets_are_text": '{"nbformat": 3, "worksheets": "all"}',
    "sheets_are_a_dict": '{"nbformat": 3, "worksheets": {"cells": []}}',
    "cells_are_a_number_and_sheets": '{"cells": 5, "worksheets": [{"cells": []}]}',
    "cells_are_a_dict": '{"cells": {"0": {"cell_type": "code", "source": ""}}}',
    "cells_are_true": '{"cells": true}',
    "a_list_of_cells": '[{"cell_type": "code", "source": ""}]',
    "nan": "NaN",
    "deeper_than_json_goes": '{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "a_number_without_end": '{"cells": ' + "1" * 5000 + "}",
}
EMPTY = {  # lists of cells, none of which is one
    "sheet_cells_are_a_number": '{"nbformat": 3, "worksheets": [{"cells": 5}]}',
    "sheet_cells_are_null": '{"nbformat": 3, "worksheets": [{"cells": null}, {}]}',
    "sheet_cells_are_a_dict": '{"nbformat": 3, "worksheets": [{"cells": {"a": 1}}]}',
    "sheet_cells_are_text": '{"nbformat": 3, "worksheets": [{"cells": "ab"}, 3, null, []]}',
    "cells_are_numbers": '{"cells": [1, 2.5, null, true, "a", [], NaN, -Infinity]}',
    "source_is_a_dict": '{"cells": [{"cell_type": "code", "source": {"a": 1}}]}',
    "type_is_a_list": '{"cells": [{"cell_type": ["code"], "source": ""}]}',
    "a_deep_cell": f'{{"cells": [{DEEP}]}}',
}
ODD = {  # fields of one cell that are not what they should be
    "metadata_is_a_list": '"metadata": [1]',
    "metadata_is_deep": f'"metadata": {{"x": {DICTS}, "tags": {DEEP}}}',
    "outputs_are_text": '"outputs": "all"',
    "outputs_are_a_dict": '"outputs": {"0": 1}',
    "outputs_are_deep": f'"outputs": [{DEEP}, {{"data": {DICTS}}}]',
    "count_is_nan": '"execution_count": NaN',
    "count_is_true": '"execution_count": true',
    "count_is_huge": f'"execution_count": 1{"0" * 4000}',
    "count_is_negative": '"execution_count": -1',
    "id_is_a_list": '"id": [1]',
    "keys_twice": '"source": "y = 2", "source": "x = 1", "cell_type": "raw", "cell_type": "code"',
    "attachments_are_text": '"attachments": "all"',
}


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    path = tmp_path_factory.mktemp("target") / f"{CHAPTER}.py"
    path.write_text(SOURCE)
    return read_source(path)


def job(target, text):
    return Job("ann", CHAPTER, text.encode(), nbformat.writes(target), {}, "secret")


@pytest.mark.parametrize("name", [*NOTHING, *EMPTY])
def test_where_there_is_no_cell_it_is_unreadable(target, name):
    graded = grade(job(target, {**NOTHING, **EMPTY}[name]))
    assert (graded.status, graded.points) == ("unreadable", {})
    assert ("no cell of the assignment" in graded.reason) == (name in EMPTY) and "unusual" not in graded.reason


@pytest.mark.parametrize("name", ODD)
def test_an_odd_field_costs_nothing(name):
    text = f'{{"cells": [{{"cell_type": "code", "source": "x = 1", {ODD[name]}}}]}}'
    (cell,) = cells_of(parse(text.encode()), notes := [])
    assert (cell.cell_type, cell.source, cell["count"], notes) == ("code", "x = 1", None, [])
    assert isinstance(cell.outputs, list) and isinstance(cell.id, str)
    (counted,) = cells_of({"cells": [{"cell_type": "code", "source": "", "execution_count": 7}]}, [])
    assert counted["count"] == 7


def test_long_text_is_cut_and_it_is_said():
    cell = {"cell_type": "markdown", "source": "x" * 400_000}
    cells = list(cells_of({"cells": [cell] * 7}, notes := []))
    assert [len(cell.source) for cell in cells] == [TEXT_LIMIT + 1] * 5 + [0, 0]  # the one more is cut by cleaning
    assert set(notes) == {"it holds more than 1,000,000 characters of text: the rest is left out"}
    assert len(list(cells_of({"cells": [cell] * 5}, said := []))) == 5 and not said


@pytest.mark.parametrize("about", [{"solution": True}, {"grade": True}])
def test_text_beside_the_answers_costs_no_answer(about):
    """A picture pasted on Colab is text of a Markdown cell."""
    picture = {"cell_type": "markdown", "source": "![](data:image/png;base64," + "A" * 1_200_000 + ")"}
    answer = {"cell_type": "markdown", "source": "x" * TEXT_LIMIT, "metadata": {"nbgrader": about}}
    *pictures, plain, last = cells_of({"cells": [*[picture] * 6, {**answer, "metadata": {}}, answer]}, [])
    assert len(pictures[0].source) == TEXT_LIMIT + 1 and not plain.source and len(last.source) == TEXT_LIMIT
    answers = list(cells_of({"cells": [answer] * 6 + [{"cell_type": "raw", "source": "y"}]}, notes := []))
    assert [len(cell.source) for cell in answers] == [TEXT_LIMIT] * 5 + [0, 1] and len(notes) == 1


def test_a_long_cell_says_in_its_place_that_it_is_cut():
    (cell,) = cells_of({"cells": [{"cell_type": "markdown", "source": "x" * 1_200_000}]}, notes := [])
    clean_cells([cell])
    assert not notes and "x … the rest is left out." in cell.source
    (whole,) = cells_of({"cells": [{"cell_type": "markdown", "source": "x" * TEXT_LIMIT}]}, notes)
    clean_cells([whole])
    assert "left out" not in whole.source


def test_damage_that_nobody_thought_of_is_the_notebooks(target, monkeypatch):
    """And a mistake behind the reading is not."""
    content = nbformat.writes(release(target))
    with monkeypatch.context() as patch:
        patch.setattr(worker, "repair", lambda *about: 5 + "5")
        graded = grade(job(target, content))
    assert (graded.status, graded.points) == ("unreadable", {})
    assert graded.reason == "it is damaged in an unusual way (TypeError): save it in Jupyter, hand in again"
    monkeypatch.setattr(worker, "_Session", lambda *about: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        grade(job(target, content))


def test_what_is_known_to_be_unreadable_says_why():
    with pytest.raises(Ungradable, match="^of a known kind$"), reading.reading():
        raise Ungradable("unreadable", "of a known kind")


def test_a_pasted_picture_costs_no_word_behind_it():
    picture = "data:image/png;base64," + "A" * 1_200_000
    answer = {
        "cell_type": "markdown",
        "source": f"before ![p]({picture}) behind",
        "metadata": {"nbgrader": {"solution": True}},
    }
    notes = []
    (cell,) = cells_of({"nbformat": 4, "cells": [answer]}, notes)
    assert cell.source == "before ![p](picture-left-out) behind" and notes == []
    small = {**answer, "source": answer["source"].replace("A" * 1_200_000, "A" * 100_000)}
    (cell,) = cells_of({"nbformat": 4, "cells": [small]}, notes)
    assert cell.source == small["source"]
