"""What an administrator or a checker does: the dialog with its reason, and lists with deeds under them."""
