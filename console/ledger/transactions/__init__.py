"""Transactions: a page of them, one transfer, a reversal, the export."""
