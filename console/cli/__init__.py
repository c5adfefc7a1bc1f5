"""ledgerctl: the console's work without a screen."""
