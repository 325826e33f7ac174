"""Sample documents for the demo and the benchmarks, made by our own code: nothing is anybody's."""
