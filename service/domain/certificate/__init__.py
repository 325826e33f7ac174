"""Ships' certificates: what is kept of one, how its values are written, and what can be wrong with them."""
