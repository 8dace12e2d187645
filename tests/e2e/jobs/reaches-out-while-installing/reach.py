"""Ends well where the install step reaches the registries and nothing else."""

import socket
import urllib.error
import urllib.request


def fetch(url):
    """Asks for a page as installers do, through the proxy of the environment."""
    return urllib.request.urlopen(url, timeout=10).status


assert fetch("https://pypi.org/simple/iniconfig/") == 200
for url in (
    "http://169.254.169.254/latest/meta-data/",
    "http://storage:10000/lab",
    "http://ci-1:8080/git/myapp.git/info/refs?service=git-upload-pack",
    "http://database:3306/",
    "https://example.com/",
):
    try:
        raise SystemExit(f"{url} answered {fetch(url)}")
    except (urllib.error.URLError, OSError) as error:
        print(f"{url}: {error}")
for address in (("169.254.169.254", 80), ("kafka-1", 9092)):
    try:
        socket.create_connection(address, timeout=3)
        raise SystemExit(f"{address} answered")
    except OSError as error:
        print(f"{address}: {error}")
