"""Passes where the kernel refuses a job what goes around its fence, or no test needs."""

import ctypes
import errno
import platform

import pytest

# Numbers on x86_64 and aarch64, as in the kernel's tables.
CALLS = {
    "io_setup": (206, 0),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "fanotify_init": (300, 262),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "clock_settime": (227, 112),
    "swapon": (167, 224),
}

libc = ctypes.CDLL(None, use_errno=True)


@pytest.mark.parametrize("name", CALLS)
def test_is_refused(name):
    number = CALLS[name][platform.machine() == "aarch64"]
    ctypes.set_errno(0)
    assert libc.syscall(number, 0, 0, 0, 0, 0, 0) == -1
    # Any other error, such as EFAULT for these arguments, would come from the call itself.
    assert ctypes.get_errno() == errno.EPERM


def test_what_tests_need_is_there():
    assert libc.syscall({"x86_64": 39, "aarch64": 172}[platform.machine()]) > 0
