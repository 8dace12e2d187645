def test_writes_without_end():
    with open("large", "wb", buffering=0) as file:
        while True:
            file.write(b"x" * 1024 * 1024)
