"""Text recognition: several engines behind one port."""
