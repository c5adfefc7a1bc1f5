"""Days as cells of a calendar: a year at once, a month with its amounts, a week by its parts."""
