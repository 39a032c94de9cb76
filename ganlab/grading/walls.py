"""The walls of the sandbox: the bubblewrap command, and the little that is inside them."""

import ast
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Any

import ganlab
from ganlab.grading.errors import CourseError

# What answers the grader's questions.
SERVICE = ("__init__.py", "base.py", "failure.py", "references.py", "service.py", "wire.py")
INSTALL = (
    "bubblewrap is needed to run submissions safely: install it (`apt install bubblewrap`, `dnf install bubblewrap`; "
    "on macOS and Windows grade in a Linux container), or accept the risk with --no-sandbox."
)


def require_bubblewrap() -> None:
    """CourseError where the sandbox cannot be had."""
    if shutil.which("bwrap") is None:
        raise CourseError(INSTALL)


def kernel_library(folder: Path, settings: dict[str, Any]) -> Path:
    """Copy the package for kernels, without the chapters' checks and what they share, which hold answers."""
    target = folder / "library"
    source = Path(ganlab.__file__).parent
    skip = shutil.ignore_patterns("__pycache__", "chapter_*.py")
    shutil.copytree(source, target / "ganlab", ignore=skip)
    checks = [path.read_text(encoding="utf-8") for path in (source / "grading" / "checks").glob("*.py")]
    adapters = {name for text in checks for name in re.findall(r"\.through\(\s*(\w+)", text)}
    for path in (target / "ganlab" / "grading" / "checks").glob("*.py"):
        if path.name not in SERVICE:
            path.write_text(portable_part(path.read_text(encoding="utf-8"), adapters), encoding="utf-8")
    (folder / "work").mkdir()
    for path in (folder, target):
        path.chmod(0o755)
    if not settings["confine"]:
        settings["workplace"] = str(folder / "work")
    return target


def portable_part(text: str, adapters: Set[str] = frozenset()) -> str:
    """Give a module of checks as kernels need it: classes under `@portable`, adapters, what those use, and no more."""
    body = ast.parse(text).body
    named = {node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    decorators = {name: [ast.unparse(each) for each in node.decorator_list] for name, node in named.items()}
    wanted = {name for name, each in decorators.items() if any(part.startswith("portable") for part in each)}
    wanted |= adapters & named.keys()
    grown: set[str] = set()
    while wanted != grown:
        grown = set(wanted)
        wanted |= {node.id for name in grown for node in ast.walk(named[name]) if isinstance(node, ast.Name)} & set(
            named
        )
    kept = [node for node in body if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name in wanted]
    return ast.unparse(ast.Module(kept, [])) if wanted else ""


def environment_of(library: Path, *, confined: bool) -> dict[str, str]:
    """Give the few variables a kernel needs, none of the grader's."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": "/library" if confined else str(library),
        **dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR"), "/scratch" if confined else str(library.parent / "work")),
        "LANG": "C.UTF-8",
        "GANLAB_GRADING": "kernel",
        "NBGRADER_EXECUTION": "autograde",
        "PYTHONHASHSEED": "0",
        "TORCH_COMPILE_DISABLE": "1",  # there is no compiler in there: what is decorated runs as it is written
        **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    }


def windows() -> set[Path]:
    """Give what submissions may read of this machine."""
    python = {Path(sys.prefix), Path(sys.base_prefix), Path(sysconfig.get_path("purelib"))}
    return {Path("/usr"), *python, Path("/etc/alternatives"), Path("/etc/ld.so.cache"), Path("/etc/fonts")}


def in_sight(path: Path, seen: Iterable[Path]) -> bool:
    """Whether a path lies below one of those that submissions may read."""
    return any(path.resolve().is_relative_to(each.resolve()) for each in seen)


def require_hidden(*paths: Path) -> None:
    """CourseError where submissions could read what is not for them."""
    for path in paths:
        if in_sight(path, windows()):
            raise CourseError(f"{path.resolve()} lies beside Python, where submissions can read: move it elsewhere.")


def bubblewrap(library: Path, *, root: bool) -> list[str]:
    """Give the command in front of the warm process's: read-only system, no network, nothing of the grader's."""
    require_bubblewrap()
    seen = windows()
    # Where ganlab is installed beside Python and not linked from a repository: only the library's part of it.
    package = Path(ganlab.__file__).parent
    masked = ["--ro-bind", str(library / "ganlab"), str(package)] if in_sight(package, seen) else []
    above = sorted({parent for path in seen for parent in path.parents} - {Path("/")})
    binds = [part for path in above for part in ("--perms", "0755", "--dir", str(path))]
    binds += [part for path in sorted(seen) if path.exists() for part in ("--ro-bind", str(path), str(path))]
    for name in ("lib", "lib64", "lib32", "bin", "sbin"):
        if Path("/", name).is_symlink():
            binds += ["--symlink", f"usr/{name}", f"/{name}"]
        elif Path("/", name).exists():
            binds += ["--ro-bind", f"/{name}", f"/{name}"]
    # As root a child changes to a user of its own, which a user namespace of bubblewrap's would not allow.
    users = [] if root else ["--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534"]
    # /tmp is a kernel's own scratch disk, unless Python itself is installed below it.
    temporary = [] if any(path.is_relative_to("/tmp") for path in seen) else ["--symlink", "/scratch", "/tmp"]
    return [
        *(str(shutil.which("bwrap")), "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", *users, "--die-with-parent", "--new-session", "--cap-add", "ALL"),
        *(*binds, *masked, "--ro-bind", str(library), "/library", "--proc", "/proc", "--dev", "/dev"),
        *("--tmpfs", "/scratch", "--dir", "/submission", "--dir", "/dev/shm", *temporary, "--remount-ro", "/"),
    ]
