"""What the ledger stores: mapped classes, migrations and the SQL functions that write."""
