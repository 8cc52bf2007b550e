"""Has a curve moved? Specs held against the figures that were drawn from them."""
