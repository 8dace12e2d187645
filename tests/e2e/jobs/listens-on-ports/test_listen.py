import socket
import threading


def test_listens_where_only_it_can_hear_itself():
    for port in (80, 8080, 8081, 9092):
        server = socket.create_server(("0.0.0.0", port + 20_000))
        threading.Thread(target=lambda: server.accept()[0].sendall(b"hello")).start()
        assert socket.create_connection(("127.0.0.1", port + 20_000)).recv(5) == b"hello"
