"""French."""

from workers.engines.prose.languages.tongue import Tongue
from workers.engines.prose.words import set_of

FRENCH = Tongue(
    clauses=set_of(
        "et mais ou ni car or puis quand lorsque lorsqu' puisque puisqu' parce quoique quoiqu' comme si s'il s'ils"
        " tandis afin pourvu sinon que qu' c'est-à-dire"
    ),
    relatives=set_of(
        "qui dont où lequel laquelle lesquels lesquelles auquel auxquels auxquelles duquel desquels desquelles"
    ),
    prepositions=set_of(
        "à dans sur sous avec sans pour par vers chez entre contre depuis devant derrière après avant durant"
        " pendant dès malgré parmi selon au aux en jusque jusqu' jusqu'à hors outre envers près loin"
    ),
    complements=set_of("de d' du des"),
    verbal=set_of("ne n' se s' il elle on ils elles je j' nous vous tu"),
    articles=set_of(
        "le la les l' un une ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs"
        " quelques chaque plusieurs"
    ),
    bound=set_of(
        "le la les l' un une des du de d' au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre"
        " vos leur leurs je j' tu il elle on nous vous ils elles ne n' se s' me m' te t' y en à et ou mais que qu'"
        " qui dont où si quand comme lorsque puisque dans sur sous avec sans pour par vers chez entre contre très"
        " plus moins trop si aussi tout toute tous toutes quelque quelques chaque plusieurs quel quelle quels"
        " quelles ni car m mm mme mlle mgr dr st parce afin tandis pendant jusqu'à jusque dès depuis aucun aucune"
        " deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente"
        " quarante cinquante soixante cent cents mille n'y n'en s'en s'y"
    ),
    clinging=set_of("pas plus jamais rien point guère là ci que"),
    leaning=set_of(
        "petit petite petits petites grand grande grands grandes gros grosse grosses vieux vieil vieille vieilles"
        " jeune jeunes beau bel belle beaux belles bon bonne bons bonnes mauvais mauvaise mauvaises long longue"
        " longs longues nouveau nouvel nouvelle nouveaux nouvelles premier première premiers premières dernier"
        " dernière derniers dernières second seconde même mêmes autre autres seul seule pauvre pauvres cher chère"
        " chers chères brave braves ancien ancienne anciens anciennes haut haute double demi vrai vraie fausse"
        " troisième quatrième cinquième environ presque assez peu si tel telle tels telles quelconque divers"
        " différents différentes certains certaines moindre meilleur meilleure pire"
    ),
    common=set_of(
        "le la les un une des du de et à il elle on nous vous ils elles je tu ne pas que qui dans sur avec pour par"
        " est était avait plus son sa ses ce cette au aux en se mais où dont leur lui tout comme"
    ),
    auxiliaries=set_of(
        "ai as a avons avez ont avais avait avions aviez avaient eus eut eûmes eurent aurai auras aura aurons aurez"
        " auront aurais aurait aurions auriez auraient aie ait ayons ayez aient eût eussent ayant avoir eu suis es est"
        " sommes êtes sont étais était étions étiez étaient fus fut fûmes furent serai sera serons serez seront serais"
        " serait serions seriez seraient sois soient fût fussent étant être été"
        " reste restait resta restèrent resté restée restés restées devint devenait devinrent devenu devenue devenus"
        " devenues demeura demeurait demeuré demeurée"
    ),
    amid=set_of(
        "pas plus jamais rien point guère déjà toujours encore bien mal trop tant tout tous toute toutes souvent"
        " enfin presque vite longtemps peu beaucoup assez aussitôt soudain même donc ainsi parfois aussi moins mieux"
        " tellement non"
    ),
    modals=set_of(
        "peux peut pouvons pouvez peuvent pouvais pouvait pouvaient put purent pourra pourrai pourront pourrais"
        " pourrait pourraient puisse puissent pu pouvoir dois doit devons devez doivent devais devait devaient dut"
        " durent devra devront devrais devrait devraient dû devoir veux veut voulons voulez veulent voulais voulait"
        " voulaient voulut voulurent voudra voudrais voudrait voudraient voulu vouloir faut fallait fallut faudra"
        " faudrait fallu sais sait savait savaient sut sauraient saurait osa osait osaient ose osé oser fait faisait"
        " faisaient fit firent fera ferait faire laisse laissait laissa laissèrent laissé laisser vais va vas allons"
        " allez vont allais allait allaient ira irait alla allèrent faillit semble semblait semblaient sembla paraît"
        " paraissait parut vint vinrent viens vient vit vis voit voyait entend entendait entendit sentit sentait"
        " courut courir aller venir aimerais aimait préfère préférait"
    ),
    pronouns=set_of("le la les lui leur y en me te se nous vous l' m' t' s'"),
    infinitives=("er", "ir", "re"),
    negations=set_of("ne"),
    negators=set_of("pas plus jamais rien point guère que personne aucun aucune nul nulle"),
    titles=set_of(
        "monsieur messieurs madame mesdames mademoiselle maître père mère oncle tante frère sœur cousin cousine abbé"
        " docteur professeur comte comtesse duc duchesse marquis marquise baron baronne vicomte prince princesse roi"
        " reine empereur capitaine colonel général lieutenant sergent caporal commandant maréchal amiral saint sainte"
        " rue place avenue boulevard quai pont port mont lac rivière île cap fort château hôtel café café-restaurant"
        " faubourg square passage porte gare église cathédrale notre-dame m mm mme mlle mgr dr st sir lord lady"
    ),
    particles=set_of("de du des la le les"),
    bare=set_of("de d'"),
    numbers=set_of(
        "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts trente"
        " quarante cinquante soixante cent cents mille premier demi demie quatre-vingt quatre-vingts quatre-vingt-dix"
        " dix-sept dix-huit dix-neuf vingt-deux vingt-trois vingt-quatre vingt-cinq vingt-six vingt-sept vingt-huit"
        " vingt-neuf un une"
    ),
    counted=set_of("h heure heures page pages chapitre numéro n° livre tome acte scène article an no vol"),
    months=set_of(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre vendémiaire brumaire"
        " frimaire nivôse pluviôse ventôse germinal floréal prairial messidor thermidor fructidor"
    ),
    linking=set_of("à en par sur contre après pour dans et de"),
    spelt={
        "d'": "de",
        "du": "de",
        "des": "de",
        "au": "à",
        "aux": "à",
        "qu'": "que",
        "jusqu'": "jusque",
        "n'": "ne",
        "œil": "oeil",
        "cœur": "coeur",
    },
)
