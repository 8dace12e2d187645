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
lstat = os.lstat
listdir = os.listdir


def open_below_root(path, *args, **kwargs):
    return open_file(root + path, *args, **kwargs)


def read_machine(name):
    try:
        with open_file(f"{root}/{name}", encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def note(argv):
    with open_file(root + "/commands", "a", encoding="utf-8") as file:
        file.write(" ".join(argv) + "\n")


def run_command(argv, **_):
    units = read_machine("units.json")
    status, out, err = 0, "", ""
    if argv[:2] == ("systemctl", "show"):
        assert argv[2:5] == ("--property=Id", "--property=ActiveState", "--property=SubState"), argv
        # In this order of its own, whatever the order of the questions.
        out = "\n".join("SubState={1}\nId={2}\nActiveState={0}\n".format(*units[unit]["state"], unit) for unit in argv[5:])
    elif argv[0] == "journalctl":
        options = dict(option.split("=") for option in argv[1:] if "=" in option)
        out = "\n".join(units[options["--unit"]]["journal"][-int(options["--lines"]) :])
    elif argv[0] == "timeout" and argv[3] in (commands := read_machine("commands.json")):
        # Of timeout(1), as a program that is started by another one would outlive a limit on that one.
        assert argv[1:3] == ("--kill-after=2", "20"), argv
        note(argv[3:])
        status, out, err = commands[argv[3]]
    else:
        raise AssertionError(f"nobody expected the command {argv}")
    return subprocess.CompletedProcess(argv, status, out, err)


def disk_below_root(path):
    disk = statvfs(root + path)
    fake = read_machine(f"{path}/disk.json")
    free, inodes, flags = fake.get("freeMib", 100), fake.get("inodes", [50_000, 60_000]), fake.get("flags", 0)
    if not fake:
        return disk
    return types.SimpleNamespace(
        f_frsize=2**20, f_bavail=free, f_blocks=200, f_favail=inodes[0], f_files=inodes[1], f_flag=flags
    )


os.statvfs = disk_below_root
os.lstat = lambda path: lstat(root + path)
os.listdir = lambda path: listdir(root + path)
subprocess.run = run_command
runpy.run_path(script, init_globals={"open": open_below_root}, run_name="__main__")
