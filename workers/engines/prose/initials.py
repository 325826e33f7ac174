"""Large letters with which chapters begin: whether the word goes on behind them, or they are one."""

from workers.engines.prose.words import bare, set_of

_WORDS = frozenset("ÀÔ")
_AFTER = {
    "A": set_of("man woman few long little young certain great good small large"),
    "I": set_of(
        "am was had have did do could would will shall should must may might never don't didn't think thought know"
        " knew remember saw went came said"
    ),
    "Y": set_of("a-t-il aurait-il avait-il aura-t-il avez-vous es-tu"),
}
"""What begins behind a letter that is a word of its own."""


def is_word(initial: str, following: str) -> bool:
    """Whether a space stands between an initial and the line beside it: `À` `peine`, `I` `was`, but not `D` `ans`."""
    letter = initial.strip()[-1:]
    return letter in _WORDS or bare(following.split(None, 1)[0]) in _AFTER.get(letter, ())
