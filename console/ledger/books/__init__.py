"""What the whole ledger goes by: its currencies, and the zone in which its days are counted."""
