"""Who decides in whose place: said above the list, seen, given and ended in a dialog."""
