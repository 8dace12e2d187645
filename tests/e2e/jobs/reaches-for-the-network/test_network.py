"""Passes where nothing outside of the sandbox answers."""

import socket

import pytest

TARGETS = [
    ("169.254.169.254", 80),
    ("database", 3306),
    ("kafka-1", 9092),
    ("storage", 10000),
    ("ci-1", 8080),
    ("pypi.org", 443),
    ("127.0.0.1", 3128),
    ("1.1.1.1", 53),
]


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_nobody_answers(target):
    with pytest.raises(OSError):
        socket.create_connection(target, timeout=3)
