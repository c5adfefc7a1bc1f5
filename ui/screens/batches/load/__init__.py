"""A file on its way to a draft: its mapping, its loading, its problems."""
