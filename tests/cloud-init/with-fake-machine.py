"""Runs a script of a host on a machine whose files lie below ROOT and whose units are those of ROOT/units.json: ROOT SCRIPT ARGS..."""
import json
import os
import runpy
import subprocess
import sys
import types

root, script = sys.argv[1:3]
sys.argv = sys.argv[2:]
open_file = open
statvfs = os.statvfs


def open_below_root(path, *args, **kwargs):
    return open_file(root + path, *args, **kwargs)


def run_command(argv, **_):
    with open_file(root + "/units.json", encoding="utf-8") as file:
        units = json.load(file)
    if argv[:-1] == ("systemctl", "show", "--property=ActiveState", "--property=SubState", "--value"):
        out = "\n".join(units[argv[-1]]["state"])
    elif argv[0] == "journalctl":
        options = dict(option.split("=") for option in argv[1:] if "=" in option)
        out = "\n".join(units[options["--unit"]]["journal"][-int(options["--lines"]) :])
    else:
        raise AssertionError(f"nobody expected the command {argv}")
    return subprocess.CompletedProcess(argv, 0, out, "")


def disk_below_root(path):
    disk = statvfs(root + path)
    try:
        with open_file(root + path + "/free-mib", encoding="utf-8") as file:
            free = int(file.read())
    except FileNotFoundError:
        return disk
    return types.SimpleNamespace(f_frsize=2**20, f_bavail=free, f_blocks=200)


os.statvfs = disk_below_root
subprocess.run = run_command
runpy.run_path(script, init_globals={"open": open_below_root}, run_name="__main__")
