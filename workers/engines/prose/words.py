"""What counts as a word: what stands between spaces and holds a letter or a digit."""


def is_word(token: str) -> bool:
    """`l'homme` and `dit-il` are one word each, a dash or a lone mark is none."""
    return any(character.isalnum() for character in token)


def how_many(text: str) -> int:
    """How many words it has."""
    return sum(map(is_word, text.split()))


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
