"""The words beside which a capitalised word is a person's name, in several languages.

Each expression for what stands before is matched up to the very name.
"""

import re

_TITLES = (
    "Mr|Mrs|Ms|Mx|Dr|Prof|Professor|Herrn?|Frau|Monsieur|Madame|Mme|Mlle|Mademoiselle|Señora|Señor"
    "|Señorita|Sra|Sr|Srta|Signora?|Signor|Senhora?|Dott|Doctor|Doctora"
)
TITLE = re.compile(
    rf"(?<!\w)(?:(?:(?:{_TITLES})\.?|(?<![A-Z]\. )M\.|mr|mrs|ms|frau"
    rf"|herrn?) ){{1,3}}(?:[A-Z]\. )?\Z"
)
GREETING = re.compile(
    r"(?<!\w)(?:hi|hello|hey|hiya|dear|hallo|liebe[rs]?|moin|servus|guten (?:tag|morgen|abend)"
    r"|good (?:morning|afternoon|evening)|bonjour|bonsoir|salut|cher|chère|hola|estimad[oa]"
    r"|querid[oa]|beste|geachte"
    r"|buenos días|buenas tardes|ciao|caro|cara|olá"
    r"|buongiorno|buonasera|salve|hoi|dag|goede(?:morgen|middag|navond)|goedendag|bom dia"
    r"|boa tarde)(?: (?:there|miss|again))?,? \Z",
    re.IGNORECASE,
)
FAREWELL = re.compile(
    r"(?<!\w)(?:(?:(?:with )?(?:best|kind|kindest|warm|warmest|many) regards|regards|best wishes"
    r"|all the best|(?:yours )?(?:sincerely|faithfully|truly)|sincerely yours|yours|respectfully"
    r"|mit freundlichen? gr(?:ü|ue)(?:ß|ss)en?|(?:viele|liebe|beste|schöne|herzliche|freundliche)"
    r" gr(?:ü|ue)(?:ß|ss)e|gr(?:u|ü)(?:ß|ss)e?|mfg|lg|vg|cordialement|bien (?:à vous"
    r"|cordialement|à toi)"
    r"|sincères salutations|cdlt|(?:un |con un )?(?:cordial )?saludos?(?: cordiales)?|atentamente"
    r"|cordiali saluti|atenciosamente)"
    r"|best|thanks(?: again| a lot| in advance| so much| very much)?|thank you(?: so much"
    r"| very much)?|br"
    r"|(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|un abrazo|bises"
    r"|amicalement"
    r"|un cordiale saluto|distinti saluti|many thanks|thx|cheers|danke(?: schön)?"
    r"|vielen dank|merci(?: d'avance| beaucoup)?|(?:muchas )?gracias|grazie|love)"
    r"[ ]?[,.!\u2013\u2014-]?[ ]*\n{1,2}[ \u2013\u2014-]*\Z",
    re.IGNORECASE,
)
FAREWELL_ON_THE_LINE = re.compile(
    r"(?<!\w)(?:(?:best|kind|warm|many) regards|regards|best wishes|best|sincerely"
    r"|thanks(?: again)?"
    r"|thank you|many thanks|thx|cheers|(?:talk|speak) (?:soon|later)|see you|take care"
    r"|viele grüße|liebe grüße|beste grüße|gruß|grüße|lg|vg|mfg"
    r"|danke"
    r"|vielen dank|cordialement|merci|saludos|un saludo|gracias),? [\u2013\u2014-]?[ ]?\Z",
    re.IGNORECASE,
)
INTRODUCTION = re.compile(
    r"(?<!\w)(?:my (?:full )?name(?: is|'s)|mein name ist|ich hei(?:ß|ss)e|je m['\u2019]appelle"
    r"|mon nom est"
    r"|me llamo|mi nombre es|mi chiamo|meu nome é) \Z",
    re.IGNORECASE,
)
SELF = re.compile(
    r"(?<!\w)(?:i['\u2019]m|i am|this is|it['\u2019]s|here is|ich bin|hier ist|je suis"
    r"|c['\u2019]est|soy|sono) \Z",
    re.IGNORECASE,
)
MEETING = re.compile(
    r"(?<!\w)(?:(?:spoke|speak|speaking|spoken|talk|talked|talking|chatted|chat|chatting|wrote"
    r"|written"
    r"|dealt|worked|met|met up|liaised|call|conversation) (?:to|with)|emailed|e-mailed|messaged"
    r"|contacted"
    r"|asked(?: for)?|told|called|met|next to|cc|cc['\u2019]d|cc:|ask for|ask|tell|contact"
    r"|thanks(?: so much)? to|kudos to|props to|shout-?out to"
    r"|credit to|(?:helped|served|contacted|called|sent|signed|written|answered|assigned) (?:by|to)"
    r"|gesprochen mit|mit|dank an|danke an|hab(?:e|lé|ló|lado) (?:mit|con)|hablé con|gracias a"
    r"|parlé (?:à|avec)|discuté avec|merci à|appelé|contacté(?: par)?"
    r"|(?:colleagues?|manager|boss|friend|wife|husband|partner|agent|rep|representative"
    r"|assistant|son"
    r"|daughter|brother|sister|ceo|cto|cfo|director|coworker|teammate|supervisor|admin|secretary"
    r"|teacher"
    r"|kollege|kollegin|chef|chefin|frau|mann|collègue|responsable|compañer[oa]|jefe|jefa"
    r"|mitarbeiter(?:in)?"
    r"|berater(?:in)?|conseiller|conseillère|named|called))(?: (?:was|is|von|named))?,? \Z",
    re.IGNORECASE,
)
ACTS = re.compile(
    r" (?:and|&) (?:I|me|myself)\b| au t[ée]l[ée]phone|['\u2019]?s? ?,? (?:(?:who|and i|and me"
    r"|which) )?(?:who|from (?:the |your |our )?[\w-]+"
    r"|in (?:support|sales|billing)|told|tells|said"
    r"|says|helped|helps|explained|promised|was (?:very|so|really|super|great|friendly|helpful"
    r"|patient|rude)"
    r"|is (?:very|so|great|my|our|a)|wrote|called|answered|replied|asked|fixed|solved|assured"
    r"|suggested"
    r"|hat (?:mir|uns|gesagt|das|mich)|m['\u2019]a|nous a|a (?:dit|répondu|promis)|me (?:dijo|ayudó"
    r"|atendió)"
    r"|cannot|can't|has no|needs|shares|sees|uses|left|lost|does not|doesn't|hat|kann)\b"
)
RELATION = re.compile(
    r"(?<!\w)(?:(?:my|our|the|your|a|mein|meine|unser|unsere|mi|mon|ma|mijn) (?:colleague|coworker"
    r"|manager|boss|friend|wife|husband|partner|agent|rep|representative|assistant|son|daughter"
    r"|brother"
    r"|sister|mum|mom|dad|teacher|kollege|kollegin|chef|chefin|frau|mann|collègue|jefe|jefa|baas"
    r"|collega)|(?:spoke|speak|speaking|talked|talking|chatted|chatting|chat) (?:to|with)"
    r"|gesprochen mit|telefoniert mit|hablé con|parlé (?:à|avec)|sprak met),? \Z",
    re.IGNORECASE,
)
"""After these even a name that is also a word is one."""
LABEL = re.compile(
    r"(?:(?<!\w)(?:(?:full |customer |contact |user )?name|agent|assigned to|attn|attention"
    r"|from|owner"
    r"|author|contact|customer|reviewer|reported by|reporter|requester|user|users|signed|member"
    r"|members"
    r"|attendees|participants|kunde|kundin|ansprechpartner(?:in)?|bearbeiter(?:in)?|nom|nombre|nome"
    r"|naam|cliente|chat with)\.?: ?|(?:owner|author|reporter|contact|admin) is |(?:account"
    r"|card) holder"
    r"(?: is|:)? |(?:reported|written|signed|review|reviewed|created|sent|approved) by )\Z",
    re.IGNORECASE,
)
THANKED = re.compile(
    r"(?<!\w)(?:thanks|thank you|thank u|big thanks to|danke|merci|gracias|grazie|bedankt),? \Z",
    re.IGNORECASE,
)
FOR_SOMETHING = re.compile(r"(?:,| for| so| very| und| pour| por| per| voor| für)\b|[!,]")
NAMED_THING = re.compile(
    r"(?:['\u2019]s)? (?:airport|station|hospital|university|college|school|street|road|bridge"
    r"|square"
    r"|stadium|award|prize|museum|hotel|day|line|park|arena|center|centre|jeans|perfume|parfum"
    r"|foundation"
    r"|institute|library|memorial|theme|playlist|album|movie|film|book|books|audiobook|series|novel"
    r"|edition|collection|store|shop|brand|shoes|watch|glasses|shirts?|bags?|guitars?|flughafen"
    r"|bahnhof"
    r"|schule|platz|straße|universität|stiftung|aéroport|gare|lycée|aeropuerto|estación)\b",
    re.IGNORECASE,
)
"""What follows says that a place or a thing bears the name."""
SPEECH = re.compile(
    r",? (?:who|and I|told|said|says|explained|promised|wrote|called|answered|replied|asked|assured"
    r"|suggested|reported|from (?:your |the |our )?(?:support|sales|billing|accounting|finance"
    r"|marketing|hr|it|team|customer)|hat (?:mir|uns|gesagt)|m['\u2019]a|nous a|me (?:dijo"
    r"|ayudó))\b"
)
"""What only people do: "Bill Pay does not" is a feature, "Bill Pay told me" a man."""
PLACE_BEFORE = re.compile(
    r"(?<!\w)(?:San|Santa|Sankt|Saint|St\.?|Port|Fort|New|Los|Las|El|Mount|Lake|Cape|Puerto"
    r"|Villa|Rio|North"
    r"|South|East|West|the|The|a|an|der|die|das|le|la|les|el|los|las|un|une|una|ein|eine) \Z"
)
TRIGGERS = frozenset(
    "mr mrs ms mx dr prof professor herr herrn frau monsieur madame mme mlle mademoiselle"  # noqa: SIM905
    " señora señor señorita sra sr srta signora signor senhora senhor dott doctor doctora hi"
    " hello hey hiya dear hallo liebe lieber liebes moin servus tag morgen abend morning"
    " afternoon evening bonjour bonsoir salut cher chère hola estimado estimada querido"
    " querida días tardes ciao caro cara olá there miss again regards wishes best sincerely"
    " faithfully truly yours respectfully grüßen grüssen gruessen grüße grüsse gruß gruss mfg"
    " lg vg cordialement vous toi salutations cdlt saludo saludos cordiales atentamente saluti"
    " atenciosamente thanks lot advance you thx cheers danke schön dank merci d'avance"
    " beaucoup gracias grazie love much br groet groeten groetjes abrazo bises amicalement beste"
    " geachte m name agent attn attention owner author customer reviewer reporter requester user"
    " users member members attendees participants kunde kundin ansprechpartner bearbeiter nombre"
    " nome naam cliente holder bedankt mum mom dad baas collega met u"
    " buongiorno buonasera salve hoi dag goedemorgen goedemiddag goedenavond goedendag dia tarde"
    " soon later you care \u2013 \u2014 - is name's ist heiße heisse m'appelle est"
    " llamo es chiamo é name signed nom nombre i'm am it's bin suis c'est soy"
    " sono for cc cc'd to with emailed e-mailed messaged contacted asked told called met"
    " ask tell contact by mit an con a à avec appelé contacté par colleague colleagues manager"
    " boss friend wife husband partner agent rep representative assistant son daughter brother"
    " sister ceo cto cfo director coworker teammate supervisor admin secretary teacher kollege"
    " kollegin chef chefin mann collègue responsable compañero compañera jefe jefa mitarbeiter"
    " mitarbeiterin berater beraterin conseiller conseillère named was von".split()
)
"""The last words of all of these, in small letters: a cheap look before the dear one."""
