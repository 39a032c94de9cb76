"""What is found among what was handed in: nobody lost, nobody invented, nobody merged, whatever they hand in."""

import gc
import io
import os
import random
import stat
import tracemalloc
import warnings
import zipfile
from datetime import datetime

import pytest

from ganlab.grading import archives
from ganlab.grading.errors import CourseError
from ganlab.grading.names import safe_name
from ganlab.grading.reading import Ungradable
from ganlab.grading.submissions import find_submissions

TOY, TWO, THREE = CHAPTERS = ("01_toy", "02_two", "03_three")
LIMIT = 50  # files in an archive


@pytest.fixture(autouse=True)
def few_members(monkeypatch):
    assert archives.MEMBERS_LIMIT == 20_000
    monkeypatch.setattr(archives, "MEMBERS_LIMIT", LIMIT)


def packed(*members):
    """A zip of (name or ZipInfo, content) as bytes; a name may be there twice."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a name twice
        for name, content in members:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, (2026, 11, 20, 12, 0, 0))
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def encrypted():
    """A zip whose one notebook is said to be encrypted, in both of its headers."""
    content = bytearray(packed(("01_toy.ipynb", b"{}")))
    content[6] |= 1
    content[content.index(archives.ENTRY) + 8] |= 1
    return bytes(content)


def linked(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def laid(root, files):
    """Write files, given as path -> content; a path that ends in / is a folder."""
    for name, content in files.items():
        path = root / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_bytes(content)
    root.mkdir(exist_ok=True)
    return root


def find(path, assignments=(TOY,), only=""):
    return {(each.student, each.assignment): each for each in find_submissions(path, assignments, only=only)}


def found(path, assignments=(TOY,), only=""):
    """(student, assignment) -> what would be graded, or the status and the reason why nothing is."""
    outcomes = {}
    for who, submission in find(path, assignments, only).items():
        try:
            outcomes[who] = submission.read()
        except Ungradable as error:
            outcomes[who] = (error.status, str(error))
    return outcomes


BOMB = packed(("01_toy.ipynb", b" " * (8 << 20)))
OWN_ZIPS = [
    (b"PK\x03\x04 and no more", "handed in work.zip, which is not a zip archive"),
    (BOMB, "handed in work.zip/01_toy.ipynb, which unpacks to far more than a notebook"),
    (encrypted(), "handed in work.zip/01_toy.ipynb, which is encrypted"),
    (packed(("../01_toy.ipynb", b"{}")), "which has a path that leads out of the archive"),
    (packed((linked("01_toy.ipynb"), b"/etc/passwd")), "handed in work.zip/01_toy.ipynb, which is a link"),
    (packed(("a.pdf", b"%PDF"), ("b.py", b"")), "no notebook among: work.zip, work.zip/a.pdf, work.zip/b.py"),
    (packed(("inner.zip", packed(("01_toy.ipynb", b"{}")))), "no notebook among: work.zip, work.zip/inner.zip"),
    (packed(), "no notebook among: work.zip"),
    (packed(*((f"{k}", b"") for k in range(LIMIT + 1))), f"which holds more than {LIMIT} files"),
]
MOODLE, CANVAS = "Ann Lee_77_assignsubmission_file_/", "leeann_101_5001_"


@pytest.mark.parametrize("form", ["moodle.zip", "canvas.zip", "moodle", "canvas", "tree", "flat"])
@pytest.mark.parametrize(("content", "reason"), OWN_ZIPS, ids=[reason[-30:] for _, reason in OWN_ZIPS])
def test_a_students_zip_that_holds_no_readable_notebook_is_a_row(tmp_path, form, content, reason):
    forms = {"moodle": (MOODLE, "Ann Lee_77"), "canvas": (CANVAS, "leeann_101"), "tree": ("ann/01_toy/", "ann")}
    start, student = forms.get(form.removesuffix(".zip"), ("", "work"))
    name = f"{start}work.zip" if start else "work_01_toy.zip"
    good = {"tree": "bob/01_toy/01_toy.ipynb", "flat": "bob_01_toy.ipynb"}.get(
        form, "Bob_8_assignsubmission_file_/a.ipynb"
    )
    if form.endswith(".zip"):
        path = tmp_path / "download.zip"
        path.write_bytes(packed((name, content), (good, b"good")))
    else:
        path = laid(tmp_path / "submitted", {name: content, good: b"good"})
    outcomes = found(path)
    other = {who: outcome for who, outcome in outcomes.items() if who[0] != student}
    assert list(other.values()) == [b"good"] and len(outcomes) == 2
    status, said = outcomes[student, TOY]
    shown = reason.replace("work.zip", name.removeprefix(MOODLE).split("/")[-1])
    assert status == "unreadable" and shown in said and said.endswith("hand in the notebook itself")


@pytest.mark.parametrize("form", ["zip", "folder"])
@pytest.mark.parametrize(
    "name", [MOODLE, "Ann Lee_77_assignsubmission_file_", CANVAS, "leeann_LATE_101_5001_", "anon_4fJ2k_5001_"]
)
@pytest.mark.parametrize("kind", ["report.pdf", "01_toy.py", "work.docx", "work.rar", "no_ending"])
def test_another_file_in_a_download_is_a_row(tmp_path, form, name, kind):
    files = {f"{name}{kind}": b"work"}
    path = laid(tmp_path / "submitted", files) if form == "folder" else tmp_path / "download.zip"
    if form == "zip":
        path.write_bytes(packed(*files.items()))
    (((student, assignment), (status, said)),) = found(path).items()
    assert (student in ("Ann Lee_77", "leeann_101", "anon_4fJ2k"), assignment, status) == (True, TOY, "unreadable")
    assert said.startswith("no notebook among: ") and kind in said


def test_text_written_into_the_lms_is_a_row(tmp_path):
    path = tmp_path / "download.zip"
    names = ["leeann_101_text.html", "boba_LATE_102_link.html", "Cyd_7_assignsubmission_onlinetext_/onlinetext.html"]
    path.write_bytes(packed(*((name, b"<p>done</p>") for name in names)))
    outcomes = find(path)
    assert {student for student, _ in outcomes} == {"leeann_101", "boba_102", "Cyd_7"}
    assert all(each.problem.startswith("no notebook among") for each in outcomes.values())
    assert outcomes["boba_102", TOY].note == "Canvas calls it late" and outcomes["Cyd_7", TOY].note == ""


def test_an_unpacked_download_is_read_like_the_zip(tmp_path):
    files = {
        "Ann_1_assignsubmission_file_/deep/01_toy.ipynb": b"ann",
        "Bob_2_assignsubmission_file_/work.zip": packed(("w/01_toy.ipynb", b"bob")),
        "Cyd_3_assignsubmission_file_work.zip": packed(("w/mine.ipynb", b"cyd")),  # downloaded without folders
        "Dan_4_assignsubmission_file_/.ipynb_checkpoints/01_toy-checkpoint.ipynb": b"old",
        "leeann_LATE_101_5001_work.zip": packed(("01_toy.ipynb", b"lee")),
        "unalzoe_102_5002_01_toy-1.ipynb": b"new",
        "unalzoe_102_5001_01_toy.ipynb": b"old",
    }
    (tmp_path / "download.zip").write_bytes(packed(*files.items()))
    expected = {
        ("Ann_1", TOY): b"ann",
        ("Bob_2", TOY): b"bob",
        ("Cyd_3", TOY): b"cyd",
        ("Dan_4", TOY): ("missing", "no file was handed in: hand in the notebook itself"),
        ("leeann_101", TOY): b"lee",
        ("unalzoe_102", TOY): b"new",
    }
    for path in (tmp_path / "download.zip", laid(tmp_path / "folder", files)):
        assert found(path, [TOY]) == expected
        assert {who[0] for who, each in find(path).items() if "Canvas calls it late" in each.note} == {"leeann_101"}
    (tmp_path / "folder" / "Eve_5_assignsubmission_file_").mkdir()
    assert found(tmp_path / "folder")["Eve_5", TOY][0] == "missing"


def test_a_readable_notebook_counts_and_the_rest_is_said(tmp_path):
    path = tmp_path / "download.zip"
    path.write_bytes(
        packed((f"{MOODLE}mine.ipynb", b"good"), (f"{MOODLE}work.zip", b"no zip"), (f"{MOODLE}a.pdf", b""))
    )
    (ann,) = find(path).values()
    assert ann.read() == b"good" and ann.note.startswith("also handed in work.zip, which is not a zip archive")


def test_the_tree_loses_nobody(tmp_path):
    submitted = laid(tmp_path / "submitted", {
        "ann/01_toy/01_toy.ipynb": b"ann", "ann/notes.txt": b"", "bob/01_toy.ipynb": b"bob", "cyd/": b"", "dan/01_toy/": b"",
        "eve/01_toy/mine.ipynb": b"eve", "eve/01_toy/.ipynb_checkpoints/old.ipynb": b"", "fay/01_toy/a.pdf": b"",
        "gus/01_toy/a.ipynb": b"", "gus/01_toy/b.ipynb": b"", "hal/report.pdf": b"",
        "ida/01_toy/work.zip": packed(("01_toy.ipynb", b"ida")), "jim/01_toy/a.ipynb/": b"", "kim/work.zip": packed(("01_toy.ipynb", b"kim")),
    })  # fmt: skip
    (submitted / "ann" / TOY / "timestamp.txt").write_text("2026-11-19 10:00:00 UTC")
    (submitted / "eve" / TOY / "timestamp.txt").write_text("2026-11-19 11:00:00 UTC")
    (submitted / "lea").symlink_to(submitted / "ann")
    (submitted / "may").symlink_to("nowhere")
    for assignments, only in (([TOY], ""), (CHAPTERS, TOY), (CHAPTERS, "")):
        outcomes = found(submitted, assignments, only)
        students = ["ann", "bob", "cyd", "dan", "eve", "fay", "gus", "hal", "ida", "jim", "kim", "lea", "may"]
        assert sorted(student for student, _ in outcomes) == students
        assert {assignment for _, assignment in outcomes} == {TOY}  # the only one that is named
        read = {student: each for (student, _), each in outcomes.items() if isinstance(each, bytes)}
        assert read == {student: student.encode() for student in ("ann", "bob", "eve", "ida", "kim")}
        status = {student: each for (student, _), each in outcomes.items() if student not in read}
        assert {student for student, (state, _) in status.items() if state == "missing"} == {"cyd", "dan", "gus"}
        assert "found a.ipynb, b.ipynb" in status["gus"][1] and "no notebook among: a.pdf" in status["fay"][1]
        assert "lea, which is a link" in status["lea"][1] and "a.ipynb cannot be read" in status["jim"][1]
    notes = {student: each.note for (student, _), each in find(submitted).items()}
    assert notes["eve"] == "was named mine.ipynb" and notes["ann"] == ""
    assert notes["bob"] == "lay in bob/, in no folder of an assignment"
    times = {student: each.handed_in for (student, _), each in find(submitted).items() if each.handed_in}
    assert times == {"ann": datetime(2026, 11, 19, 10), "eve": datetime(2026, 11, 19, 11)}


def test_who_handed_in_a_second_assignment_wrongly_has_a_row_for_it(tmp_path):
    submitted = laid(tmp_path / "submitted", {
        "ann/01_toy/01_toy.ipynb": b"one", "ann/02_two.ipynb": b"two", "ann/02_two.pdf": b"", "ann/03_three.pdf": b"",
    })  # fmt: skip
    outcomes = found(submitted, CHAPTERS)
    assert (outcomes["ann", TOY], outcomes["ann", TWO], outcomes["ann", THREE][0]) == (b"one", b"two", "unreadable")


def test_what_says_no_assignment_of_several_is_said(tmp_path):
    submitted = laid(tmp_path / "submitted", {
        "ann/01_toy/01_toy.ipynb": b"", "bob/02_two/02_two.ipynb": b"", "cyd/": b"", "dan.ipynb": b"",
        f"{MOODLE}mine.ipynb": b"", f"{MOODLE}scratch.ipynb": b"",
    })  # fmt: skip
    outcomes = find(submitted, CHAPTERS)
    unknown = {student: each.problem for (student, name), each in outcomes.items() if name not in CHAPTERS}
    assert set(unknown) == {"cyd", "dan", "Ann Lee_77"} and "mine.ipynb, scratch.ipynb" in unknown["Ann Lee_77"]
    assert all(problem for problem in unknown.values())
    assert {student for student, _ in find(submitted, CHAPTERS, TOY)} == {"ann", "cyd", "dan", "Ann Lee_77"}
    alone = laid(tmp_path / "alone", {f"{MOODLE}mine.ipynb": b""})
    with pytest.raises(CourseError, match="or say with --assignment which one all of them are of"):
        find(alone, CHAPTERS)
    assert found(alone, CHAPTERS, TWO) == {("Ann Lee_77", TWO): b""}
    with pytest.raises(CourseError, match=r"is of 01_toy: expected .*; name them after the assignment\.$"):
        find(laid(tmp_path / "other", {"ann_02_two.ipynb": b""}), CHAPTERS, TOY)


def test_one_assignment_of_a_flat_folder_invents_nobody(tmp_path, caplog):
    folder = laid(tmp_path / "flat", {
        "ann_01_toy.ipynb": b"ann", "ann_02_two.ipynb": b"two", "bob.ipynb": b"bob", "cyd_02_two.pdf": b"", "dan.pdf": b"",
        "02_two.ipynb": b"", "roster.csv": b"", "eve_01_toy.pdf": b"", "README.md": b"", "01_toy.pdf": b"",
    })  # fmt: skip
    outcomes = found(folder, CHAPTERS, TOY)
    assert {student for student, _ in outcomes} == {"ann", "bob", "eve"}
    assert outcomes["ann", TOY] == b"ann" and outcomes["bob", TOY] == b"bob"
    assert outcomes["eve", TOY][0] == "unreadable"
    (said,) = caplog.messages
    assert said.endswith("as they name no student: 01_toy.pdf, README.md, dan.pdf, roster.csv")
    assert found(folder, CHAPTERS)["ann", TWO] == b"two"


def test_a_download_of_one_assignment_says_who_handed_in_another(tmp_path):
    path = tmp_path / "download.zip"
    path.write_bytes(packed(
        ("Ann_1_assignsubmission_file_/01_toy.ipynb", b"ann"), ("Bob_2_assignsubmission_file_/02_two.ipynb", b"bob"),
        ("Cyd_3_assignsubmission_file_/mine.ipynb", b"cyd"), ("Cyd_3_assignsubmission_file_/02_two.ipynb", b"no"),
        ("Dan_4_assignsubmission_file_/02_two.pdf", b""),
    ))  # fmt: skip
    outcomes = found(path, CHAPTERS, TOY)
    assert outcomes["Ann_1", TOY] == b"ann" and outcomes["Cyd_3", TOY] == b"cyd" and len(outcomes) == 4
    assert outcomes["Dan_4", TOY][0] == "missing" and "found 02_two.pdf" in outcomes["Dan_4", TOY][1]
    assert (
        outcomes["Bob_2", TOY][0] == "missing"
        and "expected 01_toy.ipynb, found 02_two.ipynb" in outcomes["Bob_2", TOY][1]
    )
    with pytest.raises(CourseError, match="is of 03_three"):  # a download of another assignment is nobody's
        path.write_bytes(packed(("Bob_2_assignsubmission_file_/02_two.ipynb", b"bob")))
        find(path, CHAPTERS, THREE)


def test_a_students_own_underscores_are_not_canvas(tmp_path):
    names = ["s_1_2", "s_1_3", "group_7_12", "a.b"]
    files = {f"{name}_01_toy.ipynb": name.encode() for name in names}
    real = {"leeann_101_5001_01_toy.ipynb": b"lee", "unal_102_5002_mine.ipynb": b"unal"}
    folder = laid(tmp_path / "flat", {**files, **real})
    outcomes = found(folder)
    assert outcomes == {
        **{(name, TOY): name.encode() for name in names},
        ("leeann_101", TOY): b"lee",
        ("unal_102", TOY): b"unal",
    }


def test_names_that_cannot_be_folders_stay_apart(tmp_path):
    names = ["a:b", "a?b", "a_b", " ann", "ann", "Ä" * 100 + "1", "Ä" * 100 + "2", "\x01x", "\x02x"]
    path = tmp_path / "download.zip"
    path.write_bytes(packed(*((f"{name}_01_toy.ipynb", name.encode()) for name in names)))
    outcomes = found(path)
    assert sorted(outcomes.values()) == sorted(name.encode() for name in names)
    assert outcomes["a_b", TOY] == b"a_b" and outcomes["ann", TOY] == b"ann"
    assert safe_name("a:b") == safe_name("a:b") != safe_name("a?b")
    long = "Ä" * 100
    path.write_bytes(packed(*((f"{long}{k}_{k}_assignsubmission_file_/a.ipynb", b"") for k in (1, 2))))
    assert [student[-2:] for student, _ in find(path)] == ["_1", "_2"]


def test_the_later_of_two_members_with_one_name_is_read(tmp_path):
    def dated(day):
        return zipfile.ZipInfo(f"{MOODLE}mine.ipynb", (2026, 11, day, 12, 0, 0))

    def inner(day):
        return zipfile.ZipInfo("mine.ipynb", (2026, 11, day, 12, 0, 0))

    path = tmp_path / "download.zip"
    for days in ((20, 21), (21, 20)):
        path.write_bytes(packed(*((dated(day), f"{day}".encode()) for day in days)))
        assert found(path) == {("Ann Lee_77", TOY): b"21"}
        path.write_bytes(packed((f"{MOODLE}w.zip", packed(*((inner(day), f"{day}".encode()) for day in days)))))
        assert found(path) == {("Ann Lee_77", TOY): b"21"}
        (each,) = find(path).values()
        assert "handed in 2 times, the latest counts" in each.note and each.handed_in is None


def test_a_class_of_large_zips_is_never_in_memory_at_once(tmp_path):
    """20 students' zips of a megabyte: found and read with less than a fifth of them in memory at any moment."""
    noise, path = random.Random(0).randbytes(1 << 20), tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for k in range(20):
            own = io.BytesIO()
            with zipfile.ZipFile(own, "w") as inner:
                inner.writestr("photo.png", noise)
                inner.writestr("01_toy.ipynb", f"{k}")
            archive.writestr(f"S{k}_{k}_assignsubmission_file_/w.zip", own.getvalue())
    del own, inner, archive
    gc.collect()
    tracemalloc.start()
    try:
        submissions = find_submissions(path, [TOY])
        looked = tracemalloc.get_traced_memory()[1]
        contents = {each.read() for each in submissions}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert contents == {f"{k}".encode() for k in range(20)}
    assert 1 << 20 < looked <= peak < 4 << 20


def test_each_zip_is_opened_once_to_look_and_once_to_read(tmp_path, monkeypatch):
    path, opened, real = tmp_path / "download.zip", [], archives._archive_in
    own = packed(("work/01_toy.ipynb", b"work"))
    path.write_bytes(packed(*((f"S{k}_{k}_assignsubmission_file_/w.zip", own) for k in range(20))))
    monkeypatch.setattr(archives, "_archive_in", lambda content: opened.append(len(content)) or real(content))
    submissions = find_submissions(path, [TOY])
    assert len(opened) == 20
    assert {each.read() for each in submissions} == {b"work"} and len(opened) == 40


def test_a_zip_named_like_one_students_may_be_a_download(tmp_path):
    several = packed(("Ann_1_assignsubmission_file_/a.ipynb", b"ann"), ("Bob_2_assignsubmission_file_/a.ipynb", b"bob"))
    folder = laid(
        tmp_path / "folder", {"moodle_01_toy.zip": several, "cyd_01_toy.zip": packed(("w/my_01_toy.ipynb", b"cyd"))}
    )
    assert found(folder) == {("Ann_1", TOY): b"ann", ("Bob_2", TOY): b"bob", ("cyd", TOY): b"cyd"}


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: path.write_bytes(b"{}"), "is not a zip archive"),
        (
            lambda path: path.write_bytes(packed(*((f"{k}", b"") for k in range(LIMIT + 1)))),
            f"holds more than {LIMIT} files",
        ),
        (lambda path: path.symlink_to("elsewhere.zip"), "is a link, which is not followed"),
        (os.mkfifo, "is not a zip archive"),
    ],
)
def test_a_download_that_is_none_is_one_sentence(tmp_path, make, problem):
    folder, alone = laid(tmp_path / "folder", {"bob_01_toy.ipynb": b"bob"}), laid(tmp_path / "alone", {})
    (tmp_path / "folder" / "elsewhere.zip").write_bytes(packed(("ann_01_toy.ipynb", b"")))
    make(folder / "ann.zip")
    with pytest.raises(CourseError, match=problem) as said:
        find(folder / "ann.zip")
    assert "ann.zip" in str(said.value) and "\n" not in str(said.value)
    advice = "unpack it and give the folder." if "more than" in problem else "download it again."
    assert str(said.value).endswith("give the download itself." if "link" in problem else advice)
    (folder / "elsewhere.zip").unlink()
    outcomes = found(folder)  # among other things it is a student's
    assert outcomes.pop(("bob", TOY)) == b"bob" and outcomes.keys() == {("ann", TOY)}
    assert outcomes["ann", TOY][0] == "unreadable" and "handed in ann.zip, which" in outcomes["ann", TOY][1]
    if "link" not in problem:
        (folder / "ann.zip").rename(alone / "download.zip")
        with pytest.raises(CourseError, match=problem):
            find(alone)


def test_a_tree_and_a_flat_folder_in_a_zip(tmp_path):
    path = tmp_path / "download.zip"
    path.write_bytes(packed(
        ("submitted/ann/01_toy/01_toy.ipynb", b"ann"), ("submitted/ann/01_toy/data/x.csv", b""), ("submitted/bob/01_toy/a.pdf", b""),
        ("submitted/cyd/01_toy/", b""), ("README.txt", b""),
    ))  # fmt: skip
    outcomes = found(path, CHAPTERS)
    assert outcomes.pop(("ann", TOY)) == b"ann"
    assert {who: status for who, (status, _) in outcomes.items()} == {
        ("bob", TOY): "unreadable",
        ("cyd", TOY): "missing",
    }
    path.write_bytes(
        packed(
            ("ann.ipynb", b"ann"),
            ("bob.zip", packed(("w/mine.ipynb", b"bob"))),
            ("cyd.zip", b"no zip"),
            ("dan.pdf", b""),
        )
    )
    outcomes = found(path, CHAPTERS, TOY)
    assert outcomes["ann", TOY] == b"ann" and outcomes["bob", TOY] == b"bob" and len(outcomes) == 3
    assert outcomes["cyd", TOY][0] == "unreadable"  # dan.pdf could be anybody's


def both(tmp_path, files, assignments=(TOY,), only=""):
    """What is found in a folder of the files, and in a zip of them."""
    (tmp_path / "download.zip").write_bytes(packed(*files.items()))
    return found(laid(tmp_path / "folder", files), assignments, only), found(
        tmp_path / "download.zip", assignments, only
    )


ANN_AND_BOB = [
    {"ann.zip": packed(("01_toy.ipynb", b"ann")), "bob.zip": packed(("01_toy.ipynb", b"bob"))},
    {"ann.zip": packed(("w/mine.ipynb", b"ann")), "bob.zip": packed(("w/mine.ipynb", b"bob"))},
    {"ann.zip": packed(("01_toy.ipynb", b"ann")), "bob_01_toy.ipynb": b"bob"},
    {"ann.zip": packed(("bob_01_toy.ipynb", b"ann")), "bob.zip": packed(("01_toy.ipynb", b"bob"))},
    {"ann/01_toy.ipynb": b"ann", "bob/01_toy.ipynb": b"bob"},
    {"ann/mine.ipynb": b"ann", "bob/mine.ipynb": b"bob"},
    {"ann/work.zip": packed(("01_toy.ipynb", b"ann")), "bob/work.zip": packed(("01_toy.ipynb", b"bob"))},
    {"ann/01_toy/01_toy/01_toy.ipynb": b"ann", "bob/01_toy/01_toy/01_toy.ipynb": b"bob"},
    {"ann/01_toy/bob/01_toy/01_toy.ipynb": b"ann", "bob/01_toy/01_toy.ipynb": b"bob"},
    {"ann/01_toy/bob_01_toy.ipynb": b"ann", "bob/01_toy/01_toy.ipynb": b"bob"},
    {"01_toy/ann_01_toy.ipynb": b"ann", "01_toy/bob_01_toy.ipynb": b"bob"},
    {"01_toy.zip": packed(("ann_01_toy.ipynb", b"ann"), ("bob_01_toy.ipynb", b"bob"))},
    {"01_toy.zip": packed(("ann.ipynb", b"ann"), ("bob.ipynb", b"bob"))},
    {"01_toy/ann/01_toy.ipynb": b"ann", "01_toy/bob/01_toy.ipynb": b"bob"},
]


@pytest.mark.parametrize("files", ANN_AND_BOB, ids=["+".join(files) for files in ANN_AND_BOB])
def test_two_students_are_two_whatever_their_files_are_called(tmp_path, files):
    for outcomes in both(tmp_path, files):
        assert outcomes == {("ann", TOY): b"ann", ("bob", TOY): b"bob"}
    for outcomes in both(tmp_path, files, CHAPTERS, TOY):
        assert outcomes == {("ann", TOY): b"ann", ("bob", TOY): b"bob"}


def test_folders_of_a_zip_that_all_lie_in_are_nobody(tmp_path):
    path, expected = tmp_path / "download.zip", {("ann", TOY): b"ann", ("bob", TOY): b"bob"}
    for names in (("course/01_toy/{}_01_toy.ipynb",), ("all/{}.ipynb",), ("all/{}/01_toy.ipynb",), ("a/{}/w/m.ipynb",)):
        path.write_bytes(packed(*((name.format(who), who.encode()) for name in names for who in ("ann", "bob"))))
        assert found(path, CHAPTERS, TOY) == expected
        only = laid(tmp_path / names[0].replace("/", "-"), {"class.zip": path.read_bytes(), "cyd_01_toy.ipynb": b"c"})
        assert found(only, CHAPTERS, TOY) == {**expected, ("cyd", TOY): b"c"}
    path.write_bytes(packed(("ann/01_toy.ipynb", b"ann")))
    assert found(path) == {("ann", TOY): b"ann"}
    folder = laid(tmp_path / "folder", {"ann.zip": packed(("w/01_toy.ipynb", b"a"), ("report.pdf", b"%PDF"))})
    assert found(laid(folder, {"bob_01_toy.ipynb": b"b"})) == {("ann", TOY): b"a", ("bob", TOY): b"b"}
    (folder / "ann.zip").write_bytes(packed(("report.pdf", b"%PDF")))
    assert "no notebook among: ann.zip, ann.zip/report.pdf" in found(folder)["ann", TOY][1]


def test_a_notebook_that_is_nobodys_is_a_row_that_says_so(tmp_path):
    for outcomes in both(tmp_path, {"01_toy.ipynb": b"", "02_two.ipynb": b"", "ann_01_toy.ipynb": b"ann"}, CHAPTERS):
        assert outcomes.pop(("ann", TOY)) == b"ann"
        assert outcomes == {
            (f"{name}.ipynb", name): (
                "unreadable",
                f"nothing says whose {name}.ipynb is: name it <student>_{name}.ipynb",
            )
            for name in (TOY, TWO)
        }


def test_what_lies_beside_an_assignments_folder_counts_if_that_holds_none(tmp_path):
    submitted = laid(tmp_path / "submitted", {
        "ann/01_toy/": b"", "ann/01_toy.ipynb": b"ann", "bob/01_toy/a.pdf": b"", "bob/01_toy.ipynb": b"bob",
        "cyd/01_toy/01_toy.ipynb": b"cyd", "cyd/01_toy.ipynb": b"old", "dan/01_toy/": b"", "dan/a.pdf": b"",
    })  # fmt: skip
    outcomes = found(submitted)
    assert [outcomes.pop((who, TOY)) for who in ("ann", "bob", "cyd")] == [b"ann", b"bob", b"cyd"]
    assert outcomes.keys() == {("dan", TOY)} and outcomes["dan", TOY][0] == "missing"
    notes = {student: each.note for (student, _), each in find(submitted).items()}
    assert "times" not in notes["ann"] + notes["cyd"]  # an empty folder is not handed in
    assert notes["bob"].endswith("handed in 2 times, the latest that can be graded counts (01_toy.ipynb)")


@pytest.mark.parametrize(
    "text", ["2024-01-01 10:00 +9999", "0001-01-01 00:00:00 +14:00", "soon", "9" * 150, "", "x" * 300, None]
)
def test_a_timestamp_that_cannot_be_understood_stops_nobody(tmp_path, text):
    submitted = laid(tmp_path / "submitted", {"ann/01_toy/01_toy.ipynb": b"ann", "bob/01_toy/01_toy.ipynb": b"bob"})
    stamp = submitted / "ann" / TOY / "timestamp.txt"
    stamp.mkdir() if text is None else stamp.write_text(text)
    (submitted / "bob" / TOY / "timestamp.txt").write_text("2026-11-19 10:00:00 +0100")
    ann, bob = find(submitted).values()
    assert (ann.read(), ann.handed_in, ann.note) == (
        b"ann",
        None,
        "timestamp.txt holds no time that can be understood",
    )
    assert (bob.read(), bob.handed_in, bob.note) == (b"bob", datetime(2026, 11, 19, 9), "")


def test_links_are_rows_and_never_followed(tmp_path):
    elsewhere = laid(tmp_path / "elsewhere", {"01_toy/01_toy.ipynb": b"secret", "01_toy/timestamp.txt": b"2026-01-01"})
    submitted = laid(tmp_path / "submitted", {"bob_01_toy.ipynb": b"bob", "dan/": b"", "eve/01_toy/": b""})
    for name in ("ann.lee", "01_toy", "cyd.zip"):
        (submitted / name).symlink_to(elsewhere)
    (submitted / "dan" / TOY).symlink_to(elsewhere / TOY)
    (submitted / "eve" / TOY / "deep").symlink_to(elsewhere / TOY)
    outcomes = found(submitted)
    assert outcomes.pop(("bob", TOY)) == b"bob"
    assert {who for who, _ in outcomes} == {"ann.lee", "01_toy (link)", "cyd", "dan", "eve"}
    assert "ann.lee, which is a link" in outcomes["ann.lee", TOY][1]
    assert all(outcome[0] == "unreadable" and b"secret" not in outcome for outcome in outcomes.values())
    assert find(submitted)["dan", TOY].handed_in is None


def test_a_notebook_in_a_folder_of_an_assignments_folder_is_found(tmp_path):
    deep = "/".join("d" * 20)
    submitted = laid(tmp_path / "submitted", {
        "ann/01_toy/01_toy/01_toy.ipynb": b"ann", "bob/01_toy/w/x/mine.ipynb": b"bob", f"cyd/01_toy/{deep}/01_toy.ipynb": b"",
        "dan/01_toy/a/x.ipynb": b"", "dan/01_toy/b/y.ipynb": b"", "eve/01_toy/a/x.ipynb": b"", "eve/01_toy/b/01_toy.ipynb": b"eve",
        "fay/01_toy/w/work.zip": packed(("01_toy.ipynb", b"fay")),
    })  # fmt: skip
    outcomes = found(submitted)
    assert [outcomes.pop((who, TOY)) for who in ("ann", "bob", "eve", "fay")] == [b"ann", b"bob", b"eve", b"fay"]
    assert {who: status for (who, _), (status, _) in outcomes.items()} == {"cyd": "missing", "dan": "missing"}
    notes = {student: each.note for (student, _), each in find(submitted).items()}
    assert notes["ann"] == "lay in 01_toy/" and notes["bob"] == "was named mine.ipynb; lay in x/"
