"""Leaves a report of files that take no room here, and hundreds of megabytes wherever they are read."""

import pathlib


def test_writes_sparse_files():
    report = pathlib.Path("/job/out/report")
    report.mkdir(parents=True, exist_ok=True)
    for number in range(60):
        with open(report / f"sparse-{number}.html", "wb") as file:
            file.truncate(10 * 1024 * 1024 - 1)
