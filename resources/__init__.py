"""Files the program carries: fonts, icons, styles, SQL and samples."""
