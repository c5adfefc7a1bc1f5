"""What support asks: searches, lists of accounts, account pages, each beside how it is commonly written."""
