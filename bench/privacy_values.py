"""Values for the texts of the measurement of privacy: personal data, and what only looks like it.

All are invented: addresses at example domains, numbers drawn by chance with the right check
digits where a check digit belongs.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random

Maker = Callable[[Random], str]

NAMES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "seen": {
        "first": (
            *("Anna", "Tom", "Sarah", "James", "Maria", "Peter", "Emma", "Daniel", "Laura"),
            "Kevin",
            *("Jürgen", "Katrin", "Stefan", "Heike", "Uwe", "Sabine", "Lukas", "Björn", "Anke"),
            *("François", "Élodie", "Camille", "Jean-Pierre", "Thierry", "Aurélie", "Mathieu"),
            *("José", "Lucía", "Javier", "Carmen", "Pablo", "Marta", "Íñigo", "Alejandro"),
            *("Priya", "Rahul", "Ananya", "Chidi", "Ngozi", "Oluwaseun", "Fatima", "Omar", "Yusuf"),
            *("Wei", "Yuki", "Hiroshi", "Linh", "Agnieszka", "Piotr", "Giulia", "Matteo", "Sven"),
            *("Mark", "Grace", "Will", "Rose", "Ibrahim", "Olga", "Dmitri", "Zofia", "Mehmet"),
            *("Rachel", "Oliver", "Hannah", "Patrick", "Brenda", "Gareth", "Siobhan", "Callum"),
            *("Dieter", "Ursula", "Torsten", "Annika", "Friederike", "Jörg", "Anneliese", "Heinz"),
            *("Benoît", "Margaux", "Ludovic", "Guillaume", "Océane", "Marie-Claire", "Jean-Luc"),
            *("Beatriz", "Ignacio", "Rocío", "Gonzalo", "Pilar", "Andrés", "Xóchitl", "Joaquim"),
            *("Deepak", "Kavita", "Dhruv", "Lakshya", "Nkechi", "Kwame", "Amina", "Hassan"),
            "Leila",
            *("Xiaoming", "Sakura", "Kenji", "Minh", "Wojciech", "Tiberiu", "Francesca", "Mikko"),
            *("Hope", "Frank", "Bill", "Ruth", "Svetlana", "Igor", "Zeynep", "Tshepo", "Nomsa"),
            *("Kahurangi", "Kjersti", "Seán", "Ben", "Summer", "Mary Ann", "Chloe", "Jordan"),
        ),
        "last": (
            *("Baker", "Kowalska", "Smith", "Johnson", "Okafor", "Lee", "Müller", "Schmidt"),
            *("Weber", "von der Heide", "Dupont", "Lefèvre", "de la Cruz", "García", "Fernández"),
            *("O'Connor", "McDonald", "van den Berg", "Sharma", "Patel", "Nguyen", "Tanaka"),
            *("Rossi", "Novak", "Yilmaz", "Adeyemi", "Smith-Jones", "Johansson", "Ivanova", "Chen"),
            *("Carter", "Wisniewski", "Brown", "Thompson", "Eze", "Kim", "Hoffmann", "Bauer"),
            *("Zimmermann", "von Bülow", "Moreau", "Béranger", "del Río", "Romero Díaz", "Núñez"),
            *("O'Brien", "MacLeod", "de Vries", "Gupta", "Rao", "Tran", "Yamamoto", "Andersson"),
            *("Bianchi", "Horvat", "Demir", "Mensah", "Taylor-Reed", "Lindqvist", "Petrov", "Wu"),
            *("Park", "Bank", "Van Dyke", "D'Angelo", "St. John", "Nkosi", "Papadopoulos", "Long"),
        ),
    },
    "held_out": {
        "first": (
            *("Emily", "George", "Nathan", "Bethany", "Craig", "Tamsin", "Eoin", "Rhiannon"),
            "Kyle",
            *("Renate", "Wolfgang", "Britta", "Holger", "Mareike", "Detlef", "Sigrid", "Jannik"),
            *("Véronique", "Baptiste", "Maëlle", "Gaëtan", "Solène", "Anne-Sophie", "Didier"),
            *("Alberto", "Inmaculada", "Nuria", "Joaquín", "Begoña", "Esteban", "Yolanda", "Iker"),
            *("Siddharth", "Meenakshi", "Imran", "Oyinkan", "Tendai", "Zainab", "Khalid", "Farida"),
            *("Hyun-woo", "Rin", "Thuy", "Bartosz", "Ioana", "Eero", "Ragnhild", "Paolo", "Zsófia"),
            *("Dawn", "Victor", "Robin", "Dmytro", "Ayşe", "Lwazi", "Etelka", "Moana", "Peggy"),
        ),
        "last": (
            *("Walker", "Nowak", "Jones", "Hughes", "Abubakar", "Choi", "Krüger", "Neumann"),
            *("Schwarz", "zu Guttenberg", "Girard", "Lemaître", "de los Santos", "Molina", "Ortiz"),
            *("O'Sullivan", "McKenna", "van Dijk", "Reddy", "Iyer", "Pham", "Sato", "Nilsson"),
            *("Esposito", "Kovács", "Aydin", "Boateng", "Ward-Smith", "Virtanen", "Popov", "Zhao"),
        ),
    },
}  # fmt: skip


def _digits(chance: Random, count: int) -> str:
    return "".join(str(chance.randrange(10)) for _ in range(count))


def _pick(*values: str) -> Maker:
    return lambda chance: chance.choice(values)


def _email(chance: Random) -> str:
    name = chance.choice(
        ("jo.doe", "anna", "t_baker", "kowalska.a", "info", "x9", "m-lee", "o'neil")
    )
    tag = chance.choice(("", "", "+news", f"{chance.randrange(100)}"))
    host = chance.choice(
        ("example.com", "example.org", "mail.example.co.uk", "büro.example", "acme-shop.example")
    )
    return f"{name}{tag}@{host}"


def _phone_us(chance: Random) -> str:
    area, last = str(chance.choice((212, 415, 312, 617, 206, 303))), f"01{_digits(chance, 2)}"
    return chance.choice(
        (f"({area}) 555-{last}", f"{area}-555-{last}", f"{area}.555.{last}", f"{area} 555 {last}",
         f"+1 {area} 555 {last}", f"1-{area}-555-{last}", f"+1{area}555{last}")
    )  # fmt: skip


def _phone_uk(chance: Random) -> str:
    tail = f"{chance.randrange(10)}{_digits(chance, 2)}"
    return chance.choice(
        (f"020 7946 0{tail}", f"07700 900{tail}", f"+44 20 7946 0{tail}", f"+447700900{tail}",
         f"0161 496 0{tail}", f"(0)20 7946 0{tail}", f"07700900{tail}")
    )  # fmt: skip


def _phone_de(chance: Random) -> str:
    tail = f"{chance.randrange(1, 10)}{_digits(chance, 6)}"
    return chance.choice(
        (f"030 {tail}", f"0171 {tail}", f"0171/{tail}", f"+49 171 {tail}", f"+49 (0)30 {tail}",
         f"0049 171 {tail}", f"089-{tail}", f"0171 {tail[:3]} {tail[3:]}")
    )  # fmt: skip


def _phone_fr(chance: Random) -> str:
    pairs = [_digits(chance, 2) for _ in range(4)]
    first = chance.choice(("1", "2", "6", "7"))
    return chance.choice(
        (" ".join((f"0{first}", *pairs)), ".".join((f"0{first}", *pairs)),
         f"0{first}{''.join(pairs)}",
         " ".join((f"+33 {first}", *pairs)), "-".join((f"0{first}", *pairs)))
    )  # fmt: skip


def _phone_es(chance: Random) -> str:
    head, tail = chance.choice(("612", "655", "911", "934")), _digits(chance, 6)
    return chance.choice(
        (f"{head} {tail[:3]} {tail[3:]}", f"+34 {head} {tail[:3]} {tail[3:]}", f"+34{head}{tail}",
         f"{head} {tail[:2]} {tail[2:4]} {tail[4:]}", f"{head}{tail}")
    )  # fmt: skip


def _phone_int(chance: Random) -> str:
    tail = f"{chance.randrange(2, 10)}{_digits(chance, 6)}"
    return chance.choice(
        (f"+31 6 1{tail}", f"+48 601 {tail[:3]} {tail[3:6]}", f"+91 98765 {tail[:5]}",
         f"+61 4 1234 {tail[:4]}", f"+55 11 9{tail[:4]}-{tail[3:]}", f"+1 212 555 01{tail[:2]}",
         f"+234 803 {tail[:3]} {tail[3:]}", f"+43 664 {tail}", f"+39 333 {tail}")
    )  # fmt: skip


def _luhn_digit(digits: str) -> int:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
    return -(sum(map(int, digits[-2::-2])) + sum(doubled)) % 10


def _card_digits(chance: Random, wrong: int = 0) -> str:
    start, length = chance.choice((("4", 16), ("51", 16), ("55", 16), ("37", 15), ("6011", 16)))
    digits = start + _digits(chance, length - 1 - len(start))
    return digits + str((_luhn_digit(digits) + wrong) % 10)


def _card(chance: Random) -> str:
    return _grouped_card(_card_digits(chance), chance)


def _bad_card(chance: Random) -> str:
    return _grouped_card(_card_digits(chance, wrong=chance.randrange(1, 10)), chance)


def _grouped_card(digits: str, chance: Random) -> str:
    mark = chance.choice(("", " ", "-"))
    if len(digits) == 15:
        return mark.join((digits[:4], digits[4:10], digits[10:]))
    return mark.join(digits[place : place + 4] for place in range(0, 16, 4))


def _iban(chance: Random) -> str:
    country, body = chance.choice(
        (("DE", _digits(chance, 18)), ("GB", f"WEST{_digits(chance, 14)}"), ("FR",
         _digits(chance, 23)),
         ("ES", _digits(chance, 20)), ("NL", f"ABNA{_digits(chance, 10)}"), ("AT",
         _digits(chance, 16)),
         ("BE", _digits(chance, 12)), ("CH", _digits(chance, 17)), ("PL", _digits(chance, 24)))
    )  # fmt: skip
    spelt = "".join(str(int(sign, 36)) for sign in f"{body}{country}00")
    bare = f"{country}{98 - int(spelt) % 97:02}{body}"
    if chance.random() < 0.5:
        return bare
    return " ".join(bare[place : place + 4] for place in range(0, len(bare), 4))


def _ipv4(chance: Random) -> str:
    head = chance.choice(
        ("192.0.2", "198.51.100", "203.0.113", "192.168.1", "10.20.30", "172.16.0")
    )
    return f"{head}.{chance.randrange(1, 255)}"


def _ipv6(chance: Random) -> str:
    groups = [f"{chance.randrange(1, 65536):x}" for _ in range(5)]
    return chance.choice(
        (f"2001:db8::{groups[0]}", f"2001:db8:{':'.join(groups)}:1",
         f"fe80::{groups[0]}:{groups[1]}",
         f"2001:DB8:0:{groups[1]}::{groups[2]}".upper(), "::ffff:192.0.2.77")
    )  # fmt: skip


def _street_us(chance: Random) -> str:
    number = chance.randrange(1, 9999)
    street = chance.choice(
        ("Maple Street", "Oak Ave", "Elm St.", "Sunset Boulevard", "W 42nd Street", "Lincoln Road",
         "N. Lake Shore Drive", "Cherry Lane", "Mill Creek Court", "Martin Luther King Blvd")
    )  # fmt: skip
    city = chance.choice(("Springfield, IL", "Portland, OR", "Austin, TX", "Salem, MA"))
    unit = chance.choice(("", ", Apt 4B", ", Suite 200", " #12"))
    return chance.choice(
        (
            f"{number} {street}",
            f"{number} {street}{unit}",
            f"{number} {street}{unit}, {city} {_zip(chance)}",
        )
    )


def _zip(chance: Random) -> str:
    return f"{chance.randrange(1, 10)}{_digits(chance, 4)}"


def _street_uk(chance: Random) -> str:
    number = chance.choice(
        (str(chance.randrange(1, 200)), f"{chance.randrange(1, 99)}b", "Flat 3, 12")
    )
    street = chance.choice(
        ("High Street", "Church Lane", "Station Road", "Victoria Gardens", "King's Road",
         "Park Crescent",
         "The Green Close", "Queen Anne Terrace", "Albert Square")
    )  # fmt: skip
    postcode = chance.choice(("SW1A 1AA", "M1 1AE", "EC1A 1BB", "LS6 2QT", "B33 8TH", "CR2 6XH"))
    city = chance.choice(("London", "Leeds", "Manchester", "Bristol"))
    return chance.choice((f"{number} {street}", f"{number} {street}, {city} {postcode}"))


def _street_de(chance: Random) -> str:
    street = chance.choice(
        ("Hauptstraße", "Gartenstr.", "Lindenallee", "Bahnhofstrasse", "Goetheplatz",
         "Berliner Straße",
         "Am Marktplatz", "Karl-Marx-Allee", "Rosenweg", "Alte Schulgasse", "Unter den Linden")
    )  # fmt: skip
    number = chance.choice((str(chance.randrange(1, 200)), f"{chance.randrange(1, 99)}a"))
    town = chance.choice(("Berlin", "Köln", "Bad Homburg", "Leipzig"))
    return chance.choice((f"{street} {number}", f"{street} {number}, {_zip(chance)} {town}"))


def _street_fr(chance: Random) -> str:
    number = chance.choice((str(chance.randrange(1, 200)), f"{chance.randrange(1, 99)} bis"))
    street = chance.choice(
        ("rue de la Paix", "avenue Victor Hugo", "boulevard Saint-Michel", "place de la République",
         "chemin des Vignes", "impasse du Moulin", "rue Jean Jaurès", "allée des Tilleuls")
    )  # fmt: skip
    comma = chance.choice(("", ","))
    town = chance.choice(("Paris", "Lyon", "Saint-Étienne"))
    return chance.choice(
        (f"{number}{comma} {street}", f"{number}{comma} {street}, {_zip(chance)} {town}")
    )


def _street_es(chance: Random) -> str:
    street = chance.choice(
        ("Calle Mayor", "C/ Alcalá", "Avenida de América", "Plaza de España", "Calle de la Rosa",
         "Paseo del Prado", "Avda. Diagonal")
    )  # fmt: skip
    comma = chance.choice(("", ","))
    town = chance.choice(("Madrid", "Sevilla"))
    number = chance.randrange(1, 200)
    return chance.choice(
        (f"{street}{comma} {number}", f"{street}{comma} {number}, {_zip(chance)} {town}")
    )


def _version(chance: Random) -> str:
    parts = [str(chance.randrange(limit)) for limit in (30, 20, 30, 40)]
    return chance.choice(
        (".".join(parts), ".".join(parts[:3]), f"96.0.{chance.randrange(3000, 9000)}.116")
    )


def _price(chance: Random) -> str:
    units = chance.randrange(1, 5000)
    return chance.choice(
        (
            f"${units:,}.99",
            f"€{units}",
            f"{units},50 €",
            f"£{units:,}",
            f"{units}.000,00 EUR",
            f"USD {units}",
        )
    )


def _date(chance: Random) -> str:
    year, month, day = (
        chance.randrange(2015, 2027),
        chance.randrange(1, 13),
        chance.randrange(1, 29),
    )
    return chance.choice(
        (f"{year}-{month:02}-{day:02}", f"{day:02}.{month:02}.{year}", f"{month}/{day}/{year}",
         f"{day:02}/{month:02}/{year}", f"{day:02}-{month:02}-{year}",
         f"{year}/{month:02}/{day:02}")
    )  # fmt: skip


def _time(chance: Random) -> str:
    hour, minute = chance.randrange(24), chance.randrange(60)
    return chance.choice(
        (f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02}:{chance.randrange(60):02}",
         f"{hour:02}:{minute:02}:59.{_digits(chance, 3)}")
    )  # fmt: skip


def _isbn(chance: Random) -> str:
    return chance.choice(
        ("ISBN 978-3-16-148410-0", "ISBN 0-306-40615-2", "9783161484100", "978-1-4028-9462-6",
         f"ISBN 978-0-{_digits(chance, 3)}-{_digits(chance, 5)}-{chance.randrange(10)}")
    )  # fmt: skip


def _tracking(chance: Random) -> str:
    return chance.choice(
        (f"1Z999AA10{_digits(chance, 9)}", f"JD01{_digits(chance, 14)}",
         f"RR{_digits(chance, 9)}GB",
         f"00{_digits(chance, 18)}")
    )  # fmt: skip


def _guid(chance: Random) -> str:
    signs = _hex(chance, 32)
    return "-".join((signs[:8], signs[8:12], signs[12:16], signs[16:20], signs[20:]))


def _hex(chance: Random, count: int) -> str:
    return "".join(chance.choice("0123456789abcdef") for _ in range(count))


def _coordinates(chance: Random) -> str:
    latitude, longitude = chance.uniform(-80, 80), chance.uniform(-170, 170)
    return chance.choice(
        (
            f"{latitude:.4f}, {longitude:.4f}",
            f"{latitude:.6f},{longitude:.6f}",
            "52°31'12\"N 13°24'18\"E",
        )
    )


_USUAL: Mapping[str, Maker] = {
    "email": _email, "phone_us": _phone_us, "phone_uk": _phone_uk, "phone_de": _phone_de,
    "phone_fr": _phone_fr, "phone_es": _phone_es, "phone_int": _phone_int, "card": _card,
    "iban": _iban, "ip_v4": _ipv4, "ip_v6": _ipv6,
    "address_us": _street_us, "address_uk": _street_uk, "address_de": _street_de,
    "address_fr": _street_fr, "address_es": _street_es,
    "order": lambda chance: f"GX-{_digits(chance, 7)}",
}  # fmt: skip


def shaped(*shapes: str) -> Maker:
    """Return a maker that fills a shape: ``#`` is a digit, ``%`` a digit from 2 to 9."""
    return lambda chance: "".join(
        _digits(chance, 1) if sign == "#" else str(chance.randrange(2, 10)) if sign == "%" else sign
        for sign in chance.choice(shapes)
    )


_RARER: Mapping[str, Maker] = {
    "email": shaped(
        *("maria.del.carmen##@correo.example.es", "k@example.io", "Firstname_Lastname@Example.COM"),
        *(
            "häns.müller@example.de",
            "no-reply+bounce=##@lists.example.net",
            "user%#@sub.sub.example.org",
        ),
        *("a.b-c_d@example-shop.example", "1234##@example.museum"),
    ),
    "phone_us": shaped(
        *("212/555-01##", "(617)555-01##", "+1.415.555.01##", "1 (312) 555-01##", "555-01##"),
        *("+1 (303) 555 01##", "206-555-01## ext. %#", "2125550###"),
    ),
    "phone_uk": shaped(
        *("0117 496 0###", "+44 (0)20 7946 0###", "0044 20 7946 0###", "(020) 7946 0###"),
        *("07700-900-###", "028 9649 6###", "01632 960###"),
    ),
    "phone_de": shaped(
        *("0221 / 45###67", "+49-151-2345####", "(030) 2345####", "0176-2345####", "040/234####"),
        *("+49(0)89/234###", "06221 54####", "0151.2345####"),
    ),
    "phone_fr": shaped(
        "+33(0)6 1# ## ## ##",
        "06-1#-##-##-##",
        "+336 1#######",
        "01 4# ## ## ##",
        "0033 6 1# ## ## ##",
    ),
    "phone_es": shaped("+34-6##-##-##-##", "6## ## ## ##", "91 4## ## ##", "0034 6########"),
    "phone_int": shaped(
        *("+7 912 345-##-##", "+86 138 1234 ####", "+81 90-1234-####", "+972 52-123-####"),
        *("+52 55 1234 ####", "+353 85 012 ####", "+46 (0)70 123 ## ##", "+27 82 123 ####"),
    ),
    "ip_v4": shaped("10%.##.%.1%", "8.8.4.1##", "1#.0.0.%", "172.2#.%.#", "77.1##.%#.#"),
    "ip_v6": shaped(
        "2a02:8108:%##:1f00::%a", "fd12:3456:789a:1::%", "2001:0db8:0000:0000:0000:ff00:0042:8%##"
    ),
    "address_us": shaped(
        *("%## Broadway", "%#### County Road 12", "%# Pine Ridge Dr", "%## S Michigan Ave, Fl %"),
        *("%##-B Washington Blvd", "P.O. Box %##", "%### NW 23rd Pl, Portland OR 97210"),
        *("%# Whispering Pines Trail, Boise, ID 837##", "One Market Plaza"),
    ),
    "address_uk": shaped(
        *("%# Rosebery Avenue, London EC1R 4QT", "The Old Rectory, Church Road", "%#A Baker St"),
        *("Unit %, Kingsway Business Park", "%# Abbey Mews, Bath BA1 2NP", "% St John's Hill"),
    ),
    "address_de": shaped(
        *(
            "Lange Str. %#",
            "Kaiser-Wilhelm-Ring %#",
            "An der Alster %#",
            "Heidelberger Landstraße %##",
        ),
        *(
            "Mozartweg %",
            "Schillerstraße %#-%#",
            "Am Sandtorkai %#, 20457 Hamburg",
            "Neuer Wall %#",
        ),
    ),
    "address_fr": shaped(
        *(
            "%#, rue du Faubourg-Saint-Honoré",
            "% place du Marché",
            "%# quai de la Loire, 75019 Paris",
        ),
        *("%# ter, allée des Roses", "% RUE DES LILAS", "%# cours Lafayette, 69003 Lyon"),
    ),
    "address_es": shaped(
        *("calle Serrano %#, 3º B", "Gran Vía %#", "Av. de la Constitución %#, 41001 Sevilla"),
        *("C/ del Pez, nº %#", "Plaza Mayor, %", "Ronda de Toledo %#"),
    ),
}
_HELD_OUT: Mapping[str, Maker] = {
    **_USUAL,
    "email": shaped(
        *("renate_vogel@post.example.at", "j.w.##@uni.example.edu", "SUPPORT.%@EXAMPLE.NET"),
        *("zoë@example.nl", "x@y.example", "team-%%+ios@apps.example.dev", "o'hara##@example.ie"),
    ),
    "phone_us": shaped(
        *("(503) 555-01##", "503.555.01##", "1-503-555-01##", "+1 503-555-01##", "503-555-01##x%#"),
        *("(503)-555-01##", "+1 (503)555-01##"),
    ),
    "phone_uk": shaped(
        "0114 496 0###", "(0114) 496 0###", "+44 114 496 0###", "07700 900 ###", "+44 7700-900###"
    ),
    "phone_de": shaped(
        *("0341 / 23####7", "0341-23####7", "+49 341 23####7", "0160 9####34#", "(0341) 23####7"),
        *("+49.160.9####34#", "0160 / 9## ## ###"),
    ),
    "phone_fr": shaped("07 5# ## ## ##", "+33 7 5# ## ## ##", "02.4#.##.##.##", "075#######"),
    "phone_es": shaped("+34 71# ### ###", "96 3## ## ##", "71# ## ## ##", "+34.71#.###.###"),
    "phone_int": shaped(
        *("+30 694 123 ####", "+64 21 123 ####", "+90 532 123 ## ##", "+65 8123 ####"),
        *("+420 601 123 ###", "+32 470 12 ## ##", "+47 412 34 ###", "+254 712 123###"),
    ),
    "ip_v4": shaped("10.%#.1.%", "1%#.%#.%#.1#", "%#.1%#.%#.#", "192.168.%#.1#"),
    "ip_v6": shaped("2a00:1450:4001:8%#::200e", "fe80::a%c:b2ff:fe%d:1", "2001:db8:0:%::1"),
    "address_us": shaped(
        *("%## Willow Bend Ln", "%#### Old Mill Rd", "%## E 5th St, Unit %, Reno, NV 895##"),
        *(
            "%# Juniper Cir",
            "%### Route 9",
            "%# Harbor View Ter, Mystic, CT 063##",
            "%##1 Grand Blvd",
        ),
    ),
    "address_uk": shaped(
        *("%# Quarry Lane, York YO1 7HH", "%## Gloucester Rd", "Flat %, %# Marine Parade"),
        *("%#a Orchard Close", "Rose Cottage, Mill Lane", "% Castle Mews, Oxford OX1 2JD"),
    ),
    "address_de": shaped(
        *("Beethovenstraße %#", "Ludwig-Erhard-Allee %#, 76131 Karlsruhe", "Tannenweg %#b"),
        *("Frankfurter Str. %##", "Schlossplatz %", "Zur Mühle %", "Hansaring %#, 50670 Köln"),
    ),
    "address_fr": shaped(
        *("%#, avenue de la Libération", "% impasse des Cerisiers, 31000 Toulouse"),
        *("%## rue de Rivoli", "%# bd Voltaire", "lieu-dit Le Moulin, 24200 Sarlat"),
    ),
    "address_es": shaped(
        *("Calle del Sol, %#", "Avenida Libertad %#", "Plaza Nueva %, 48001 Bilbao"),
        *("C/ Mayor %#, 2º A", "Camino Viejo s/n", "Paseo de Gracia, %#"),
    ),
}


def _either(usual: Maker, rarer: Maker) -> Maker:
    return lambda chance: (usual if chance.random() < 0.5 else rarer)(chance)


ITEMS: Mapping[str, Mapping[str, Maker]] = {
    "seen": {name: _either(maker, _RARER.get(name, maker)) for name, maker in _USUAL.items()},
    "held_out": _HELD_OUT,
}
DECOYS: Mapping[str, Maker] = {
    "version": _version,
    "short_version": lambda chance: (
        f"{chance.randrange(9, 18)}.{chance.randrange(9)}.{chance.randrange(9)}"
    ),
    "price": _price,
    "date": _date,
    "time": _time,
    "small": lambda chance: str(chance.randrange(2, 9000)),
    "number": lambda chance: _digits(chance, chance.randrange(5, 11)).replace("0", "1", 1),
    "decimal": lambda chance: f"{chance.uniform(0, 1000):.5f}",
    "thousands": lambda chance: f"{chance.randrange(1_000, 90_000_000):,}",
}
HARD: Mapping[str, Maker] = {
    "error": lambda chance: chance.choice(
        (
            f"0x8007{_hex(chance, 4)}",
            f"E-{_digits(chance, 4)}",
            f"ORA-{_digits(chance, 5)}",
            "ERR_1045_28000",
        )
    ),
    "coordinates": _coordinates,
    "isbn": _isbn,
    "tracking": _tracking,
    "bad_card": _bad_card,
    "sku": lambda chance: f"{_hex(chance, 2).upper()}-{_digits(chance, 4)}-{_digits(chance, 3)}",
    "guid": _guid,
    "hash": lambda chance: _hex(chance, chance.choice((7, 40, 64))),
    "long_id": lambda chance: f"{chance.randrange(2, 10)}{_digits(chance, 11)}",
    "unix": lambda chance: f"17{_digits(chance, chance.choice((8, 11)))}",
    "mac": lambda chance: ":".join(_hex(chance, 2) for _ in range(6)),
}
