"""Hostile submissions: no undeserved point, no lost one, nothing left behind, nothing that runs in a browser."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import nbformat
import psutil
import pytest

from ganlab.grading.release import release
from ganlab.grading.source import read_source
from ganlab.grading.worker import Job, grade, server_for
from tests.grading.attacks import CHAPTER, HONEST, HOSTILE, SOURCE
from tests.grading.more_attacks import MORE

EVERY = [*HOSTILE, *MORE, *HONEST]


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    path = tmp_path_factory.mktemp("target") / f"{CHAPTER}.py"
    path.write_text(SOURCE)
    return read_source(path)


def submission(target, attack):
    nb = json.loads(nbformat.writes(release(target)))
    for cell in nb["cells"]:
        cell["source"] = "".join(cell["source"])
        if cell["id"] in attack.answers:
            cell["source"] = attack.answers[cell["id"]]
        elif cell["id"] == "why":
            cell["source"] = attack.why
    if attack.code:
        nb["cells"].insert(
            1,
            {
                "cell_type": "code",
                "id": "evil",
                "metadata": {},
                "source": attack.code,
                "outputs": [],
                "execution_count": None,
            },
        )
    if attack.edit:
        attack.edit(nb)
    return json.dumps(nb).encode()


def job(target, attack, **more):
    return Job(
        "eve",
        CHAPTER,
        submission(target, attack),
        nbformat.writes(target),
        {"data.txt": b"data"},
        "secret",
        limits=attack.limits,
        **more,
    )


@pytest.mark.parametrize("attack", EVERY, ids=lambda attack: attack.name)
def test_points_are_what_is_deserved(target, attack):
    graded = grade(job(target, attack))
    said = " · ".join((graded.reason, *graded.messages.values(), *graded.flags))
    assert (sum(graded.points.values()), graded.status in attack.status) == (attack.points, True), (graded.status, said)
    assert attack.says in said and attack.shows in graded.notebook
    if graded.status == "unreadable":
        return
    assert "boom()</script" not in graded.notebook.replace("\u200b", "") or "<\u200bscript" in graded.notebook
    outputs = [cell.outputs for cell in nbformat.reads(graded.notebook, 4).cells if cell.cell_type == "code"]
    assert "text/html" not in json.dumps(outputs) and len(graded.notebook) < 2_000_000


def test_the_corpus_is_large():
    assert len(HOSTILE) + len(MORE) >= 40 and len({attack.name for attack in EVERY}) == len(EVERY)


def running(mark):
    """This machine's processes, whoever's, whose command line holds a mark."""
    return [each for each in psutil.process_iter(["cmdline"]) if mark in str(each.info["cmdline"])]


def test_nothing_is_left_of_a_submission(target):
    """No process of it, seen from outside the sandbox, and no file, seen by the next kernel."""
    mark = f"left-behind-{uuid.uuid4().hex}"
    daemon = f"[{sys.executable!r}, '-c', 'import time; print(flush=True); time.sleep(600)', {mark!r}]"
    server = server_for(job(target, HONEST[0]))
    places = ("left", "/tmp/left", "/scratch/left", "/dev/shm/left")
    with server.kernel() as kernel:
        idle = len(psutil.Process(server._process.pid).children(recursive=True))
        kernel.run(f"for place in {places}: open(place, 'w').write('x')")
        kernel.run(
            "import subprocess, os\n"
            f"lives = subprocess.Popen({daemon}, start_new_session=True, stdout=subprocess.PIPE); lives.stdout.readline()\n"
            "import time\nhere, there = os.pipe()\n"
            "if not os.fork():\n    os.setsid(); os.fork(); os.write(there, b'x'); time.sleep(600)\n"
            "os.read(here, 1) + os.read(here, 1)"
        )
        (left,) = running(mark)  # it is seen while it lives
        assert len(psutil.Process(server._process.pid).children(recursive=True)) == idle + 3
        family = [left, *left.parent().children(recursive=True)]
    assert not psutil.wait_procs(family, timeout=10)[1] and not running(mark)
    with server.kernel() as kernel:
        assert len(psutil.Process(server._process.pid).children(recursive=True)) == idle
        seen = kernel.run(
            f"import os\nprint([p for p in {places} if os.path.exists(p)], [p for p in os.listdir('/proc') if p.isdigit()])"
        )
    assert seen[0]["text"] == "[] ['1']\n"


def test_what_a_kernel_sees(target):
    with server_for(job(target, HONEST[0])).kernel() as kernel:
        seen = kernel.run(
            "import os, glob, ganlab.grading.checks as c\n"
            "writable = [p for p in ('/', '/usr', '/etc', '/library', '/proc/sys', os.path.dirname(os.__file__)) if os.access(p, os.W_OK)]\n"
            "print(writable, os.listdir('/library/ganlab/grading/checks'), sorted(os.environ), os.getuid())\n"
            "import socket\n"
            "print(socket.if_nameindex(), os.path.exists('/etc/shadow'), os.path.exists('/etc/passwd'))"
        )
    text = seen[0]["text"]
    assert text.startswith("[] ") and "chapter_" not in text
    assert int(text.split("\n")[0].split()[-1]) not in (0, os.getuid() if os.geteuid() == 0 else -1)
    assert "[(1, 'lo')] False False" in text
    assert not {"USER", "SSH_AUTH_SOCK", "LOGNAME"} & set(text.split("'"))


def test_the_kernel_never_sees_a_hidden_test(target):
    """The whole memory of the student's process is searched for a hidden test's text."""
    search = (
        "import re\n"
        "maps = [line.split() for line in open('/proc/self/maps')]\n"
        "needle, found = re.compile(b'n[e]gative n[u]mbers d[o]uble'), 0\n"
        "with open('/proc/self/mem', 'rb') as memory:\n"
        "    for fields in maps:\n"
        "        if fields[1].startswith('rw'):\n"
        "            low, high = (int(part, 16) for part in fields[0].split('-'))\n"
        "            try:\n"
        "                memory.seek(low)\n"
        "                found += needle.search(memory.read(high - low)) is not None\n"
        "            except (OSError, ValueError, OverflowError): pass\n"
        "print('found', found)"
    )
    attack = next(attack for attack in HONEST if attack.name == "complete")
    answers = {**attack.answers, "paired_change": attack.answers["paired_change"]}
    graded = grade(
        job(target, type(attack)("search", answers=answers, points=8, edit=lambda nb: nb["cells"].append(code(search))))
    )
    assert "found 0" in graded.notebook and sum(graded.points.values()) == 8


def code(text):
    return {"cell_type": "code", "id": "search", "metadata": {}, "source": text, "outputs": [], "execution_count": None}


@pytest.mark.slow  # test_batch.py does it through the command
def test_without_a_sandbox_it_works_too(target):
    graded = grade(job(target, HONEST[0], confined=False))
    assert (graded.status, sum(graded.points.values())) == ("graded", 8)


# In a mount namespace of its own: lay this Python where an ordinary user can read it, then become one.
ORDINARY = """
mount --make-rprivate /
if ! setpriv --reuid=1234 --regid=1234 --clear-groups test -r "$1"; then
    top="/$(echo "$1" | cut -d/ -f2)"
    mount --bind "$1" /mnt && mount -t tmpfs -o mode=0755 tmpfs "$top" && mkdir -p "$1" && mount --bind /mnt "$1"
fi
cd / && exec setpriv --reuid=1234 --regid=1234 --clear-groups env -i PATH="$PATH" HOME=/tmp "$2" -c "$3" "$4"
"""
PROBE = """
import sys; sys.path.insert(0, sys.argv[1])
from ganlab.grading.sandbox import ForkServer, KernelTimeout
with ForkServer() as server, server.kernel() as kernel:
    print(kernel.run('import os, socket; print(os.getuid(), socket.if_nameindex(), [p for p in os.listdir("/proc") if p.isdigit()])')[0]['text'])
    print(kernel.run('import os, time\\nfor _ in range(200):\\n    if not os.fork(): time.sleep(9)')[-1]['ename'])
    print(kernel.run('import ctypes; print(ctypes.CDLL(None).unshare(0x10000000))')[0]['text'])
    print(kernel.run('print([l.split() for l in open("/proc/self/status") if l.startswith(("CapEff", "CapBnd", "Seccomp:"))])')[0]['text'])
    print(kernel.run('import os, time; os.kill(0, 9); time.sleep(1); print("its group is its own")')[0]['text'])
    try:
        kernel.run('while True: pass', seconds=1)
    except KernelTimeout as error:
        print('interrupted' if error.alive else 'its keeper is dead')
"""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_the_sandbox_works_for_an_ordinary_user():
    """The same confinement without root: a user namespace, the process cap, no network, no capability."""
    repository = str(Path(__file__).parents[2])
    command = ["unshare", "-m", "bash", "-c", ORDINARY, "x", sys.base_prefix, sys.executable, PROBE, repository]
    done = subprocess.run(command, capture_output=True, text=True)
    said = [line for line in done.stdout.split("\n") if line] or [done.stderr[-2000:]] * 6
    user, cap, namespace, rights, *keeper = said
    assert user == "65534 [(1, 'lo')] ['1']"
    assert (cap, namespace) == ("BlockingIOError", "-1")
    assert rights == "[['CapEff:', '0000000000000000'], ['CapBnd:', '0000000000000000'], ['Seccomp:', '2']]"
    assert keeper == ["its group is its own", "interrupted"]  # it has the kernel's user, and its SIGKILL reaches that
