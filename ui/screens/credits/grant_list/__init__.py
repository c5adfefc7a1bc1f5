"""Credit for everybody on a list: names, what each gets, and the draft batch in which that is decided."""
