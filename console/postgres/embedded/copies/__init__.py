"""A database copied whole: dumped, filled anew beside the old one, and put in its place."""
