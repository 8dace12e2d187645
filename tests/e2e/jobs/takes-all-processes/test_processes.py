import os
import time


def test_starts_processes_until_it_may_not():
    while True:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
