"""From a CSV file to checked lines, streamed."""
