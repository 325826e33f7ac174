"""What novels that nobody wrote are made of, by language."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """Parts of clauses, what links these, how sentences end, what stands around speech, and the heads of pages.

    `divides`: words are divided at the ends of lines, as printers of the language do.
    """

    who: Sequence[str]
    did: Sequence[str]
    what: Sequence[str]
    how: Sequence[str]
    links: Sequence[str]
    ends: Sequence[str]
    speech: tuple[str, str]
    heads: tuple[str, str]
    divides: bool = True


FRENCH = Wording(
    who=(
        "le meunier", "la veuve", "un vieux soldat", "Clémence", "M. Aubry", "Mme Roux", "le Dr Lenoir", "l'enfant",
        "ma tante", "le passeur",
    ),
    did=(
        "regardait", "attendait", "cherchait", "oubliait", "racontait", "traversait", "quittait", "retrouvait",
        "dessinait",
    ),
    what=("la rivière", "le vieux pont", "une lettre", "les étoiles", "l'horloge du village", "ses souvenirs"),
    how=(
        "sans rien dire", "avec une sorte de tendresse", "comme on regarde un feu", "sous la pluie d'avril",
        "depuis peut-être dix ans", "au bord de l'eau", "malgré le froid", "vers 8 h. 30", "pour la dernière fois",
    ),
    links=(", et", " ; mais", ", parce que", ", tandis que", ", où", ", lorsque", " : car", ", qui, dit-on,"),
    ends=(".", ".", ".", ".", ".", " !", " ?", "…"),
    speech=("— ", ""),
    heads=("LE PASSEUR", "Une saison au moulin"),
)  # fmt: skip

ENGLISH = Wording(
    who=(
        "the miller", "the widow", "an old soldier", "Clemence", "Mr. Aubrey", "Mrs. Rowe", "Dr. Lane", "the child",
        "my aunt", "the ferryman",
    ),
    did=("watched", "remembered", "followed", "forgot", "described", "crossed", "abandoned", "sketched"),
    what=("the river", "the old bridge", "a letter", "the stars", "St. Mary's clock", "his mother-in-law"),
    how=(
        "without a word", "with a kind of tenderness", "as one watches a fire", "under the April rain",
        "for the last ten years", "at the water's edge", "in spite of the cold", "at 8.30 a.m. that day",
        "for the last time",
    ),
    links=(", and", "; but", ", because", ", while", ", where", ", when", ": for", ", who, they say,"),
    ends=(".", ".", ".", ".", ".", "!", "?", "…"),
    speech=("“", "”"),
    heads=("THE FERRYMAN", "A Season at the Mill"),
)  # fmt: skip

VIETNAMESE = Wording(
    who=(
        "người thợ xay", "bà góa", "một ông lính già", "cô Lan", "ông Tư", "TS. Hòa", "ThS. Bình", "đứa trẻ",
        "dì tôi", "người lái đò",
    ),
    did=("ngắm", "chờ", "đi tìm", "quên mất", "kể lại", "băng qua", "rời bỏ", "gặp lại", "đang vẽ"),
    what=("dòng sông", "cây cầu cũ", "một bức thư", "những vì sao", "chiếc đồng hồ của làng", "kỷ niệm xưa"),
    how=(
        "mà không nói gì", "với một nỗi dịu dàng", "như người ta nhìn bếp lửa", "dưới cơn mưa tháng tư",
        "từ mười năm nay", "bên bờ nước", "dù trời rét", "lúc 8 giờ 30", "lần cuối cùng",
    ),
    links=(", và", "; nhưng", ", bởi vì", ", trong khi", ", nơi", ", khi", ": vì", ", rồi"),
    ends=(".", ".", ".", ".", ".", "!", "?", "…"),
    speech=("– ", ""),
    heads=("NGƯỜI LÁI ĐÒ", "Một mùa ở cối xay"),
    divides=False,
)  # fmt: skip
