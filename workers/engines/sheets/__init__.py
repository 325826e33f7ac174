"""Engines that make tables which people share and write into together."""
