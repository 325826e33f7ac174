"""Words that end with a full stop in the midst of a sentence: French, English, Vietnamese in one table.

They are kept apart by what may follow them, so that one language's abbreviation seldom is another's last word.
"""

from workers.engines.prose.words import set_of

BEFORE_NAMES = set_of(
    "m mm mme mmes mlle mlles mgr mgrs dr drs pr st ste sts stes vve cap capt col lt gén sgt cdt"
    " sr vte vtesse mr mrs ms messrs prof rev hon gen gov sen rep jr esq ts ths pgs gs tp bs ô"
)
"""A capital letter after these begins a name."""

BEFORE_NUMBERS = set_of(
    "p pp t vol vols chap ch art arts fig figs n no nos v col cols l liv al § sect éd ed env vers ca tél"
    " tel h q janv févr fév avr juill juil sept oct nov déc jan feb mar apr aug dec num réf ref tr"
)
"""A number, or a Roman one, goes on with these."""

NEVER_LAST = set_of("cf c.-à-d av ap apr e.g i.e viz vs resp env op bd boul sq ex p.ex p.-s p.s n.b")
"""No sentence ends with these."""

STARTERS = set_of(
    "le la les un une des du de d' l' il elle on ils elles je j' tu nous vous ce c' cet cette ces ça cela"
    " celui celle ceux mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs qui que qu' quoi où"
    " quand comment pourquoi combien quel quelle quels quelles si s' et mais ou or ni car donc puis alors"
    " ainsi aussi enfin ensuite après avant dans sur sous en à au aux par pour sans avec chez vers depuis"
    " pendant malgré tout toute tous toutes rien personne nul nulle aucun aucune chaque quelque quelques"
    " plusieurs jamais toujours voici voilà comme lorsque puisque ne n' y était c'était ce fut il y a"
    " peut-être pourtant cependant bientôt soudain tandis non oui là ici the a an he she it they we you i"
    " his her its their our your my this that these those there here what who when where why how if and"
    " but or nor so then yet in on at by for with from to of no not never all as while once một những các"
    " ông bà anh chị em cô chú tôi nó họ chúng ta hắn người khi nếu nhưng và rồi thì vì nên không"
)
