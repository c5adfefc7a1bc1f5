"""Acts by hand: what one of them would come to, and doing it, whatever it is."""
