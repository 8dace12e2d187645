import os
import subprocess


def test_starts_processes_until_it_may_not(tmp_path):
    # By a shell, which is small: forks of this program would take a small host's memory first.
    os.mkfifo(tmp_path / "hold")
    subprocess.run("while :; do (read _ < hold) & done", shell=True, check=True, cwd=tmp_path)
