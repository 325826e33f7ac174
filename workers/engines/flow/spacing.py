"""How far lines stand apart on the pages that are laid out here, in points; who reads them again can count on it."""

MARGIN = 50.0
"""Left of all lines, and to the right of those that fill the page."""
LEADING = 15.5
"""From line to line of a paragraph."""
HEADING_LEADING = 1.3
"""From line to line of a heading, in sizes of its font."""
