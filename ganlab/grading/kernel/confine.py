"""Make a forked child a prisoner: namespaces, fresh small disks, a user of its own, limits, no dangerous calls.

The zygote runs in bubblewrap with the right to do this; a child gives every right up before it sees a student's code.
Linux only, standard library only.
"""

import ctypes
import errno
import os
import platform
import resource
import struct
from collections.abc import Mapping

NEWNS, NEWIPC, NEWPID = 0x00020000, 0x08000000, 0x20000000
NOSUID_NODEV_NOEXEC, PRIVATE, RECURSIVE = 2 | 4 | 8, 1 << 18, 1 << 14
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 4, 22, 24, 38, 47
OWN_DISKS = ("/scratch", "/submission", "/dev/shm")
# Calls that make namespaces, look into processes, hide memory from the limits, or are a kernel's soft spots.
# (x86-64 number, aarch64 number; -1 where there is none)
DENIED = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "open_by_handle_at": (304, 265),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
}
SOCKET, FAMILIES = (41, 198), (1, 2, 10, 16)  # families: unix, IPv4 and IPv6 (loopback only), netlink
CLONE, CLONE3 = (56, 220), (435, 435)
CLONE_NEW_ANY = 0x7E020080


class ConfinementError(OSError):
    """The system refuses a step of the confinement."""


_LIBC = ctypes.CDLL(None, use_errno=True)


def new_namespaces() -> None:
    """Leave the zygote's processes, mounts and shared memory behind; takes effect for children forked from now on."""
    _call("unshare", NEWNS | NEWPID | NEWIPC)
    _call("mount", b"none", b"/", None, PRIVATE | RECURSIVE, None)


def fresh_disks(megabytes: int) -> None:
    """Give the new namespace its own empty, small, writable places and its own process table."""
    for place in OWN_DISKS:
        options = f"size={megabytes}m,nr_inodes=20000,mode=1777".encode()
        _call("mount", b"tmpfs", place.encode(), b"tmpfs", 2 | 4, options)
    _call("mount", b"proc", b"/proc", b"proc", NOSUID_NODEV_NOEXEC, None)


def give_up_rights(uid: int | None) -> None:
    """Become `uid` (None: stay, where only one user is mapped), without any capability, for good."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
    for capability in range(64):
        if _LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) and ctypes.get_errno() == errno.EINVAL:
            break
    if uid is not None:
        os.setresuid(uid, uid, uid)
    _LIBC.prctl(PR_CAP_AMBIENT, 4, 0, 0, 0)
    header = ctypes.create_string_buffer(struct.pack("<Ii", 0x20080522, 0))
    _call("capset", header, ctypes.create_string_buffer(24))
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)


def set_limits(limits: Mapping[str, int]) -> None:
    """Cap each process; address space counts what is there already."""
    with open("/proc/self/statm") as file:
        present = int(file.read().split()[0]) * resource.getpagesize()
    for kind, value in (
        (resource.RLIMIT_AS, present + limits["memory"]),
        (resource.RLIMIT_CPU, limits["cpu"]),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_NOFILE, limits["files"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_STACK, resource.getrlimit(resource.RLIMIT_STACK)[0]),
    ):
        resource.setrlimit(kind, (value, value))


def deny_calls() -> None:
    """Refuse, with EPERM, the calls of `DENIED`, `clone` into namespaces, sockets other than `FAMILIES` (seccomp)."""
    machines = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
    if platform.machine() not in machines:
        return
    column, architecture = machines[platform.machine()]
    allow, deny, absent, kill = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS, 0x80000000

    def step(code: int, k: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("<HBBI", code, yes, no, k)

    load, equal, ret, any_bit, above = 0x20, 0x15, 0x06, 0x45, 0x35
    program = [step(load, 4), step(equal, architecture, 1, 0), step(ret, kill), step(load, 0)]
    program += [step(above, 0x40000000, 0, 1), step(ret, absent)]  # the x32 door
    for numbers in DENIED.values():
        program += [step(equal, numbers[column], 0, 1), step(ret, deny)]
    program += [step(equal, CLONE3[column], 0, 1), step(ret, absent)]  # libc falls back to clone
    # A network namespace does not hold them all: a virtual machine's vsock leads to its host.
    families = [step(equal, family, len(FAMILIES) - k, 0) for k, family in enumerate(FAMILIES)]
    program += [step(equal, SOCKET[column], 0, len(FAMILIES) + 3), step(load, 16), *families, step(ret, deny)]
    program += [step(ret, allow)]
    program += [step(equal, CLONE[column], 0, 3), step(load, 16), step(any_bit, CLONE_NEW_ANY, 0, 1), step(ret, deny)]
    program.append(step(ret, allow))
    code = ctypes.create_string_buffer(b"".join(program))
    filter_ = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(code)))
    _call("prctl", PR_SET_SECCOMP, 2, filter_, 0, 0)


def _call(name: str, *arguments: object) -> None:
    function = getattr(_LIBC, name)
    if function(*(ctypes.c_ulong(part) if isinstance(part, int) else part for part in arguments)):
        number = ctypes.get_errno()
        raise ConfinementError(number, f"{name}: {os.strerror(number)}")
