"""Clean text full of signs, made up: mathematics, tables, phonetics, code, listings, units, marks, talk of damage.

What is right but looks like damage are letters beside signs, so each kind sets the words and signs of several scripts
beside one another in all the ways that people do. `repair_corpora.py` writes the lines.
"""

from itertools import product

GREEK_CAPITALS = "ΓΔΘΛΞΠΣΦΨΩ"
GREEK_SMALL = "αβγδεζηθικλμνξπρστφχψω"
OPERATORS = "√∛∜¬∓±≈≤≥≠∫∑∏∂∆∇∞∈∉∅∀∃∧∨⊕⊗×÷·−∼≅≡⊂⊃⊆∪∩→←⇒⇔↦∘⌈⌊⟨⟩"
OPERANDS = [
    "π",
    "Ω",
    "Ω",
    "µ",
    "μ",
    "∞",
    "ª",
    "º",
    "°",
    "§",
    "ß",
    "ø",
    "x",
    "α",
    "Σ",
    "ψ",
    "²",
    "³",
    "½",
    "€",
    "£",
    "¥",
    "¢",
    "†",
    "∑",
]
LATIN_1 = "¡¢£¤¥¦§¨©ª«¬®¯°±²³´µ¶·¸¹º»¼½¾¿"
PUNCTUATION = "€‚ƒ„…†‡ˆ‰‹‘’“”•–—˜™›"
# What stands behind a word: trade marks, footnotes, closing quotes.
FOLLOWING = "™®©°¹²³ªº†‡*§¶…”’»›"
ACCENTED = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿŒœŠšŽžŸĂăĄąĆćČčĐđĘęĚěĢģĪīĶķĹĺĽľŁłŃńŇňŐőŘřŚśŞşŤťŮůŰűŹźŻż"

# Words of many languages: file, menu, headings.
WORDS = {
    "bg": ["Файл", "Изглед", "още", "ъгъл", "време", "България"],
    "cs": ["Soubor", "Úpravy", "Zobrazení", "příliš", "žluťoučký", "kůň"],
    "da": ["Fil", "Rediger", "Hjælp", "Øl", "blå", "ærø"],
    "de": ["Datei", "Größe", "Öffnen", "Übersicht", "Straße", "schön"],
    "el": ["Αρχείο", "Επεξεργασία", "Προβολή", "τιμή", "Γ", "Λυκείου"],
    "en": ["File", "View", "naïve", "café", "size", "name"],
    "es": ["Archivo", "Edición", "año", "NIÑOS", "señor", "está"],
    "et": ["Fail", "Öö", "jäääär", "õun", "üks", "TÖÖ"],
    "fr": ["Fichier", "Édition", "à", "où", "déjà", "TÔT"],
    "hu": ["Fájl", "Szerkesztés", "Nézet", "őz", "űr", "ÍRÓ"],
    "is": ["Skrá", "Það", "ég", "þú", "BÆÐI", "ÞAÐ"],
    "it": ["File", "città", "però", "più", "CITTÀ", "è"],
    "lt": ["Byla", "Žiūrėti", "ačiū", "įėjimas", "ŪKIS", "šį"],
    "lv": ["Fails", "Skatīt", "Rīga", "šķīvis", "ĢIMENE", "ēka"],
    "nb": ["Fil", "Rediger", "på", "PÅ", "ØL", "råd"],
    "pl": ["Plik", "Edycja", "źdźbło", "ŁÓDŹ", "są", "się"],
    "pt": ["Arquivo", "Ação", "não", "IRMÃ", "MAÇÃ", "manhã"],
    "ro": ["Fișier", "Editare", "FĂRĂ", "NICIODATĂ", "țară", "în"],
    "ru": ["Файл", "Правка", "Вид", "её", "время", "через"],
    "sk": ["Súbor", "Úpravy", "ľúbiť", "deň", "vôňa", "ČAŠA"],
    "sr": ["Датотека", "Уреди", "Приказ", "њен", "ђак", "љубав"],
    "sv": ["Arkiv", "Redigera", "Visa", "två", "SMÅ", "Åland"],
    "tr": ["Dosya", "Düzen", "Görünüm", "ışık", "İŞ", "çok"],
    "uk": ["Файл", "Зміни", "Вигляд", "її", "ґанок", "єдність"],
    "vi": ["Tập", "tin", "Hiển", "thị", "NGÃ", "ÂU"],
    "he": ["קובץ", "עריכה", "תצוגה", "שלום", "עולם", "זמן"],
}


def mathematics():
    for operator, operand in product(OPERATORS, OPERANDS):
        yield f"Then {operator}{operand} follows; 2{operator}{operand} and ({operator}{operand}) too."
        yield f"{operator}{operand}"
    for capital, sign in product(GREEK_CAPITALS, LATIN_1 + "⁰⁴⁵⁻₀₁ₙ∞"):
        yield f"The width {capital}{sign} is given, {capital}{sign} = 0."
    for a, b in product(GREEK_SMALL, GREEK_SMALL):
        yield f"{a}{b} = {b}{a}, √{a}{b} ≤ ({a}+{b})/2, ∂{a}/∂{b}, {a}²+{b}², ∆{a}·∆{b} ≥ ħ/2"
    for variable in "xyzабхуΓΔ":
        yield f"f({variable}) = ∫₀^∞ e^(−{variable}²) d{variable} = √π/2, {variable}√2, ¬{variable}"
        yield f"{variable}≥0, {variable}≤1, {variable}≈3, {variable}≠0, {variable}×{variable}, {variable}÷2, ±{variable}"
        yield f"{variable}∈ℝ, {variable}∉ℚ, |{variable}|→∞, {variable}ⁿ, {variable}ₙ, {variable}′, {variable}″, {variable}ˉ, {variable}±1"


def frames(words):
    """The same cells in frames of several kinds."""
    for upright, level, corners in (
        ("│", "─", "┌┬┐├┼┤└┴┘"),
        ("║", "═", "╔╦╗╠╬╣╚╩╝"),
        ("┃", "━", "┏┳┓┣╋┫┗┻┛"),
        ("|", "-", "+++++++++"),
    ):
        width = max(map(len, words))
        for left, middle, right in (corners[:3], corners[3:6], corners[6:]):
            yield left + middle.join(level * width for _ in words) + right
            yield upright + upright.join(word.center(width) for word in words) + upright
            yield upright + upright.join(words) + upright
        yield f" {upright} ".join(words)
        yield f"{corners[0]}{level}{words[0]}{level}{level}{words[1]}{level}{corners[2]}"
        yield f"{corners[3]}{level}{level} {words[2]}"
        yield f"{upright}   {corners[6]}{level}{level} {words[3]}.txt"
        yield f"{words[0]}{upright}{words[1]}"
        yield f"{upright}{words[0][0]}{upright}{words[1][0]}{upright}{words[2][0]}{upright}"
        yield f"{upright}►{words[4]}◄{upright} ▲ {words[5]} ▼ {upright}░▒▓█▄▌▐▀■□▪▫{upright}"


def tables():
    for words in WORDS.values():
        yield from frames(words)
    for a, b in product("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ", "│║├┤┼─═"):
        yield f"{a}{b}{a.upper()}{b} {b}{a}"
    for letter, sign in product(ACCENTED, "│║├┤┬┴┼─═█▓"):
        yield f"{sign}{letter}{sign}{letter}{letter}{sign}"
    for row in range(0xA0, 0x250, 16):
        yield f"U+{row:04X} " + " ".join(map(chr, range(row or 0xA1, row + 16))).replace("\u00a0", "NBSP").replace(
            "\u00ad", "SHY"
        )
    for row in range(0x370, 0x530, 16):
        yield f"U+{row:04X} | " + " | ".join(c for c in map(chr, range(row, row + 16)) if c.isprintable())


def phonetics():
    vowels, consonants = "aeiouyæœøɐɑɒɔəɛɜɪʊʌʏâêîôûãẽĩõũåäöü", "pbtdkɡmnŋfvθðszʃʒçxɣhɹɾrljwɲʎʔɬɸβʁʀ"
    for vowel, consonant in product(vowels, consonants):
        yield f"/{consonant}{vowel}ː/ and [ˈ{vowel}{consonant}{vowel}], ⟨{vowel}⟩ ~ /{vowel}/, [{consonant}ʰ{vowel}̃]"
    for letter in ACCENTED + "ðþʃʒəɛɔŋ":
        yield f"/{letter}/"
        yield f"The letter {letter} is written ⟨{letter}⟩, “{letter}”, ‘{letter}’, «{letter}», « {letter} » or [{letter}]."
        yield f"{letter}, {letter}; {letter}: {letter}. {letter}! {letter}? {letter}… {letter}/{letter} {letter}-{letter}"
        yield f"{letter}’s, {letter}s and the {letter} – one {letter}, two {letter}’s — {letter}™"


def code():
    for letter in ACCENTED:
        yield f"    '{letter}': '&#{ord(letter)};',  # U+{ord(letter):04X}"
        yield f's = s.replace("{letter}", "{letter.lower()}").replace("{letter.upper()}", "\\u{ord(letter):04x}")'
        yield f"0x{ord(letter) & 255:02X}\t{letter}\t{letter.encode().hex(' ').upper()}"
    for first, last in (
        ("À", "ÿ"),
        ("А", "я"),
        ("Α", "ω"),
        ("¡", "¿"),
        ("Ā", "ſ"),
        ("À", "Ö"),
        ("Ø", "ö"),
        ("ø", "ÿ"),
        ("€", "™"),
    ):
        yield f"/[{first}-{last}]+/u, [^{first}-{last}], tr/{first}-{last}//d, sed 's/[{first}-{last}]/_/g'"
    for words in WORDS.values():
        yield f'printf("{words[0]}: %s\\n", "{words[1]}±{words[2]}"); // {words[3]} → {words[4]}'
        yield f"{{'{words[0]}': '{words[1]}', \"{words[2]}\": \"{words[3]}\"}} # «{words[4]}»"
        yield f"<option value='{words[0]}'>{words[1]}™</option>&nbsp;&laquo;{words[2]}&raquo; &amp; {words[3]}"
        yield f"git commit -m '{words[0]} – {words[1]}' && echo “{words[2]}” | iconv -f UTF-8 -t CP1252//TRANSLIT"


def listings():
    for words in WORDS.values():
        for number, word in enumerate(words):
            yield f"-rw-r--r-- 1 user group {1234 * (number + 1):>6} Mar {number + 3:>2} 12:0{number} {word}.txt"
            yield f"drwxr-xr-x 2 user group   4096 Mar {number + 3:>2} 2024 «{word}» ({number}) – {words[number - 1]}"
            yield f"├── {word}"
            yield f"│   ├── {word}_{words[number - 1]}.odt"
            yield f"│   └── {word.upper()}"
            yield f"└── {words[number - 1]}/"
            yield f"C:\\{words[0]}\\{word}™\\{words[number - 1]}®.exe"


def technical():
    for number in (1, 5, 36, 100, 220, 1250):
        for unit in (
            "В",
            "А",
            "Вт",
            "кВ",
            "кВ·А",
            "Ом",
            "Гц",
            "мкФ",
            "мА·ч",
            "°С",
            "м²",
            "м³",
            "Å",
            "Å³",
            "Å²",
            "Å⁻¹",
            "Ω",
            "kΩ",
            "µm",
            "µg",
            "μs",
        ):
            yield f"{number} {unit}±10 %, {number}{unit}, {number} {unit}³, −{number} {unit}…+{number} {unit}"
            yield f"≈{number} {unit}, ≤{number} {unit}; ±{number} {unit}"
    for numeral, sign in product("ΑΒΓΔΕΖΗΘΙΚΛΜ", "΄΄’'ʹ´"):
        yield f"Η {numeral}{sign} τάξη του λυκείου, {numeral}{sign} ΤΑΞΗ, στη {numeral}{sign} φάση· {numeral}{sign}"
    for letter, sign in product("АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯЂЃЄІЇЈЉЊЋЌЎЏҐ", LATIN_1 + "™№…–”"):
        yield f"Точка {letter}{sign}, класс {letter}{sign}."
    for letter, sign in product("абвгдежзийклмнопрстуфхцчшщъыьэюяёђѓєіїјљњћќўџґ", LATIN_1 + "™№…–”"):
        yield f"{letter}{sign}"
    for letter, sign in product("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩάέήίόύώϊϋΐΰςσ", LATIN_1 + "™…–”"):
        yield f"Το {letter}{sign} και το {letter}{sign}."
    for word in [
        word for words in (WORDS["ru"], WORDS["uk"], WORDS["bg"], WORDS["sr"], WORDS["el"], WORDS["he"]) for word in words
    ]:
        yield f"The word {word} is used about 10 km from here; “{word}” is not in the book."
        yield f"[{word}](https://example.org/{word}) | {word}: {word}/{word} – {word}™ ({word})"
        yield f"Le mot « {word} » vient d’ailleurs ; das Wort „{word}“ auch, слово «{word}», η λέξη «{word}»."
        yield f"{word}¹ {word}² {word}*, {word}† {word}® © {word} №5 {word}, §3 {word}, 20 °C {word}"


def marks():
    for letter, sign in product(ACCENTED, LATIN_1 + PUNCTUATION):
        if letter.isupper():
            yield f"ROM{letter}{sign}"
            yield f"„SAL{letter}{sign} {letter}{sign}"
        elif sign in FOLLOWING:
            yield f"rom{letter}{sign} sal{letter} {sign}"
    for words in WORDS.values():
        for word, sign in product(words, FOLLOWING):
            yield f"{word}{sign} {word.upper()}{sign} 5{sign}"
    for sign, number in product("€£¥¢$¤§№#≈±~°µ½¼¾", (3, 20, 500)):
        yield f"{sign}{number}, {sign} {number}, {number}{sign}, {number} {sign}; ({sign}{number})"


def misread(text: str, charset: str, layers: int = 1) -> str:
    for _ in range(layers):
        text = "".join(_char(byte, charset) for byte in text.encode())
    return text


def _char(byte: int, charset: str) -> str:
    try:
        return bytes([byte]).decode(charset)
    except UnicodeDecodeError:
        return chr(byte)


def talk():
    """Text about damage: that damage must stay."""
    for char, charset in product("éäöüßñçà’“”–—…•™€£°±½ščłőиΩש✓", ("cp1252", "cp1251", "cp1250", "mac_roman", "cp437")):
        seen = misread(char, charset)
        if seen.isprintable():
            yield f"‘{seen}’ is what you see instead of {char}."
            yield f"| {char} | {seen} | U+{ord(char):04X} |"
            yield f'text = text.replace("{seen}", "{char}")'
            yield f"s/{seen}/{char}/g"
            yield f"{seen} → {char}"
            yield f"Why does “{char}” show up as “{seen}” on my page?"
            yield f"<td>{char}</td><td>{seen}</td>"
            yield f"`{seen}` ({char})"


def texts():
    """(kind, lines)"""
    for kind in (mathematics, tables, phonetics, code, listings, technical, marks, talk):
        yield kind.__name__, list(kind())
