"""Answers called from afar: the same verdicts as in a notebook, values that travel whole, nothing run on arrival."""

import functools
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import ganlab
from ganlab.grading.checks import Answer, CheckFailed, exercises, find_exercise, references, wire
from ganlab.grading.checks.critics import draw_bowl
from ganlab.grading.sandbox import KernelDied, KernelTimeout
from ganlab.grading.worker import Job, server_for
from tests.grading.attacks import LIMITS
from tests.mutants import corpus, verdict

SOLUTIONS = list(corpus())
# One right answer of each exercise and, where gradients and calls travel too, a wrong one; `slow` does them all.
FAST = [next(s for s in SOLUTIONS if s.exercise == name and s.name.startswith("right")) for name in exercises()]
FAST += [
    next(s for s in SOLUTIONS if s.exercise == s0.exercise and s.name.startswith("wrong"))
    for s0 in FAST
    if s0.exercise[:2] == "06"
]


@pytest.fixture(scope="module")
def kernel():
    with server_for(Job("", "", b"", "", {}, "", limits=LIMITS)).kernel() as kernel:
        kernel.ends += 600
        yield kernel


def from_afar(kernel, solution):
    """The verdict on a solution that runs in a kernel."""
    module = Path(__file__).parents[1] / "mutants" / f"chapter_{solution.exercise.split('/')[0]}"
    text = (module / f"{solution.exercise.split('/')[1]}.py").read_text()
    for line, source, name, alias in re.findall(r"^(from tests\.mutants\.([\w.]+) import (\w+) as (\w+))$", text, re.M):
        kernel.run((module.parent / f"{source.replace('.', '/')}.py").read_text())  # there are no tests in a kernel
        text = text.replace(line, f"{alias} = {name}")
    kernel.run(text)
    try:
        answer = Answer(kernel.ask, solution.name, solution.exercise.split("/")[1])
        find_exercise(solution.exercise).run(answer, seed=900, rounds=10)
    except CheckFailed as failure:
        return str(failure)
    return None


@pytest.mark.parametrize("solution", FAST, ids=lambda s: f"{s.exercise}-{s.name}")
def test_the_verdict_is_the_same_from_afar(kernel, solution):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert from_afar(kernel, solution) == verdict(solution)


@pytest.mark.slow
@pytest.mark.parametrize("name", exercises())
def test_all_verdicts_are_the_same_from_afar(name):
    with server_for(Job("", "", b"", "", {}, "", limits=LIMITS)).kernel() as kernel, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kernel.ends += 3600
        for solution in (solution for solution in SOLUTIONS if solution.exercise == name):
            assert (from_afar(kernel, solution) is None) == (verdict(solution) is None), solution.name


def answers(kernel, code, name="f"):
    """A function in this process and the same one in a kernel."""
    local: dict = {"torch": torch, "np": np, "nn": nn}
    exec(code, local)
    kernel.run(f"import torch, numpy as np\nfrom torch import nn\n{code}")
    return Answer.of(local[name], name), Answer(kernel.ask, name, name)


VALUES = [
    None, True, 7, -1.5, float("inf"), "text", [1, [2]], (1, "a"), {"k": (1,), 2: None}, np.arange(3), np.float32(2.5),
    torch.linspace(-1, 1, 6).reshape(2, 3), torch.tensor(5), torch.zeros(0, 4), torch.tensor([True]),
    torch.linspace(-1, 1, 3).to(torch.bfloat16),
    torch.linspace(-1, 1, 12).reshape(4, 3).T, torch.complex(torch.ones(2), torch.ones(2)), torch.arange(6).expand(2, 6),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=map(str, range(len(VALUES))))
def test_values_come_back_as_they_went(kernel, value):
    for answer in answers(kernel, "def f(x):\n    return x"):
        got = answer(value)
        assert type(got) is type(value)
        if isinstance(value, (torch.Tensor, np.ndarray)):
            assert got.dtype == value.dtype and got.shape == value.shape and bool((got == value).all())
        else:
            assert got == value


def test_ganlab_objects_networks_and_generators_travel(kernel):
    code = "def f(x, y=None):\n    return x.sample(5, generator=y) if hasattr(x, 'sample') else x(torch.ones(2, 2))"
    net = nn.Sequential(nn.Linear(2, 3), nn.LeakyReLU(0.3), nn.Linear(3, 1, bias=False)).eval()
    ring, bowl = ganlab.ring(5), draw_bowl(2, torch.Generator().manual_seed(1))
    for answer in answers(kernel, code):
        sampled = answer(ring, y=torch.Generator().manual_seed(3))
        assert torch.equal(sampled, ring.sample(5, generator=torch.Generator().manual_seed(3)))
        assert torch.equal(answer(net), net(torch.ones(2, 2))) and answer.calls == (1,)
        assert torch.equal(answer(bowl), bowl(torch.ones(2, 2)))


def test_gradients_calls_exceptions_and_mutation(kernel):
    code = (
        "def f(critic, x):\n    return (critic(x) + critic(2 * x)).sum()\n"
        "def g(x):\n    x += 1\n"
        "def h(x):\n    raise ValueError('no such x')\n"
        "def k(n):\n    class Net(nn.Module):\n        def __init__(self):\n            super().__init__()\n            self.layer = nn.Linear(n, 1)\n"
        "        def forward(self, x):\n            return self.layer(x)\n    return Net()"
    )
    critic, x = nn.Linear(2, 1), torch.randn(3, 2, requires_grad=True)
    for answer in answers(kernel, code):
        value, (by_critic, by_x) = answer.differentiate(critic, x)
        assert torch.allclose(value, (critic(x) + critic(2 * x)).sum()) and answer.calls == (2, 0)
        assert torch.allclose(by_critic["weight"], 3 * x.sum(0, keepdim=True)) and torch.allclose(
            by_critic["bias"], torch.tensor([6.0])
        )
        assert torch.allclose(by_x, 3 * critic.weight.expand(3, 2))
    for answer in answers(kernel, code, "g"):
        with pytest.raises(CheckFailed, match="changes its input"):
            answer(torch.zeros(2))
    for answer in answers(kernel, code, "h"):
        assert answer.raises(1) == ("ValueError", "no such x") and answer._count == 1
        with pytest.raises(CheckFailed, match=r"h\(int\) raised ValueError: no such x"):
            answer(1)
    for answer in answers(kernel, code, "k"):
        made = answer(2)
        state = made.state()
        assert torch.allclose(made(torch.ones(1, 2)), state["layer.weight"].sum() + state["layer.bias"], atol=1e-6)


INPUTS = {
    "tensor": (lambda: torch.zeros(2), "x += 1", "x + 1"),
    "shape": (lambda: torch.zeros(2, 1), "x.squeeze_(1)", "x.squeeze(1)"),
    "nan": (lambda: torch.tensor([float("nan"), 1.0]), "x[1] = 2", "x[1] + 1"),
    "array": (lambda: np.arange(3.0), "x *= 2", "2 * x"),
    "array of NaN": (lambda: np.array([np.nan, 1]), "x[0] = 0", "np.nan_to_num(x)"),
    "list": (lambda: [3, 1, 2], "x.sort()", "sorted(x)"),
    "list of tensors": (lambda: [torch.zeros(2), torch.zeros(3)], "x[1].add_(1)", "x[1].add(1)"),
    "tuple of arrays": (lambda: (np.zeros(2), 1), "x[0][0] = 1", "x[0] + 1"),
    "dict": (lambda: {"a": 1}, "x.pop('a')", "{**x, 'b': 2}"),
    "dict of lists": (lambda: {"a": [torch.zeros(2)]}, "x['a'][0].fill_(7)", "x['a'][0] + 7"),
    "exchanged": (lambda: [torch.zeros(2), 1.5], "x[0] = x[0].clone() + 1", "[x[0].clone() + 1, x[1]]"),
}


@pytest.mark.parametrize("how", ["f(x)", "f(x=x)"])
@pytest.mark.parametrize("name", INPUTS)
def test_an_input_that_is_changed_in_place_is_noticed(kernel, name, how):
    given, changes, leaves = INPUTS[name]
    for body, changed in ((changes, True), (leaves, False)):
        for answer in answers(kernel, f"def f(x):\n    {body}\n    return 1"):
            call = functools.partial(answer, given()) if how == "f(x)" else functools.partial(answer, x=given())
            if changed:
                with pytest.raises(CheckFailed, match=r"changes its input in place; work on a copy"):
                    call()
            else:
                assert call() == 1


def test_a_network_and_a_generator_may_change(kernel):
    code = "def f(net, rng):\n    net[0].weight.data += 1\n    return torch.rand(2, generator=rng)"
    for answer in answers(kernel, code):
        got = answer(nn.Sequential(nn.Linear(2, 1)), torch.Generator().manual_seed(3))
        assert torch.equal(got, torch.rand(2, generator=torch.Generator().manual_seed(3)))


def test_random_answers_are_repeatable_and_leave_the_notebooks_stream_alone(kernel):
    for answer in answers(kernel, "def f(n):\n    return torch.rand(n)"):
        torch.manual_seed(5)
        before = torch.get_rng_state()
        first, second = answer(3), answer(3)
        assert not torch.equal(first, second) and torch.equal(before, torch.get_rng_state())
        answer._count = 0
        assert torch.equal(answer(3), first)


def test_a_kernel_that_is_late_or_dead_is_told_apart(kernel):
    with server_for(Job("", "", b"", "", {}, "", limits=LIMITS)).kernel() as other:
        with pytest.raises(KernelTimeout) as error:
            other.run("while True: pass", seconds=0.5)
        assert (error.value.alive, error.value.whole, str(error.value)) == (True, False, "it took longer than 0.5 s")
        assert other.run("print(1)")[0]["text"] == "1\n"
        with pytest.raises(KernelDied, match="by itself"):
            other.run("import os; os._exit(1)")


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00" * 3,
        b"\xff\xff\xff\xff{}",
        b"\x02\x00\x00\x00[]",
        b'\x05\x00\x00\x00{"a"}',
        b"cos\nsystem\n(S'true'\ntR.",
    ],
)
def test_what_is_no_message_is_refused(message):
    with pytest.raises(wire.WireError):
        wire.unpack(message)


@pytest.mark.parametrize(
    "tree",
    [{"object": "os:system", "arguments": ["true"], "state": None}, {"named": "os:system"}, {"layer": "Linear", "settings": {}}, {"tensor": 3},
     {"generator": {"tensor": 0}}, {"chain": []}, {"what": 1}],
)  # fmt: skip
def test_nothing_runs_in_the_grader_on_arrival(tree):
    with pytest.raises(wire.WireError):
        wire.decode(tree, [], trusted=False)


def test_a_tensor_that_claims_more_than_it_holds_is_refused():
    message = wire.pack({}, [torch.zeros(4)])
    for old, new in ((b"[4]", b"[9]"), (b"[4]", b"[-4]"), (b"float32", b"float99")):
        length = int.from_bytes(message[:4], "little") + len(new) - len(old)
        with pytest.raises(wire.WireError, match="not a message" if new == b"float99" else "cut short"):
            wire.unpack(length.to_bytes(4, "little") + message[4:].replace(old, new))


def test_every_reference_exists_and_is_a_function_of_ganlab():
    for name, exercise in exercises().items():
        for reference in exercise.references:
            assert list(references.functions(references.find(reference))), (name, reference)


def test_references_come_back_into_reach():
    with references.out_of_reach(["ganlab.objectives.penalties", "ganlab.label_smoothing"]):
        with pytest.raises(references.ReferenceUsed, match=r"ganlab\.objectives\.penalties"):
            ganlab.PENALTIES["r1"].function(None, None, None)
        with pytest.raises(references.ReferenceUsed):
            ganlab.label_smoothing(0.9)
    assert ganlab.label_smoothing(0.9).source
    with pytest.raises(ValueError, match="no_such"):
        references.find("ganlab.no_such")


BORROWED = {
    "01/d_loss, made in the call": "def d_loss(r, f):\n    return ganlab.label_smoothing(1.0, 0.0).d(r.flatten(), f.flatten())",
    "01/d_loss, made before": "made = ganlab.label_smoothing(1.0, 0.0).d\ndef d_loss(r, f):\n    return made(r.flatten(), f.flatten())",
    "01/d_loss, kept": "kept = dict(ganlab.LOSSES)\ndef d_loss(r, f):\n    return kept['saturating'].d(r.flatten(), f.flatten())",
    "04/count_hops, by the rate": "from ganlab.diagnostics import oscillation as o\ndef count_hops(d):\n    return o(nn.functional.one_hot(d.clamp_min(0)).double()).hop_rate",
    "02/r1_penalty, from the registry": "p = ganlab.PENALTIES['r1']\ndef r1_penalty(*a):\n    return p.function(*a)",
    "06/gradient_penalty, a part": "p = ganlab.PENALTIES['wgan_gp_one_sided'].function\ndef gradient_penalty(c, r, f, e):\n    return p(c, r, f, e, two_sided=True)",
}


@pytest.fixture
def fresh():
    with server_for(Job("", "", b"", "", {}, "", limits=LIMITS)).kernel() as kernel:
        yield kernel


@pytest.mark.parametrize("case", BORROWED)
def test_a_kernel_keeps_ganlabs_answers_out_of_reach_however_they_were_had(fresh, case):
    fresh.run(f"import ganlab, torch\nfrom torch import nn\n{BORROWED[case]}")
    name = case.split(",")[0]
    answer = Answer(fresh.ask, name.split("/")[1], name.split("/")[1])
    with pytest.raises(CheckFailed, match=r"needs ganlab\.\w.* write it yourself"):
        find_exercise(name).run(answer)
    assert fresh.run("print(float(ganlab.label_smoothing(1.0, 0.0).d(*torch.zeros(2, 3))))")[0]["text"][:5] == "1.386"
    assert fresh.changed() == []  # nothing of this is tampering


AGAIN = "import importlib, ganlab, ganlab.objectives.losses as l\nimportlib.reload(l); importlib.reload(ganlab.objectives); importlib.reload(ganlab)\n"


def test_what_is_loaded_again_is_out_of_reach_too_and_told(fresh):
    fresh.run("import ganlab.objectives.penalties, ganlab.games.play")
    assert fresh.changed() == []
    fresh.run(f"{AGAIN}def d_loss(r, f):\n    return ganlab.LOSSES['saturating'].d(r.flatten(), f.flatten())")
    with pytest.raises(CheckFailed, match=r"needs ganlab\.\w.* write it yourself"):
        find_exercise("01/d_loss").run(Answer(fresh.ask, "d_loss", "d_loss"))
    assert any("ganlab.objectives" in name for name in fresh.changed())


def test_a_module_loaded_again_and_put_back_is_told(fresh):
    fresh.run("import ganlab.objectives.losses as l, importlib\nkept = dict(vars(l))")
    assert fresh.changed() == []
    fresh.run("importlib.reload(l); vars(l).update(kept)")
    assert fresh.changed() == ["the module ganlab.objectives.losses"]


def test_a_bent_search_neither_fails_nor_opens_what_was_found_before(fresh):
    fresh.run("import ganlab, ganlab.grading.checks.references as r\nr.find = r.functions = None")
    fresh.run(BORROWED["01/d_loss, kept"])
    with pytest.raises(CheckFailed, match=r"needs ganlab\.\w.* write it yourself"):
        find_exercise("01/d_loss").run(Answer(fresh.ask, "d_loss", "d_loss"))
    fresh.run(
        "import torch.nn.functional as F\ndef d_loss(r, f):\n    return F.softplus(-r).mean() + F.softplus(f).mean()"
    )
    find_exercise("01/d_loss").run(Answer(fresh.ask, "d_loss", "d_loss"))


@pytest.mark.parametrize(
    "honest", ["typing.get_type_hints(CheckFailed)", "CheckFailed.__annotations__", "inspect.getmembers(CheckFailed)"]
)
def test_a_look_at_a_class_is_no_tampering(fresh, honest):
    fresh.run(f"import inspect, typing\nfrom ganlab.grading.checks import CheckFailed, check\n{honest}")
    assert fresh.changed() == []
    for touch in (
        "CheckFailed.__init__ = lambda *a: None",
        "import ganlab.grading.kernel.child as c; c.Kernel.serve = 0",
    ):
        fresh.run(touch)
        assert fresh.changed()


@pytest.mark.parametrize(
    "touch",
    ["ganlab.LOSSES = {}", "ganlab.objectives.LOSSES = dict(ganlab.LOSSES)", "ganlab.objectives.penalties.r1 = 0"],
)
def test_another_registry_or_function_under_a_name_is_told(fresh, touch):
    fresh.run(f"import ganlab\n{touch}")
    assert len(fresh.changed()) == 1


def test_a_kernel_notes_who_touches_the_fence(fresh):
    """Refused, and told from then on; what honest notebooks do to functions is not."""
    honest = "import ganlab, inspect, copy, pickle\nf = ganlab.mode_hops\ninspect.getsource(f), inspect.signature(f), copy.deepcopy(f), pickle.dumps(f), f.__code__.co_name\nganlab.LOSSES['mine'] = ganlab.LOSSES['hinge']\ndef g(): pass\ng.__code__ = (lambda: 1).__code__\nprint(g())"
    assert fresh.run(honest)[-1]["text"] == "1\n" and fresh.changed() == []
    for touch, said in (
        ("f.__code__ = (lambda *a: 0).__code__", ["the code of ganlab.mode_hops"]),
        ("type(f)(f.__code__, {})", ["the code of ganlab.mode_hops"] * 2),
    ):
        assert fresh.run(touch)[-1]["ename"] == "ReferenceUsed" and fresh.changed() == said
    fresh.run("f.__module__ = 'mine'; del ganlab.LOSSES['hinge']")
    assert "ganlab.LOSSES['hinge']" in fresh.changed() and "the module of ganlab.mode_hops" in fresh.changed()
