"""A file's records as the lines of a draft, each problem with its line and column."""
