def test_allocates_without_end():
    kept = []
    while True:
        kept.append(bytearray(64 * 1024 * 1024))
