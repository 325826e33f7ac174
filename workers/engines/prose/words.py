"""Words as they are compared."""


def bare(token: str) -> str:
    """A word in small letters, without the marks around it, with straight apostrophes."""
    start, end = 0, len(token)
    while start < end and not token[start].isalnum():
        start += 1
    while end > start and not token[end - 1].isalnum():
        end -= 1
    return token[start:end].lower().replace("’", "'")


def set_of(words: str) -> frozenset[str]:
    """Words that are written down with spaces between them."""
    return frozenset(words.split())
