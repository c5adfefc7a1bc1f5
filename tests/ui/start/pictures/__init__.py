"""The first start as a series of pictures, taken of the real windows against real servers."""
