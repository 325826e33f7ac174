"""Correcting what was read and finding fields in it: several engines behind one port."""
