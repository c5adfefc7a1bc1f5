"""All that happened to one account, in one order: movements, holds, what was done and what was refused."""
