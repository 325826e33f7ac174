"""Engines that put documents where a company keeps its files for good."""
