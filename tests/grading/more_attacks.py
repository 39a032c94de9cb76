"""Hostile submissions of a second reader: on the wire, on the references, on the grader's memory and patience."""

from ganlab.grading.sandbox import Limits
from tests.grading.attacks import CHEAT, cheat

ANY_END = ("graded", "tampered", "crashed", "timed_out")
SLEEPY = Limits(cell=5, check=2, notebook=60)


def answers(**more):
    return {**CHEAT, **more}


def borrowed(name, body, code="from ganlab.diagnostics import mean_interval as mi", says="write it yourself", **more):
    """An answer of paired_change that leaves the work to ganlab; d is after − before."""
    text = f"def paired_change(b, a):\n    d = (a - b).double()\n    {body}"
    return cheat(name, code, answers=answers(paired_change=text), says=says, **more)


def sent(name, body, **more):
    """A reply of the student's own making."""
    code = (
        "import struct, ganlab.grading.checks.service as sv\n"
        f"body = {body}\n"
        "sv.Service.reply = lambda self, m: struct.pack('<I', len(body)) + body"
    )
    return cheat(name, code, status=("graded", "tampered"), **more)


def extra(nb, name, cell_id, count=1):
    about = {
        "grade_id": name,
        "grade": True,
        "solution": False,
        "points": 50,
        "locked": False,
        "schema_version": 3,
        "task": False,
    }
    nb["cells"] += [
        {
            "cell_type": "code",
            "id": cell_id,
            "metadata": {"nbgrader": dict(about)},
            "source": "50",
            "outputs": [],
            "execution_count": 1,
        }
        for _ in range(count)
    ]


def last(nb, source):
    """A cell of the student's own behind all others."""
    nb["cells"].append(
        {"cell_type": "code", "id": "last", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    )


def triple(name, body, points=0, says="", **more):
    return cheat(name, answers=answers(triple=f"def triple(x):\n    return {body}"), points=points, says=says, **more)


MORE = [
    # ganlab's own function does the work where nobody looks
    borrowed("lazy_number", "return tuple(F(d, k) for k in range(3))", """
        from ganlab.diagnostics import mean_interval as mi
        class F(float):
            def __new__(cls, d, k):
                self = float.__new__(cls, 1.0)
                self.d, self.k = d, k
                return self
            def __float__(self): return float(mi(self.d)[self.k])
        """),
    borrowed("lazy_tuple", "t = T((0.0, 0.0, 0.0)); t.d = d; return t", """
        from ganlab.diagnostics import mean_interval as mi
        class T(tuple):
            def __iter__(self): return iter(tuple(float(v) for v in mi(self.d)))
        """),
    borrowed("reference_put_back", "mi.__code__ = code; return tuple(float(v) for v in mi(d))", "from ganlab.diagnostics import mean_interval as mi\ncode = mi.__code__"),
    borrowed("reference_put_back_and_shut", "shut = mi.__code__; mi.__code__ = code; out = tuple(float(v) for v in mi(d)); mi.__code__ = shut; return out", "from ganlab.diagnostics import mean_interval as mi\ncode = mi.__code__", status=("tampered",)),
    borrowed("reference_put_back_in_secret", "import contextlib\n    with contextlib.suppress(Exception): mi.__code__ = code\n    with contextlib.suppress(Exception): return tuple(float(v) for v in mi(d))\n    return 0.0, 0.0, 0.0", "from ganlab.diagnostics import mean_interval as mi\ncode = mi.__code__", status=("tampered",), says="paired_change"),
    borrowed("reference_of_another_module", "return tuple(float(v) for v in mi(d))", "from ganlab.diagnostics import mean_interval as mi\nmi.__module__ = 'mine'", status=("tampered",)),
    borrowed("reference_of_another_name", "return tuple(float(v) for v in mi(d))", "from ganlab.diagnostics import mean_interval as mi\nimport ganlab.diagnostics as d\nd.mean_interval = d.intervals.mean_interval = lambda *a: 0", status=("tampered",)),
    borrowed("reference_loaded_again", "return tuple(float(v) for v in ganlab.diagnostics.mean_interval(d))", """
        import importlib, ganlab.diagnostics
        importlib.reload(ganlab.diagnostics.intervals); importlib.reload(ganlab.diagnostics)
        """, status=("tampered",)),
    borrowed("reference_loaded_again_and_kept", "return 0.0, 0.0, 0.0", """
        import importlib, sys, ganlab.diagnostics.intervals as i
        kept = dict(vars(i)); importlib.reload(i); vars(i).update(kept)
        """, status=("tampered",), says="the module ganlab.diagnostics.intervals was exchanged"),
    borrowed("reference_in_another_module", "return tuple(float(v) for v in mi(d))", """
        import sys, types, ganlab.diagnostics as d
        from ganlab.diagnostics import mean_interval as mi
        other = types.ModuleType('ganlab.diagnostics'); other.__dict__.update(d.__dict__); other.mean_interval = lambda *a: 0
        sys.modules['ganlab.diagnostics'] = other
        """, status=("tampered",)),
    borrowed("reference_copied", "return tuple(float(v) for v in mine(d))", "import types\nfrom ganlab.diagnostics import mean_interval as mi\nmine = types.FunctionType(mi.__code__, mi.__globals__)", status=("tampered",), says="paired_change"),
    borrowed("fence_opened_for_a_while", "return tuple(float(v) for v in mi(d))", """
        import contextlib, ganlab.grading.checks.references as r, ganlab.grading.checks.service as sv
        from ganlab.diagnostics import mean_interval as mi
        kept = sv.out_of_reach
        sv.out_of_reach = r.out_of_reach = lambda *a, **k: contextlib.nullcontext()
        """, status=("tampered",), edit=lambda nb: last(nb, "sv.out_of_reach = r.out_of_reach = kept")),
    borrowed("canary_blinded", "return tuple(float(v) for v in mi(d))", """
        import ganlab.grading.kernel.canary as c, ganlab.grading.kernel.channel as ch
        from ganlab.diagnostics import mean_interval as mi
        c.told = lambda *a: b'[]'; c.remember = dict
        send = ch.send; ch.send = lambda s, m: send(s, b'[]' if m.startswith(b'["') else m)
        mi.__code__ = (lambda *a: 0).__code__
        """, status=("tampered",)),
    borrowed("losses_emptied", "return tuple(float(v) for v in mi(d))", "import ganlab\nfrom ganlab.diagnostics import mean_interval as mi\nkept = dict(ganlab.LOSSES); ganlab.LOSSES.clear()", status=("tampered",)),
    borrowed("reference_in_a_thread", "import threading; out = []; t = threading.Thread(target=lambda: out.extend(float(v) for v in mi(d))); t.start(); t.join(); return tuple(out)", says="paired_change"),
    # the kernel's side of a check
    cheat("checks_in_the_kernel", """
        import ganlab.grading.checks.base as b
        b.Answer.__call__ = lambda self, *a, **k: 1
        b.Exercise.run = lambda *a, **k: None
        b.expect = b.close = lambda *a, **k: True
        """),
    cheat("randomness_and_gradients", "torch.autograd.grad = lambda *a, **k: [torch.zeros(1)]; torch.manual_seed = lambda s: None; torch.randn = lambda *a, **k: torch.zeros(5)", status=("tampered",)),
    cheat("walks_the_frames", """
        import sys
        frame = sys._getframe()
        while frame:
            self = frame.f_locals.get('self')
            if type(self).__name__ == 'Kernel':
                self.service.reply = lambda m: b''
                self._ask = lambda body: b''
            frame = frame.f_back
        """, status=ANY_END),
    cheat("thread_answers_later", """
        import gc, socket, struct, json, threading, time
        body = json.dumps({"fields": {"value": True, "calls": [0], "changed": [], "gradients": None}, "tensors": []}).encode()
        m = struct.pack("<I", len(body)) + body
        def late(s):
            while True:
                s.sendall(struct.pack("<Q", len(m)) + m)
                time.sleep(0.001)
        for s in [o for o in gc.get_objects() if isinstance(o, socket.socket)]:
            threading.Thread(target=late, args=(s,), daemon=True).start()
        """, status=ANY_END),
    cheat("signals_and_exits", """
        import atexit, faulthandler, signal, weakref
        class X: pass
        x = X()
        weakref.finalize(x, print, 'passed'); atexit.register(print, 'passed')
        faulthandler.dump_traceback_later(1, repeat=True, file=open('g', 'w'))
        for s in range(1, 64):
            try: signal.signal(s, lambda *a: None)
            except (OSError, ValueError): pass
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        """),
    cheat("reloads_the_service", "import importlib, ganlab.grading.checks.service as s, ganlab.grading.checks.references as r; importlib.reload(r); importlib.reload(s)", status=("tampered",)),
    # the grader's memory and patience
    cheat("a_reply_that_swells", """
        import gc, socket, struct
        for s in [o for o in gc.get_objects() if isinstance(o, socket.socket)]:
            body = b'{"outputs": [' + b'[],' * 15_000_000 + b'[]]}'
            s.sendall(struct.pack("<Q", len(body)) + body)
        """, status=ANY_END),
    sent("a_value_that_swells", "b'{\"tensors\": [], \"fields\": {\"calls\": [0], \"value\": [' + b'[],' * 4_000_000 + b'[]]}}'"),
    sent("keys_of_one_hash", "('{\"tensors\": [], \"fields\": {\"changed\": [], \"gradients\": null, \"calls\": [0], \"value\": {\"dict\": [' + ','.join(f'[{k * (2**61 - 1)},0]' for k in range(30_000)) + ']}}}').encode()"),
    sent("tensors_without_end", "('{\"fields\": {\"value\": null}, \"tensors\": [' + ','.join('[\"torch.float32\", [0], false]' for _ in range(20_000)) + ']}').encode()"),
    cheat("many_outputs", "import sys\nfor _ in range(5000):\n    print(1); print(2, file=sys.stderr)"),
    cheat("many_handles", answers=answers(double="def double(x):\n    return [lambda: 1 for _ in range(200_000)]"), says="too large"),
    cheat("megabytes_of_code", answers=answers(double="def double(x):\n    return x\n" + "a\n" * 1_100_000), status=("unreadable",), says="characters of code"),
    cheat("deep_code", answers=answers(double="def double(x):\n    return x\n" + "(" * 90_000 + ")" * 90_000, paired_change="x = " + "1+" * 90_000 + "1"), status=("graded", "crashed")),
    cheat("sleeps_just_long_enough", answers=answers(double="def double(x):\n    import time; time.sleep(0.9); return x"), limits=SLEEPY),
    # out of the sandbox
    cheat("the_hosts_socket", "import socket\nfor family in (40, 38, 17):\n    try: socket.socket(family, socket.SOCK_STREAM).close(); raise SystemExit('open')\n    except OSError: pass\nopen('/scratch/refused', 'w')", status=("graded",), shows="/scratch/refused"),
    cheat("files_and_links", """
        import os
        os.symlink('/', 'results'); os.symlink('/etc/passwd', '/scratch/x')
        for k in range(30_000):
            try: open(f'/scratch/{k}', 'w').close()
            except OSError: break
        open('/scratch/sparse', 'wb').truncate(1 << 40)
        """, shows="No space left on device"),
    cheat("reads_proc", "import os, mmap\nfor f in os.listdir('/proc/self/fd'):\n    try: mmap.mmap(int(f), 10)\n    except (OSError, ValueError): pass\n[open(f'/proc/{p}/{n}', 'rb').read(100) for p in ('1', 'self') for n in ('environ', 'cmdline', 'maps', 'mountinfo')]"),
    # values
    triple("stride_0", "torch.ones(1).expand(10 ** 9)", says="too large"),
    triple("meta", "torch.empty(len(x), device='meta')", says="no data"),
    triple("sparse", "(3 * x).to_sparse()", says="cannot be sent"),
    triple("complex", "(3 * x).to(torch.complex64)", says="dtype"),
    triple("quantised", "torch.quantize_per_tensor(3 * x, 0.1, 0, torch.qint8)", says="cannot be sent"),
    triple("nan_with_a_payload", "torch.from_numpy(np.full(len(x), 0x7FC00123, dtype=np.uint32).view(np.float32))"),
    triple("empty_of_many_shapes", "torch.empty(0, 2 ** 40)"),
    triple("a_view_that_requires_grad", "(3 * x).requires_grad_(True).expand_as(x)", points=3),
    triple("a_parameter", "torch.nn.Parameter(3 * x)", points=3),
    cheat("generator_and_coroutine", answers=answers(double="def double(x):\n    yield from 2 * x", triple="async def triple(x):\n    return 3 * x")),
    cheat("says_passed", answers=answers(double="E = type('passed', (Exception,), {'__str__': lambda self: 'passed'})\ndef double(x): raise E()"), says="raised passed: passed"),
    # cells
    cheat("look_alike_ids", edit=lambda nb: extra(nb, "ch\u0435ck_double", "double\u200b", 2), status=("tampered",), says="claims to be graded"),
    cheat("copies_of_checks", edit=lambda nb: nb["cells"].extend([dict(c) for c in nb["cells"] if c["id"].startswith("check")] * 3), status=("repaired",)),
]  # fmt: skip
