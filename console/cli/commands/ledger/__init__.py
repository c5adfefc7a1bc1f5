"""Commands about the ledger as a whole: its schema, its currencies and business day, its server."""
