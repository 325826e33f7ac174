"""English."""

from workers.engines.prose.languages.tongue import Tongue
from workers.engines.prose.words import set_of

_HELPING = (
    "is are was were am be been being has have had having do does did will would shall should can could may might must"
    " isn't aren't wasn't weren't hasn't haven't hadn't don't doesn't didn't won't wouldn't can't cannot couldn't"
    " shouldn't mustn't"
)

ENGLISH = Tongue(
    clauses=set_of(
        "and but or nor so yet because since although though while when whenever if unless until till as that than"
        " whether before after where lest then"
    ),
    relatives=set_of("who whom whose which"),
    prepositions=set_of(
        "in on at by for with from to into onto over under between through across against among toward towards"
        " upon within without about above below behind beside beyond near during like around along"
    ),
    complements=set_of("of"),
    verbal=set_of(f"he she it they we you i {_HELPING}"),
    articles=set_of("the a an my your his her its our their this these those some any every each another no"),
    bound=set_of(
        "the a an my your his her its our their this that these those of in on at by for with from to into and or"
        " but i he she we they who which whose every each no very too so more most less as than mr mrs ms dr st if"
        " when because while another some any not quite rather two three four five six seven eight nine ten eleven"
        " twelve thirteen fourteen fifteen sixteen eighteen twenty thirty forty fifty sixty seventy eighty ninety"
        " hundred thousand million dozen under over upon between through across against among towards without within"
        " during onto behind beside beyond"
    ),
    clinging=set_of("not n't of up off away back forth else ago"),
    leaning=set_of(
        "s little old young great good bad long small big large poor dear new first last next same other only own"
        " such half whole few many several whole high low dark white black red blue green cold warm half-past nearly"
        " almost about"
    ),
    common=set_of(
        "the a an and of to in he she it was were had his her that with on at for by as is are not be they we you"
        " from which who but this i have said"
    ),
    auxiliaries=set_of(_HELPING),
    amid=set_of(
        "not never ever already just always still often hardly scarcely also only now soon once almost nearly quite"
        " rather too so then long yet again once even well"
    ),
    titles=set_of(
        "mr mrs ms miss dr sir lord lady captain colonel general major king queen prince princess duke duchess count"
        " countess baron uncle aunt father mother brother sister saint st mount lake port fort professor doctor"
        " inspector sergeant judge"
    ),
    particles=set_of("of the de la von van"),
    numbers=set_of(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million first"
        " second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth twentieth thirtieth"
    ),
    counted=set_of("page chapter number no volume vol act scene"),
    months=set_of("january february march april may june july august september october november december"),
    linking=set_of("and by to after in for upon on"),
)
