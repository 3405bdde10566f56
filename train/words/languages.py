"""What is known of each language beforehand: its letters, and where its data stands in the sources."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    code: str
    letters: str
    tesseract: str
    # How many words the lexicon has at most.
    words: int
    # The hunspell dictionary to take inflected forms from, where its licence permits it.
    hunspell: str = ""
    hunspell_encoding: str = "utf-8"


LANGUAGES = {
    language.code: language
    for language in [
        Language("uk", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "ukr", 170_000, "uk_UA"),
        Language("ru", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "rus", 170_000, "ru_RU"),
        Language("el", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ", "ell", 120_000, "el_GR", "iso8859-7"),
        Language("pl", "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż", "pol", 120_000, "pl_PL", "iso8859-2"),
        Language("cs", "aábcčdďeéěfghiíjklmnňoópqrřsštťuúůvwxyýzž", "ces", 80_000),
        Language("tr", "abcçdefgğhıijklmnoöprsştuüvyzâîûqwx", "tur", 80_000),
    ]
}


def lower(text, code):
    """Small letters, by the language's rules."""
    return (text.replace("İ", "i").replace("I", "ı") if code == "tr" else text).lower()


def upper(text, code):
    """Capital letters, by the language's rules."""
    return (text.replace("i", "İ").replace("ı", "I") if code == "tr" else text).upper()


def is_lost(character):
    """Whether the second of the character's two bytes is among those that the damage drops."""
    encoded = character.encode()
    return len(encoded) == 2 and 0x80 <= encoded[1] <= 0x9F
