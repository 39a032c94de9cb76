"""Whose a file is, by its name: what the LMS wrote, never what the student wrote behind it."""

import os

import pytest

from ganlab.grading.names import folder_name, read_name, safe_name

ASSIGNMENTS = ("01_toy", "02_target")
CLAIM = "Bob_2_assignsubmission_file_"


@pytest.mark.parametrize("download", [True, False])
@pytest.mark.parametrize(
    ("path", "student"),
    [
        (f"leeann_11_5001_{CLAIM}01_toy.ipynb", "leeann_11"),
        (f"leeann_LATE_11_5001_{CLAIM}.ipynb", "leeann_11"),
        (f"leeann_11_5001_{CLAIM}/x.ipynb", "leeann_11"),
        ("leeann_LATE_11_5001_y_LATE_2_5002_z.ipynb", "leeann_11"),
        ("leeann_11_5001_bobb_2_5002_x.ipynb", "leeann_11"),
        (f"anon_4fJ2k_5001_{CLAIM}x.ipynb", "anon_4fJ2k"),
        (f"Ann Lee_1_assignsubmission_file_{CLAIM}01_toy.ipynb", "Ann Lee_1"),
        (f"Ann Lee_1_assignsubmission_file_x_5_5002_{CLAIM}.ipynb", "Ann Lee_1"),
        (f"Ann Lee_1_assignsubmission_file_/{CLAIM}/x.ipynb", "Ann Lee_1"),
        (f"Ann Lee_1_assignsubmission_file_/leeann_11_5001_{CLAIM}.ipynb", "Ann Lee_1"),
        (
            f"{CLAIM}_3_assignsubmission_file_/x.ipynb",
            f"{CLAIM}_3",
        ),  # a full name that claims: Moodle's mark is the last
        ("s_1_2_77_assignsubmission_file_01_toy.ipynb", "s_1_2_77"),
        ("Ann_Lee_77_assignsubmission_file_01_toy.ipynb", "Ann_Lee_77"),
        ("Ann 2_0_77_assignsubmission_file_/01_toy.ipynb", "Ann 2_0_77"),
        (f"ann/01_toy/{CLAIM}/01_toy.ipynb", "ann"),
        (f"ann/01_toy/{CLAIM}01_toy.ipynb", "ann"),
        ("ann/01_toy/bobb_2_5002_01_toy.ipynb", "ann"),
    ],
)
def test_the_lms_says_whose_a_file_is(path, student, download):
    name = read_name(path, ASSIGNMENTS, download=download)
    assert name.student == student and not name.nobody


def test_a_folders_name_stays_unless_it_cannot_be_shown():
    for plain in ("ann", "Zoë Ünal", "naïve ☃", "o'neil", "=1+1", "a%b", "[x]*?", "é", "e\u0301", "x" * 250):
        assert folder_name(plain) == plain
    odd = [os.fsdecode(name) for name in (b"M\x81ller", b"M\x82ller", b"M\xff\xfeller")]
    odd += ["new\nline", "new\rline", "new_line", "<img src=x>", "_img src=x_"]
    made = [folder_name(name) for name in odd]
    assert len(set(made)) == len(odd) and made[0] == safe_name(odd[0]) == "M_ller~" + made[0][-8:]
    assert all(name.isprintable() and name.encode() and not set(name) & set("<>/") for name in made)
