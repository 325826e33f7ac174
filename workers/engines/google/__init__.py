"""What the engines at Google have in common."""
