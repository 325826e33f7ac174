"""The words of the sample story: a small grammar whose sentences can be put together in very many ways.

A production holds names in brackets, each replaced by one of its own productions; [A], [B] and [C] are the
people of the scene, [O] the thing it is about, [L] its place, [X] who speaks. Nothing has to agree with anybody.
"""

PEOPLE = {
    "Élise": "la gardienne du phare",
    "Bastien": "le facteur de l’île",
    "Madeleine": "l’horlogère",
    "Jules": "le vieux pêcheur",
    "Hortense": "l’institutrice",
    "Armand": "le capitaine du bac",
    "Lucie": "la boulangère",
    "Noé": "l’apprenti de l’horlogère",
    "Solange": "la cousine du maire",
    "Victor": "l’archiviste",
}

PLACES = {
    "Le phare": "en haut du phare",
    "Le quai du Nord": "sur le quai du Nord",
    "La salle des cartes": "dans la salle des cartes",
    "L’atelier": "dans l’atelier de Madeleine",
    "La boulangerie": "devant la boulangerie",
    "Le sentier des douaniers": "sur le sentier des douaniers",
    "L’école": "dans la cour de l’école",
    "La grotte": "à l’entrée de la grotte",
    "Le bac": "à bord du bac",
    "Les archives": "dans la cave des archives",
    "Le marché": "au milieu du marché",
    "La maison aux volets bleus": "dans la maison aux volets bleus",
}

THINGS = (
    "la clef de laiton", "le carnet noir", "la montre arrêtée", "la lettre sans timbre", "la carte déchirée",
    "la lampe de cuivre", "le coffret de bois", "la photographie jaunie", "le vieux sextant", "la bague d’argent",
    "la boussole muette", "le journal de bord",
)  # fmt: skip

TITLES = (
    "Une lumière de trop", "Ce que disait la marée", "La clef sous la pierre", "Trois coups à la porte",
    "Le facteur ne dort pas", "L’heure qui manquait", "Au large des Sablons", "La promesse d’Hortense",
    "Une page arrachée", "Le brouillard de novembre", "Ceux qui reviennent", "Le dernier passage",
)  # fmt: skip

GRAMMAR: dict[str, tuple[str, ...]] = {
    "décor": (
        "[Moment], [L], [une] [font].",
        "[L], [une] [font] [ainsi].",
        "[Une] [font], et [une] [font] [ainsi].",
        "[Moment], [une] [font] [où].",
        "On entendait [un bruit] [où].",
        "Il y avait [où] [un bruit] que personne n’écoutait plus.",
        "[Ciel], et [une] [font] [où].",
        "[Ciel] ; [un bruit] montait [où].",
        "Rien ne bougeait [L], sinon [une] qui semblaient attendre.",
        "L’air sentait [odeur] et [odeur].",
        "[Moment], tout le village sentait [odeur].",
    ),
    "geste": (
        "[A] [prit] [O] et [regarda] [quoi].",
        "[A] [prit] [O] [comment], puis [regarda] [quoi].",
        "[A] [regarda] [quoi] [durée].",
        "[Moment], [A] [marcha] [où].",
        "[A] [marcha] [où], [O] à la main.",
        "Sans [sans], [A] [marcha] [où].",
        "[B] [regarda] [quoi], mais ne dit rien.",
        "[A] [fit] [petit geste], et [B] [fit] [petit geste].",
        "[B] prit [O] des mains de [A], et le silence revint.",
        "[Alors], [A] [regarda] [quoi] sans [sans].",
        "[Alors], [B] [marcha] [où] [comment].",
        "Il fallut [durée courte] pour que [A] comprenne.",
        "[A] compta jusqu’à [nombre], puis [marcha] [où].",
        "[B] attendit [durée courte], [comment].",
    ),
    "pensée": (
        "[A] pensait à [souvenir].",
        "[A] pensait à [souvenir], et à [souvenir].",
        "Depuis [durée courte], [B] ne pensait plus qu’à [souvenir].",
        "[Souvent], [A] rêvait de [souvenir].",
        "Personne, pas même [B], ne savait que [secret].",
        "[A] avait toujours cru que [secret].",
        "Et si [secret] ?",
        "Était-il possible que [B] sache que [secret] ?",
        "[A] se rappela [souvenir] et sourit.",
        "Il y a des jours où [souvenir] pèse plus lourd que [O].",
        "[Souvent], [B] se demandait si [secret].",
        "Cela faisait [nombre] ans que [secret].",
    ),
    "réplique": (
        "Vous saviez que [secret] ?",
        "Je vous dis que [secret].",
        "Personne ne croira que [secret].",
        "Regardez : [une] [font].",
        "J’ai trouvé [O] [où], [jadis].",
        "Il faut cacher [O] [où], et vite !",
        "Rendez-moi [O], [nom doux].",
        "Qui vous a parlé de [souvenir] ?",
        "Ne dites rien à [C] avant [terme].",
        "C’est [C] qui a caché [O] [où].",
        "Vous avez entendu [un bruit] ?",
        "Alors nous partirons [quand], avec [C].",
        "Je n’ai pas oublié [souvenir].",
        "Et que dira-t-on à [C], [quand] ?",
        "Attendez-moi [L] [quand], [nom doux].",
        "On ne garde pas [O] sans raison.",
        "Tout a commencé [jadis], avec [souvenir].",
        "Pourquoi faut-il que [C] garde toujours [nom au bras] ?",
    ),
    "incise": (
        "murmura [X]", "dit [X]", "demanda [X]", "répondit [X]", "souffla [X]", "dit [X] [comment]",
        "répéta [X]", "fit [X] [comment]", "lança [X]",
    ),
    "Moment": (
        "Ce matin-là", "À la tombée du jour", "Vers minuit", "Au lever du soleil", "Ce soir-là", "À marée basse",
        "Un peu avant l’aube", "Après la pluie", "Pendant la messe", "À l’heure du courrier", "Le lendemain",
        "Vers cinq heures", "Quand la cloche sonna", "À la fin de novembre",
    ),
    "Ciel": (
        "Le ciel était bas", "Le vent avait tourné", "La brume se levait", "Il pleuvait depuis la veille",
        "Le soleil perçait enfin", "La nuit tombait vite", "L’orage s’éloignait", "La lune éclairait la baie",
    ),
    "une": (
        "les mouettes", "les vagues", "les barques", "les lanternes", "les cordages", "les volets", "les ombres",
        "les cloches", "les voix des pêcheurs", "les feuilles mortes", "les voiles rouges", "les enfants du port",
    ),
    "font": (
        "tournaient sans fin", "se taisaient", "allaient et venaient", "grinçaient", "brillaient", "tremblaient",
        "semblaient attendre un signe", "disparaissaient une à une", "dansaient", "s’éloignaient peu à peu",
        "répondaient au vent", "revenaient toujours",
    ),
    "comment": (
        "en silence", "à voix basse", "d’un air grave", "sans hâte", "avec douceur", "comme autrefois",
        "avec une patience de marin", "en souriant", "d’une main sûre", "presque malgré soi", "à contrecœur",
    ),
    "où": (
        "au bout de la jetée", "derrière les dunes", "près du vieux puits", "sous l’escalier de pierre",
        "entre les rochers", "le long de la falaise", "dans la petite chapelle", "au fond du jardin",
        "du côté de la lande", "sur la place du village", "à l’ombre du grand pin", "près de la fontaine",
        "derrière le comptoir", "au-dessus des toits",
    ),
    "un bruit": (
        "le battement d’une porte", "un pas léger", "le tic-tac d’une horloge", "la corne du bac",
        "une chanson de marin", "le froissement d’une page", "le rire d’un enfant", "un chien au loin",
        "une roue sur les pavés", "le souffle de la mer", "un coup très lent", "un murmure",
    ),
    "odeur": (
        "le sel", "le pain chaud", "la résine", "le café brûlé", "l’encre fraîche", "le goudron", "la cire",
        "le thym", "la pluie", "le bois mouillé",
    ),
    "prit": ("prit", "posa", "retourna", "cacha", "tendit", "examina", "serra", "souleva", "glissa dans un sac"),
    "regarda": ("regarda", "chercha des yeux", "observa", "devina", "montra du doigt", "surveilla", "contempla"),
    "quoi": (
        "la ligne d’horizon", "la fenêtre éclairée", "les traces dans le sable", "le cadran sans aiguilles",
        "la barque vide", "le nom gravé dans la pierre", "la fumée au-dessus des toits", "la porte entrouverte",
        "les marches usées", "le visage de l’inconnu", "la dernière page", "l’étoile la plus basse",
    ),
    "marcha": (
        "marcha jusqu’à un banc", "descendit", "s’arrêta", "revint s’asseoir", "courut", "se glissa", "avança",
        "passa", "s’attarda", "disparut",
    ),
    "fit": ("fit", "répondit par", "esquissa", "retint"),
    "petit geste": (
        "un signe de tête", "un pas en arrière", "un sourire", "un geste vers la porte", "un long soupir",
        "un mouvement d’épaules", "une moue", "un salut",
    ),
    "sans": (
        "un mot", "se retourner", "faire de bruit", "hésiter", "attendre la réponse", "oser respirer",
        "lever les yeux", "allumer la lampe",
    ),
    "durée": (
        "pendant de longues minutes", "jusqu’au soir", "un instant", "toute la matinée", "le temps d’une prière",
        "jusqu’à la fin de l’averse",
    ),
    "durée courte": (
        "une heure", "un quart d’heure", "deux jours", "une semaine", "quelques minutes", "toute une nuit",
        "trois marées", "un hiver",
    ),
    "nombre": ("trois", "sept", "dix", "douze", "vingt", "trente", "quarante", "cent"),
    "Alors": ("Alors", "Enfin", "Soudain", "Une fois encore", "Un peu plus tard", "Sans prévenir", "Peu après"),
    "Souvent": ("Souvent", "Parfois", "Chaque hiver", "La nuit", "Depuis toujours", "Le dimanche"),
    "souvenir": (
        "la dernière tempête", "son père", "la vieille promesse", "cet été de l’île", "l’hiver du naufrage",
        "la maison aux volets bleus", "ce départ sans adieu", "la voix de sa mère", "la nuit du feu",
        "cette lettre jamais envoyée", "la première traversée", "l’homme au manteau gris", "la fête de la mer",
        "cette chanson oubliée",
    ),
    "secret": (
        "le phare s’allumait tout seul", "la carte était fausse", "le bac ne reviendrait pas",
        "quelqu’un vivait dans la grotte", "l’horloge avançait de sept minutes", "la lettre venait du continent",
        "le coffret avait un double fond", "le maire mentait", "la marée cachait un passage",
        "le journal était écrit à l’envers", "les archives avaient brûlé deux fois", "la clef ouvrait deux portes",
        "le capitaine connaissait la vérité", "une page manquait au registre",
    ),
    "quand": (
        "demain à l’aube", "avant la nuit", "à la prochaine marée", "dimanche", "quand le bac partira",
        "après la fermeture", "au troisième coup de cloche", "quand la brume tombera", "à la nouvelle lune",
    ),
    "jadis": (
        "l’hiver dernier", "un soir de tempête", "ce matin même", "la veille de Noël", "le jour du marché",
        "à la dernière pleine lune", "pendant la grève des marins", "bien avant la guerre",
    ),
    "terme": ("la nuit", "l’aube", "dimanche", "la prochaine marée", "le départ du bac", "la fermeture"),
    "ainsi": (
        "à l’infini", "dans la lumière grise", "sous le vent", "comme chaque soir", "par habitude",
        "dans le brouillard", "loin des hommes", "avant la tempête",
    ),
    "nom doux": ("mon ami", "je vous en prie", "s’il vous plaît", "cher voisin", "mon enfant", "pour l’amour du ciel"),
    "nom au bras": ("son panier", "sa lanterne", "son grand manteau", "un livre", "son chien", "une réponse"),
}  # fmt: skip
