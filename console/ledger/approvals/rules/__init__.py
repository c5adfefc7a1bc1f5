"""Rules: from when on others must agree, how much one may do alone, and how long a request waits."""
