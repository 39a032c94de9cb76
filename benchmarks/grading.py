"""How fast a class is graded, against stock `nbgrader autograde` on the same submissions, in one run.

    python -m benchmarks.grading [--class-size 300] [--stock 12] [--workers 2]

Submissions are notebooks of chapter 04 with answers drawn from the corpus of right and wrong solutions; one in ten is
damaged (metadata stripped, checks deleted, not JSON, a kernel that dies). Training cells are left out for both graders:
stock nbgrader would train. Stock runs the first `--stock` submissions, half before and half after ours, in one call of
its command each; ours runs all of them, start-up included, in its sandbox. Prints a section of RESULTS.md; `--write`
puts it there.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil

from benchmarks.common import machine, write_section
from ganlab.grading.chapters import Chapter
from ganlab.grading.grade import grade_batch
from ganlab.grading.source import TRAINING, read_source
from tests.mutants import FOLDER

COURSE = Path(__file__).parents[1]
CHAPTER = Chapter(COURSE, "04_mode_collapse")
EXERCISES = ("coverage_timeline", "count_hops", "paired_change")


def answers(exercise: str) -> list[tuple[str, str]]:
    """Give the corpus of an exercise: name of each solution, and the module's text that ends by choosing it."""
    text = (FOLDER / "chapter_04" / f"{exercise}.py").read_text()
    names = [line.split("(")[0][4:] for line in text.splitlines() if line.startswith(("def right_", "def wrong_"))]
    return [(name, f"{text}\n{exercise} = {name}\n") for name in names]


def notebook(draw: random.Random, corpus: dict[str, list[tuple[str, str]]]) -> bytes:
    """Draw one submission: two of three answers right, one submission in ten damaged."""
    nb = json.loads(CHAPTER.released.read_text())
    nb["cells"] = [cell for cell in nb["cells"] if TRAINING not in cell["metadata"].get("tags", [])]
    for cell in nb["cells"]:
        if cell["id"] in corpus:
            right = [text for name, text in corpus[cell["id"]] if name.startswith("right_")]
            wrong = [text for name, text in corpus[cell["id"]] if name.startswith("wrong_")]
            cell["source"] = draw.choice(right if draw.random() < 2 / 3 else wrong)
    damage = draw.randrange(40)
    if damage == 0:
        return json.dumps(nb).encode()[:5000]
    if damage == 1:
        nb["cells"] = [cell for cell in nb["cells"] if not cell["id"].startswith("check_")]
    for cell in nb["cells"]:
        if damage == 2:
            cell["metadata"] = {}
        if damage == 3 and cell["id"] == "count_hops":
            cell["source"] = "import os\ndef count_hops(dominant):\n    os._exit(1)"
    return json.dumps(nb).encode()


def hand_in(root: Path, submissions: dict[str, bytes]) -> Path:
    """Write nbgrader's submitted tree."""
    for student, content in submissions.items():
        folder = root / "submitted" / student / CHAPTER.name
        folder.mkdir(parents=True)
        (folder / f"{CHAPTER.name}.ipynb").write_bytes(content)
    return root / "submitted"


def stock(submissions: dict[str, bytes]) -> float:
    """Give the seconds stock nbgrader takes, its own configuration, its own command, assignment registered before."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        hand_in(root, submissions)
        source = read_source(CHAPTER.source)
        source.cells = [cell for cell in source.cells if TRAINING not in cell.metadata.get("tags", [])]
        (root / "source" / CHAPTER.name).mkdir(parents=True)
        nbformat.write(source, root / "source" / CHAPTER.name / f"{CHAPTER.name}.ipynb")
        bin_ = str(Path(sys.executable).parent)
        environment = {**os.environ, "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
        how = {"cwd": root, "env": environment, "capture_output": True}
        nbgrader = [sys.executable, "-m", "nbgrader"]
        subprocess.run([*nbgrader, "generate_assignment", CHAPTER.name], check=True, **how)
        start = time.perf_counter()
        subprocess.run([*nbgrader, "autograde", CHAPTER.name, "--create"], **how)
        return time.perf_counter() - start


class Memory(threading.Thread):
    """Samples the memory of this process and its children: proportional set size, shared pages counted once."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.samples: list[float] = []
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.wait(2):
            total = 0.0
            for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
            self.samples.append(total / 2**20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--class-size", type=int, default=300)
    parser.add_argument("--stock", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the section into RESULTS.md")
    args = parser.parse_args()
    draw, corpus = random.Random(4), {exercise: answers(exercise) for exercise in EXERCISES}
    submissions = {f"s{k:03d}": notebook(draw, corpus) for k in range(args.class_size)}
    some = list(submissions.items())[: args.stock]
    half = len(some) // 2
    before = stock(dict(some[:half]))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        submitted = hand_in(root, submissions)
        memory = Memory()
        memory.start()
        start = time.perf_counter()
        outcomes = grade_batch(submitted, course=COURSE, output=root / "out", workers=args.workers)
        ours = time.perf_counter() - start
        memory.stop.set()
        size = sum(path.stat().st_size for path in (root / "out").rglob("*") if path.is_file())
    after = stock(dict(some[half:]))
    each = (before + after) / len(some)
    counts = {status: sum(o.status == status for o in outcomes) for status in sorted({o.status for o in outcomes})}
    rate, theirs, third = 60 * len(outcomes) / ours, 60 / each, len(memory.samples) // 3
    growth = max(memory.samples[-third:]) - max(memory.samples[third : 2 * third]) if third else 0.0
    body = BODY.format(
        machine=machine(), n=args.class_size, k=args.stock, workers=args.workers, load=os.getloadavg()[2],
        before=before, after=after, ours=ours, theirs=theirs, rate=rate, ratio=rate / theirs,
        counts=", ".join(f"{n} {status}" for status, n in counts.items()), memory=max(memory.samples, default=0.0),
        growth=growth, size=size / 2**20,
    )  # fmt: skip
    print(body)
    if args.write:
        write_section("Grading", body)


BODY = """`python -m benchmarks.grading --class-size {n} --stock {k} --workers {workers} --write`.
{machine}. Load {load:.1f} (shared).

| | submissions | seconds | submissions a minute |
|---|---|---|---|
| stock `nbgrader autograde`, one call before and one after | {k} | {before:.0f} + {after:.0f} | {theirs:.1f} |
| `ganlab grade`, {workers} workers, in the sandbox, start-up and pages included | {n} | {ours:.0f} | {rate:.1f} |
| ratio | | | **{ratio:.1f}×** |

Statuses: {counts}.
Memory of all processes together (proportional set size, sampled every 2 s): at most {memory:.0f} MB; the highest of the
last third is {growth:+.0f} MB from the highest of the second third. Results on disk: {size:.0f} MB. Training cells are
left out for both, since stock nbgrader would run them; one submission in ten is damaged.
"""


if __name__ == "__main__":
    main()
