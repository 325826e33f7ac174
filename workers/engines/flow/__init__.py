"""Documents without pages of their own (office, markup, text): blocks, Markdown, and a PDF laid out from them."""
