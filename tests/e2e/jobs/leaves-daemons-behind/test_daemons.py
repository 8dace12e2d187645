import subprocess


def test_leaves_daemons_behind():
    for command in (["setsid", "sleep", "4242"], ["nohup", "sleep", "4242"], ["sh", "-c", "(sleep 4242 &) &"]):
        subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
