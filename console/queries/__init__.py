"""One file a question the console asks."""
