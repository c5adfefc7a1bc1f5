"""The tour, piece by piece; as a whole it is taken in tests/e2e."""
