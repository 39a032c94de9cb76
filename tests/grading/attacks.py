"""A chapter to attack, and hostile submissions for it: what each tries, the status and the points it must get.

Full is 8: `double` 3 (numpy), `triple` 3 (torch), `paired_change` 2 (a check of the course). CHEAT marks answers that
are wrong; an attack around them must get nothing for them.
"""

import textwrap
from dataclasses import dataclass, field

from ganlab.grading.sandbox import Limits

LIMITS = Limits(cell=5, check=5, notebook=60)
HASTY = Limits(cell=1.5, check=1.5, notebook=60)
PATIENT = Limits(cell=30, check=30, notebook=60)
CHAPTER = "02_target"
SOURCE = """\
# %% setup=true
import numpy as np
import torch
from ganlab.grading.checks import check

# %% exercise="double"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x  # the secret of doubling
    ### END SOLUTION

# %% check="double" points=3
np.testing.assert_allclose(double(np.arange(3.0)), [0.0, 2.0, 4.0])
### BEGIN HIDDEN TESTS
assert np.allclose(double(np.array([-21.5, 1e3])), [-43.0, 2e3]), "negative numbers double too"
### END HIDDEN TESTS

# %% exercise="triple"
def triple(x):
    ### BEGIN SOLUTION
    return 3 * x
    ### END SOLUTION

# %% check="triple" points=3
torch.testing.assert_close(triple(torch.ones(3)), torch.full((3,), 3.0))
### BEGIN HIDDEN TESTS
sample = torch.randn(5)
assert torch.equal(triple(sample), 3 * sample)
### END HIDDEN TESTS

# %% exercise="paired_change"
def paired_change(before, after):
    ### BEGIN SOLUTION
    from math import sqrt
    from scipy.stats import t
    d = (after - before).double()
    reach = float(t.ppf(0.975, len(d) - 1)) * float(d.std()) / sqrt(len(d))
    return float(d.mean()), float(d.mean()) - reach, float(d.mean()) + reach
    ### END SOLUTION

# %% check="paired_change" points=2
check("04/paired_change", paired_change)
### BEGIN HIDDEN TESTS
check("04/paired_change", paired_change, seed=7003, rounds=3)
### END HIDDEN TESTS

# %% [markdown] question="why" points=2
# Why?
#
# <!-- BEGIN SOLUTION -->
# The rubric.
# <!-- END SOLUTION -->
"""
RIGHT = {
    "double": "def double(x):\n    return 2 * x",
    "triple": "def triple(x):\n    return x + x + x",
    "paired_change": SOURCE.split('"paired_change"\n')[1].split("\n\n# %%")[0].replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION", ""),
}  # fmt: skip
CHEAT = {
    "double": "def double(x):\n    return x",
    "triple": "def triple(x):\n    return x",
    "paired_change": "def paired_change(before, after):\n    return 0.0, 0.0, 0.0",
}


@dataclass(frozen=True)
class Attack:
    """One hostile submission: code in a cell of its own before the answers, answers, what it must get."""

    name: str
    code: str = ""
    answers: dict = field(default_factory=lambda: dict(CHEAT))
    points: float = 0
    status: tuple = ("graded", "tampered")
    why: str = "My answer <script>boom()</script>"
    edit: object = None  # a function of the notebook
    says: str = ""  # in a message or the reason
    shows: str = ""  # in the graded notebook
    limits: Limits = LIMITS


def cheat(name, code="", **more):
    return Attack(name, textwrap.dedent(code).strip(), **more)


def with_answer(name, answer, points, status="graded", says="", which="double", **more):
    answers = {**RIGHT, which: textwrap.dedent(answer).strip()}
    return Attack(name, answers=answers, points=points, status=(status,), says=says, **more)


def edited(change):
    def edit(nb):
        for cell in nb["cells"]:
            change(cell)

    return edit


def named(cell, name):
    return cell["metadata"].get("nbgrader", {}).get("grade_id") == name


TAMPERED = ("tampered",)
HOSTILE = [
    # trusted functions exchanged
    cheat("numpy_testing", "import numpy.testing; numpy.testing.assert_allclose = lambda *a, **k: None; np.allclose = lambda *a, **k: True", status=TAMPERED),
    cheat("torch_testing", "torch.testing.assert_close = lambda *a, **k: None; torch.equal = lambda *a: True", status=TAMPERED),
    cheat("torch_allclose", "torch.allclose = torch.equal = lambda *a, **k: True", status=TAMPERED),
    cheat("check_exchanged", "import ganlab.grading.checks as c\ncheck = c.check = c.base.check = lambda *a, **k: None", status=TAMPERED),
    cheat("check_code", "check.__code__ = (lambda *a, **k: None).__code__", status=TAMPERED),
    cheat("builtins", "import builtins; builtins.isinstance = lambda *a: True; builtins.abs = lambda x: 0", status=("tampered", "crashed")),
    cheat("no_assertion_error", "import builtins; builtins.AssertionError = type('E', (Exception,), {})"),
    cheat("ast_transformer", """
        import ast
        class T(ast.NodeTransformer):
            def visit_Assert(self, node): return ast.Pass()
            def visit_Expr(self, node): return ast.Pass()
        get_ipython().ast_transformers.append(T())
        """, status=TAMPERED),
    cheat("input_transformer", "get_ipython().input_transformers_post.append(lambda lines: [l for l in lines if 'assert' not in l])", status=TAMPERED),
    cheat("torch_replaced", "import sys, types; sys.modules['torch'] = types.ModuleType('torch'); sys.modules['numpy'] = types.ModuleType('numpy')", status=("tampered", "graded", "crashed")),
    cheat("settrace", "import sys; sys.settrace(lambda *a: None); sys.setprofile(lambda *a: None)"),
    # the tests themselves
    cheat("negative_test", edit=edited(lambda c: c.update(source="-5") if named(c, "check_double") else None), status=("repaired",), says="check_double had been edited"),
    cheat("test_above_maximum", edit=edited(lambda c: c.update(source="1e9") if named(c, "check_double") else None), status=("repaired",)),
    cheat("points_changed", edit=edited(lambda c: c["metadata"]["nbgrader"].update(points=100) if named(c, "check_double") else None), status=TAMPERED, says="points of check_double"),
    cheat("check_is_answer", edit=edited(lambda c: c["metadata"]["nbgrader"].update(solution=True, locked=False) if named(c, "check_double") else None)),
    cheat("skips_checks", edit=edited(lambda c: c["metadata"].update(tags=["training"]))),
    cheat("extra_graded_cell", edit=lambda nb: nb["cells"].append({"cell_type": "code", "id": "x", "metadata": {"nbgrader": {"grade_id": "bonus", "grade": True, "solution": False, "points": 50, "locked": False, "schema_version": 3, "task": False}}, "source": "50", "outputs": [], "execution_count": 1}), status=TAMPERED, says="claims to be graded"),
    cheat("link_that_runs", why="[why](javascript\\:boom())", shows="Shown as it was typed: it holds a link"),
    cheat("picture_that_reports", why="![why](http://example.org/marked.png)", shows="Shown as it was typed"),
    # objects that pretend
    cheat("equal_to_everything", answers={**CHEAT, "double": "class E:\n    def __eq__(self, o): return True\n    def __getattr__(self, n): return self\n    def __call__(self, *a): return self\ndef double(x): return E()"}),
    cheat("array_subclass", answers={**CHEAT, "double": "class A(np.ndarray):\n    def __array_ufunc__(self, *a, **k): return np.bool_(True)\n    def __array_function__(self, *a): return True\ndef double(x): return np.asarray(x).view(A)"}),
    cheat("tensor_subclass", answers={**CHEAT, "triple": "class T(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, f, t, a=(), k=None): return True\ndef triple(x): return torch.Tensor._make_subclass(T, x)"}),
    cheat("prints_passed", "print('double: passed'); print('paired_change: passed')"),
    cheat("nan", answers={**CHEAT, "paired_change": "def paired_change(b, a): return float('nan'), float('nan'), float('nan')"}),
    # looking for answers
    cheat("reads_hidden_tests", "import os; print(os.listdir('.'), os.listdir('..'))", shows="['data.txt']"),
    cheat("imports_the_check", answers={**CHEAT, "paired_change": "def paired_change(b, a):\n    import ganlab.grading.checks.chapter_04 as c\n    return c.answer(b, a)"}, says="ModuleNotFoundError"),
    cheat("uses_the_reference", answers={**CHEAT, "paired_change": "from ganlab.diagnostics import mean_interval as mine\ndef paired_change(b, a):\n    return tuple(mine((a - b).double()))"}, says="needs ganlab.diagnostics.mean_interval"),
    cheat("reference_by_another_name", "import ganlab.diagnostics.intervals as i, functools; hidden = functools.partial(i.mean_interval)", answers={**CHEAT, "paired_change": "def paired_change(b, a):\n    return tuple(hidden((a - b).double()))"}, says="write it yourself"),
    cheat("finds_the_grader", "import gc; [setattr(o, 'reply', lambda m: b'') for o in gc.get_objects() if type(o).__name__ == 'Service']"),
    cheat("forges_replies", """
        import gc, socket, struct, json
        for s in [o for o in gc.get_objects() if isinstance(o, socket.socket)]:
            for _ in range(50):
                body = json.dumps({"fields": {"value": None, "calls": [0], "changed": [], "gradients": None}, "tensors": []}).encode()
                m = struct.pack("<I", len(body)) + body
                s.sendall(struct.pack("<Q", len(m)) + m)
        """, status=("graded", "tampered", "crashed")),
    cheat("garbage_replies", "import gc, socket; [o.sendall(b'\\xff' * 64) for o in gc.get_objects() if isinstance(o, socket.socket)]", status=("graded", "tampered", "crashed")),
    # out of the sandbox
    cheat("network", "import urllib.request; urllib.request.urlopen('http://1.1.1.1', timeout=2)", shows="Network is unreachable"),
    cheat("kills_everything", "import os, signal; os.kill(-1, signal.SIGKILL)", status=("graded",), shows="ProcessLookupError"),
    # Nobody above it is in its process table: getppid is 0, its own group; process 1 is the kernel itself.
    cheat("kills_parent", """
        import os, signal
        def kill_all():
            above = [os.getppid(), os.getpgid(0), os.getsid(0), 1, *(int(p) for p in os.listdir('/proc') if p.isdigit())]
            for number in (signal.SIGTERM, signal.SIGKILL):
                for pid in above:
                    try: os.kill(pid, number); os.killpg(pid, number)
                    except OSError: pass
        if not os.fork(): kill_all(); os._exit(0)
        kill_all()
        print('survived', os.getppid(), os.getpid())
        """, answers=dict(RIGHT), points=8, status=("graded",), shows="survived 0 1"),
    cheat("daemon", "import os, time\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n        time.sleep(600)\n    os._exit(0)"),
    cheat("thread_left_running", "import threading, time; threading.Thread(target=lambda: time.sleep(600)).start()"),
    cheat("startup_file", "import pathlib, os\np = pathlib.Path(os.environ['HOME'], 'profile_default/startup'); p.mkdir(parents=True, exist_ok=True); (p / 'x.py').write_text('raise SystemExit')\nopen('sitecustomize.py', 'w').write('raise SystemExit')"),
    cheat("environment", "import os; os.environ.update(PYTHONSTARTUP='/tmp/x.py', LD_PRELOAD='/tmp/x.so', GANLAB_GRADING='')"),
    cheat("other_kernel", edit=lambda nb: nb["metadata"].update(kernelspec={"name": "bash", "display_name": "bash", "language": "bash"}, language_info={"name": "bash"})),
    cheat("new_namespace", "import ctypes; assert ctypes.CDLL(None).unshare(0x10000000) == 0, 'refused'", shows="AssertionError: refused"),
    cheat("traces_others", "import os; print('seen', [p for p in os.listdir('/proc') if p.isdigit()]); open('/proc/1/mem', 'rb').read(10)", shows="seen ['1']"),
    cheat("raises_its_limits", "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1)); resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))", shows="not allowed to raise maximum limit"),
    # too much of everything; the other answers are right and keep their points
    with_answer("three_gigabyte_file", "def double(x):\n    open('/tmp/f', 'wb').write(b'0' * (3 << 30))", 5, says="raised"),
    with_answer("memory", "def double(x):\n    return bytearray(10 << 30)", 5, says="MemoryError"),
    with_answer("memory_of_many", "def double(x):\n    import os, time\n    for _ in range(11):\n        if not os.fork():\n            a = b'x' * (350 << 20)\n            time.sleep(20)\n            os._exit(0)\n    time.sleep(20)", 5, "crashed", says="memory", limits=PATIENT),
    with_answer("fork_bomb", "def double(x):\n    import os\n    while True:\n        os.fork()", 5, says="raised BlockingIOError"),
    with_answer("endless", "def double(x):\n    while True: pass", 5, "timed_out", says="longer than", limits=HASTY),
    with_answer("will_not_stop", "def double(x):\n    import signal\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n    while True: pass", 5, "timed_out", says="hung", limits=HASTY),
    with_answer("exits", "def double(x):\n    import os; os._exit(0)", 5, "crashed", says="died"),
    with_answer("system_exit", "def double(x):\n    exit()", 5, says="SystemExit"),
    with_answer("segfault", "def double(x):\n    import ctypes; ctypes.string_at(0)", 5, "crashed", says="died"),
    with_answer("recursion", "def double(x):\n    return double(x)", 5, says="RecursionError"),
    with_answer("huge_result", "def double(x):\n    return torch.zeros(400_000_000, dtype=torch.uint8)", 5, says="too large"),
    with_answer("deep_result", "def double(x):\n    a = []\n    for _ in range(5000): a = [a]\n    return a", 5, says="nested"),
    with_answer("huge_number", "def double(x):\n    return 10 ** 100000", 5),
    with_answer("evil_exception", "def double(x):\n    class E(Exception):\n        def __str__(self): raise SystemExit\n    raise E()", 5, says="raised E"),
    with_answer("changes_input", "def double(x):\n    x *= 2\n    return x", 5, says="changes its input"),
]  # fmt: skip
# What is odd but honest, and gets full points.
HONEST = [
    Attack("complete", answers=dict(RIGHT), points=8, status=("graded",)),
    Attack("stderr", "import sys, warnings; print('a warning', file=sys.stderr); warnings.warn('careful')", dict(RIGHT), 8, ("graded",)),
    Attack("progress_bar", "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)): pass", dict(RIGHT), 8, ("graded",)),
    Attack("sixty_megabytes", "print('x' * 60_000_000)", dict(RIGHT), 8, ("graded",)),
    Attack("figures", "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()\nfrom IPython.display import HTML, display; display(HTML('<script>boom()</script><b>hi</b>'))", dict(RIGHT), 8, ("graded",)),
    Attack("cell_fails", "1 / 0", dict(RIGHT), 8, ("graded",)),
    Attack("magics", "%matplotlib inline\n%timeit -n1 -r1 pass\nawait __import__('asyncio').sleep(0)", dict(RIGHT), 8, ("graded",)),
    Attack("exits_in_a_cell", "import os; os._exit(0)", dict(RIGHT), 8, ("crashed",)),
    Attack("system_exit_in_a_cell", "exit()", dict(RIGHT), 8, ("graded",)),
    Attack("endless_cell", "while True: pass", dict(RIGHT), 8, ("timed_out",), limits=HASTY),
    Attack("a_loss_of_ones_own", "import ganlab\nganlab.LOSSES['mine'] = ganlab.LOSSES['hinge']\nimport inspect; inspect.getsource(ganlab.mode_hops); inspect.signature(ganlab.mode_hops)", dict(RIGHT), 8, ("graded",)),
    Attack("forks", "import os\nif not os.fork(): print('child')", dict(RIGHT), 8, ("graded",)),
    Attack("compiled", answers={**RIGHT, "triple": "@torch.compile\ndef triple(x):\n    return 3 * x"}, points=8, status=("graded",)),
    Attack("compiled_module", answers={**RIGHT, "triple": "net = torch.compile(torch.nn.Linear(1, 1, bias=False))\ntorch.nn.init.constant_(net.weight, 3.0)\ndef triple(x):\n    return net(x[:, None])[:, 0]"}, points=8, status=("graded",)),
]  # fmt: skip
