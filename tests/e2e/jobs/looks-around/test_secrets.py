"""Passes where nothing of the host can be seen."""

import os
import pathlib
import subprocess

import pytest


@pytest.mark.parametrize(
    "path",
    [
        "/etc/shadow",
        "/etc/lab/secrets/ci-runner.env",
        "/etc/lab/ci-runner.env",
        "/data/ci-runner",
        "/data/git",
        "/run/ci-job/1.sock",
        "/run/ci-proxy/internet.sock",
        "/run/dbus/system_bus_socket",
        "/var/lib/cloud/seed/nocloud/user-data",
        "/sys/fs/cgroup",
        "/proc/1/environ",
    ],
)
def test_cannot_read(path):
    if path == "/proc/1/environ":
        text = pathlib.Path(path).read_text(errors="replace") if os.access(path, os.R_OK) else ""
        assert "BLOB" not in text and "KAFKA" not in text
        return
    with pytest.raises(OSError):
        open(path).read() if not os.path.isdir(path) else os.listdir(path)


def test_sees_no_process_but_its_own():
    names = {(entry / "comm").read_text().strip() for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit()}
    assert names <= {"bwrap", "python", "python3", "pytest"}


def test_has_nothing_of_the_environment_of_its_runner():
    names = [name for name in os.environ if name.startswith(("BLOB", "KAFKA", "GIT_", "LD_", "BASH_ENV"))]
    assert names == []


def test_is_nobody_in_particular_and_stays_so():
    assert os.getuid() == 1000
    for command in (["su", "-c", "id"], ["sudo", "-n", "id"], ["unshare", "--user", "true"], ["mount", "-t", "tmpfs", "x", "/tmp"]):
        assert subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode != 0


def test_cannot_change_the_system():
    for path in ("/usr/bin/x", "/tools/x", "/etc/x"):
        with pytest.raises(OSError):
            open(path, "w")
