"""Lines of pages become sentences: what belongs together is put together, and what is no text is left out."""

import itertools
from dataclasses import replace

import pytest

from tests.corpora.sentences import written
from tests.support.set_lines import CHARACTER, HEIGHT, page_of
from workers.engines.page import Box, Line, Page
from workers.engines.prose.margins import Edges, Margins, margins_of
from workers.engines.prose.paragraphs import paragraphs_of
from workers.engines.prose.sentences import sentences_of


def texts(*pages: Page, mend: bool = True) -> list[str]:
    return [each.text for each in paragraphs_of(pages, Margins(), mend=mend)]


def test_indents_dashes_and_gaps_begin_paragraphs_also_across_pages() -> None:
    one = page_of(
        1,
        "   La nuit tombait sur le village, et la route qui",
        "montait vers le col disparaissait dans la brume ; on",
        "n'y voyait plus.",
        "   — Rentrons, dit-elle.",
        "   — Non.",
        "",
        "Chapitre deux",
        "",
        "   Le lendemain, personne ne se souvint de ce que la",
    )
    two = page_of(
        2,
        "vieille avait raconté, et l'on reprit le travail comme",
        "si de rien n'était.",
        "   On chanta beaucoup dans la cour jusqu'au milieu de la",
        "nuit.",
    )
    assert texts(one, two) == [
        (
            "La nuit tombait sur le village, et la route qui montait vers le col disparaissait dans la brume ; on n'y"
            " voyait plus."
        ),
        "— Rentrons, dit-elle.",
        "— Non.",
        "Chapitre deux",
        (
            "Le lendemain, personne ne se souvint de ce que la vieille avait raconté, et l'on reprit le travail"
            " comme si de rien n'était."
        ),
        "On chanta beaucoup dans la cour jusqu'au milieu de la nuit.",
    ]


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        ("il marchait lente-", "ment vers la porte", "lentement"),
        ("elle viendra peut-", "être demain soir", "peut-être"),
        ("he saw his mother-in-", "law at the door", "mother-in-law"),
        ("il parut un arc-en-", "ciel au matin", "arc-en-ciel"),
        ("non, répondit-", "elle avec un sourire", "répondit-elle"),
        ("où donc va-t-", "il ce soir-là", "va-t-il"),
        ("la ville de Saint-", "Malo est loin", "Saint-Malo"),
        ("c'était lui-", "même qui parlait", "lui-même"),
        ("une grande dou-", "leur le saisit", "douleur"),
        ("des mou\u00ad", "vements confus", "mouvements"),
    ],
)
def test_divided_words_are_mended_and_hyphens_of_words_stay(first: str, second: str, word: str) -> None:
    [text] = texts(page_of(1, first, second))
    assert word in text.split()


@pytest.mark.parametrize("short", ["Alors M.", "Then Mrs.", "Rồi ThS."])
def test_a_line_that_ends_early_with_an_abbreviation_ends_no_paragraph(short: str) -> None:
    lines = ("La nuit tombait sur le village, et la route qui montait", short, "Aubry parla longtemps.")
    assert texts(page_of(1, *lines)) == [" ".join(lines)]
    ended = ("La nuit tombait sur le village, et la route qui montait", "disparut.", "Aubry parla longtemps.")
    assert len(texts(page_of(1, *ended))) == 2


def test_a_line_that_comes_in_parts_is_one_line() -> None:
    page = page_of(1, "   Hortense attendit deux", "jours, d'une main sûre, dans la petite chapelle.")
    first, second = page.lines
    parts, x0 = list[Line](), first.box[0]
    for word in first.text.split():
        x1 = x0 + CHARACTER * len(word)
        parts.append(Line(word, (x0, first.box[1], x1, first.box[3])))
        x0 = x1 + HEIGHT
    set_wide = replace(page, lines=[*parts, second])
    assert texts(set_wide) == ["Hortense attendit deux jours, d'une main sûre, dans la petite chapelle."]


def test_each_column_is_set_by_itself() -> None:
    left = page_of(
        1,
        "   La nuit tombait sur le village, et la route qui montait",
        "vers le col disparaissait dans la brume.",
        "   On n'y voyait plus, et chacun se taisait en attendant",
    )
    right = page_of(
        1,
        "que le jour se lève enfin sur la vallée et sur la rivière",
        "qui grondait.",
        "   Le matin vint.",
    )
    beside = [replace(line, box=_moved(line.box, 400.0)) for line in right.lines]
    assert texts(replace(left, lines=[*left.lines, *beside])) == [
        "La nuit tombait sur le village, et la route qui montait vers le col disparaissait dans la brume.",
        (
            "On n'y voyait plus, et chacun se taisait en attendant que le jour se lève enfin sur la vallée et sur la"
            " rivière qui grondait."
        ),
        "Le matin vint.",
    ]


def _moved(box: Box, by: float) -> Box:
    x0, y0, x1, y1 = box
    return x0 + by, y0, x1 + by, y1


@pytest.mark.parametrize(
    ("initial", "beside", "words"),
    [
        ("D", "ans la brume du matin, personne ne voyait la route qui", "Dans la brume"),
        ("L", "’enfant, ce matin-là, ne voyait plus du tout la route qui", "L’enfant, ce"),
        ("« N", "on, dit-elle, personne ne voyait plus du tout la route qui", "« Non, dit-elle,"),
        ("À", "peine levé, personne ne voyait déjà plus du tout la route qui", "À peine levé,"),
        ("I", "was born where nobody could see the road any more that", "I was born"),
        ("I", "t was there that nobody could see the road any more that", "It was there"),
    ],
)
def test_an_initial_belongs_to_the_word_beside_it(initial: str, beside: str, words: str) -> None:
    page = page_of(
        1,
        "La veille encore, tout le monde pouvait voir la rivière.",
        "",
        f"    {beside}",
        "    montait vers le col entre les pierres et la neige, car la",
        "brume descendait jusqu'au village.",
    )
    first, *others = page.lines
    x0, y0 = first.box[0], others[0].box[1]
    letter = Line(initial, (x0, y0 - 2, x0 + 20, y0 + 2.4 * HEIGHT))
    _, _, rest = beside.partition(words.rsplit(maxsplit=1)[-1])
    text = " ".join(line.text for line in others[1:])
    assert texts(replace(page, lines=[first, letter, *others])) == [
        first.text,
        f"{words}{rest} {text}",
    ]


def test_marks_where_a_word_may_be_divided_are_not_of_the_word() -> None:
    page = page_of(1, "Les en\u00adfants des\u00adcen\u200bdaient vers la ri\u00ad", "vière\ufeff.")
    assert texts(page) == ["Les enfants descendaient vers la rivière."]


def test_divided_words_may_be_left_as_they_are() -> None:
    assert texts(page_of(1, "il marchait lente-", "ment vers la porte"), mend=False) == [
        "il marchait lente- ment vers la porte"
    ]


def test_verse_is_one_paragraph_a_stanza_and_knows_its_lines() -> None:
    stanzas = [each for each in written("known") if each.kind == "verse"]
    lines = [line for stanza in stanzas for line in (*("      " + line for line in stanza.lines), "")]
    filling = "Et ce vers que personne n'avait lu fut enfin lu par tous ceux"
    found = list(paragraphs_of([page_of(1, filling, filling + "-là.", "", *lines)], Margins()))[1:]
    assert [each.text for each in found] == [" ".join(stanza.lines) for stanza in stanzas]
    for each, stanza in zip(found, stanzas, strict=True):
        ends = [0, *each.breaks, len(each.text)]
        assert [each.text[a:b].strip() for a, b in itertools.pairwise(ends)] == list(stanza.lines)


def test_what_comes_again_at_the_edges_is_no_text_and_what_is_said_once_is() -> None:
    pages = [
        page_of(
            number,
            f"{number + 4}     LE MOULIN" if number % 2 else "CHAPITRE PREMIER",
            "— Oui." if number in (3, 4, 20) else f"{'Encore ' * number}une page qui commence.",
            "Rien d'autre à en dire.",
            "",
            f"{'Ainsi ' * (31 - number)}finit-elle.",
            "",
            f"– {number + 4} –",
        )
        for number in range(1, 31)
    ]
    margins = margins_of(Edges.of(page) for page in pages)
    assert {number: sorted(margins.of(number)) for number in range(1, 31)} == {
        number: [0, 4] for number in range(1, 31)
    }
    assert margins_of([Edges.of(page) for page in pages[:2]]) == Margins(), "twice is no habit"


def test_items_that_were_laid_out_here_are_apart() -> None:
    page = page_of(1, "Il acheta", "  • un chat", "  2. deux chiens", "Rien d'autre")
    moved = [replace(line, box=_moved(line.box, 50.0 - 60.0)) for line in page.lines]
    assert texts(replace(page, engine="flow", lines=moved)) == [
        "Il acheta",
        "• un chat",
        "2. deux chiens Rien d'autre",
    ]


def test_a_page_of_nothing_but_a_refrain_keeps_it() -> None:
    pages = [page_of(number, "Bonne nuit, petit ours.", "", str(number)) for number in range(1, 12)]
    empty = [page_of(number, "LE MOULIN", "", str(number)) for number in range(1, 12)]
    margins = [margins_of(Edges.of(page) for page in each) for each in (pages, empty)]
    assert [each.of(5) for each in margins] == [frozenset({1}), frozenset({0, 1})]


def test_what_was_laid_out_here_has_no_heads() -> None:
    pages = [replace(page_of(number, "LE ROI", "", "Non."), engine="flow") for number in range(1, 12)]
    assert margins_of(Edges.of(page) for page in pages) == Margins()


def test_the_number_between_two_columns_is_no_text() -> None:
    def page(number: int) -> Page:
        left = page_of(number, f"{'Encore ' * number}une page.", "Et puis.", "Voilà.")
        right = page_of(number, f"{'Ainsi ' * number}finit-elle.", "Et alors ?", "Rien.")
        beside = [replace(line, box=_moved(line.box, 400.0)) for line in right.lines]
        return replace(left, lines=[*left.lines, Line(str(number), (440.0, 590.0, 446.0, 600.0)), *beside])

    margins = margins_of(Edges.of(page(number)) for number in range(1, 5))
    assert [margins.of(number) for number in range(1, 5)] == [frozenset({3})] * 4


def test_the_number_of_a_page_with_one_line_more_is_no_text() -> None:
    pages = [page_of(number, f"{'Encore ' * number}finit-elle.", "", str(number)) for number in range(1, 5)]
    margins = margins_of(Edges.of(page) for page in pages)
    assert [margins.of(number) for number in range(1, 5)] == [frozenset({1})] * 4


@pytest.mark.parametrize("head", ["Chapitre {}", "{}", "CHAPITRE {} – L'AUBE"])
@pytest.mark.parametrize("numbers", [("1", "2", "3", "4"), ("I", "II", "III", "IV")])
def test_heads_of_chapters_are_text(head: str, numbers: tuple[str, ...]) -> None:
    pages = [
        page_of(at * 3 + 1, head.format(number), "", f"{'Encore ' * at}une page.", "Et rien d'autre.")
        for at, number in enumerate(numbers)
    ]
    assert margins_of(Edges.of(page) for page in pages) == Margins()


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("\u2018It’s cold,’ she said. \u2018Come in.’ He didn’t.", [True, True, False]),
        ("\u2018Twas late. He didn’t come. Nobody spoke.", [False, False, False]),
    ],
)
def test_single_quotes_are_told_from_apostrophes(text: str, spoken: list[bool]) -> None:
    assert [each.is_spoken for each in sentences_of([page_of(1, text)], Margins())] == spoken


def test_sentences_know_where_they_stand_and_who_speaks() -> None:
    page = page_of(
        7,
        "   « Entrez, dit une voix. La porte n'est pas fermée. » Il",
        "entra sans bruit.",
        "   — Qui est là ?",
    )
    found = list(sentences_of([page], Margins()))
    text = "\n".join(line.text for line in page.lines)
    assert [(each.text, each.is_spoken, each.opens) for each in found] == [
        ("« Entrez, dit une voix.", True, True),
        ("La porte n'est pas fermée. »", True, False),
        ("Il entra sans bruit.", False, False),
        ("— Qui est là ?", True, True),
    ]
    for each in found:
        assert each.start[0] == each.end[0] == 7
        assert " ".join(text[each.start[1] : each.end[1]].split()) == each.text


@pytest.mark.parametrize("text", ["II", "XLIX.", "7", "12."])
def test_a_number_alone_is_that_of_a_chapter(text: str) -> None:
    assert [each.is_number for each in sentences_of([page_of(1, text)], Margins())] == [True]


@pytest.mark.parametrize(
    "text", ["Deux.", "— 12.", "« XII »", "1815", "Chapitre II", "IIII", "CIVIL", "Il en vit 12."]
)
def test_numbers_that_are_said_or_spelt_out_are_sentences(text: str) -> None:
    assert [each.is_number for each in sentences_of([page_of(1, text)], Margins())] == [False]
