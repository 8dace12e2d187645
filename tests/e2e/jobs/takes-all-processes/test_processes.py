import subprocess


def test_starts_processes_until_it_may_not():
    # Small programs: forks of this one would take a small host's memory first.
    while True:
        subprocess.Popen(["sleep", "60"])
