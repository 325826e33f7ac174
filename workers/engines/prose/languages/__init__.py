"""What is known of the languages that are cut: their small words, and phrases that are one word to a reader."""
