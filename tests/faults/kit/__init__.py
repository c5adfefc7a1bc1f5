"""What the tests of faults share: a bank, its books, its clients."""
