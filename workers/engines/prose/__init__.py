"""Prose: from lines on pages to paragraphs, from these to sentences, from these to short pieces. Pure, by rules."""
