"""What runs on the far side of the sandbox: processes that may die, and the words they exchange with us."""
