"""The walls of the sandbox: the bubblewrap command, and the little that is inside them."""

import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Any

import ganlab
from ganlab.grading.errors import CourseError

INSTALL = (
    "bubblewrap is needed to run submissions safely: install it (`apt install bubblewrap`, `dnf install bubblewrap`; "
    "on macOS and Windows grade in a Linux container), or accept the risk with --no-sandbox."
)


def require_bubblewrap() -> None:
    """CourseError where the sandbox cannot be had."""
    if shutil.which("bwrap") is None:
        raise CourseError(INSTALL)


def kernel_library(folder: Path, settings: dict[str, Any]) -> Path:
    """Copy the package for kernels, without the chapters' checks, which hold answers."""
    target = folder / "library"
    source = Path(ganlab.__file__).parent
    skip = shutil.ignore_patterns("__pycache__", "chapter_*.py", "playground")
    shutil.copytree(source, target / "ganlab", ignore=skip)
    (folder / "work").mkdir()
    for path in (folder, target):
        path.chmod(0o755)
    if not settings["confine"]:
        settings["workplace"] = str(folder / "work")
    return target


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
        **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    }


def bubblewrap(library: Path, *, root: bool) -> list[str]:
    """Give the command in front of the warm process's: read-only system, no network, nothing of the grader's."""
    require_bubblewrap()
    seen = {Path("/usr"), Path(sys.prefix), Path(sys.base_prefix), Path(sysconfig.get_path("purelib"))}
    seen |= {Path("/etc/alternatives"), Path("/etc/ld.so.cache"), Path("/etc/fonts")}
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
        *(*binds, "--ro-bind", str(library), "/library", "--proc", "/proc", "--dev", "/dev"),
        *("--tmpfs", "/scratch", "--dir", "/submission", "--dir", "/dev/shm", *temporary, "--remount-ro", "/"),
    ]
