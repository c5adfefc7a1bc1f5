"""What each statement budget costs, beside the way it is commonly written."""
