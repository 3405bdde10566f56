"""What is known of each language beforehand: its letters, and where its data stands in the sources."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    code: str
    letters: str
    tesseract: str
    # How many words the lexicon has at most, and how many longer letter sequences.
    words: int
    sequences: int
    # The least log-likelihood that a stored pair of words or kinds gains.
    least_gain: float
    # The hunspell dictionary to take inflected forms from, where its licence permits it.
    hunspell: str = ""
    hunspell_encoding: str = "utf-8"
    # Letters that are also written otherwise: (other letters, letters), in the same order.
    others: tuple = ("", "")

    def spelled(self, text):
        """A text in the language's letters."""
        other, own = self.others
        return text.translate(str.maketrans(other + other.upper(), own + own.upper())) if other else text


LANGUAGES = {
    language.code: language
    for language in [
        Language("uk", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "ukr", 170_000, 45_000, 4.0),
        Language("ru", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "rus", 170_000, 45_000, 4.0, "ru_RU"),
        Language("el", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ", "ell", 120_000, 45_000, 3.0),
        Language("pl", "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż", "pol", 120_000, 45_000, 6.0),
        Language("cs", "aábcčdďeéěfghiíjklmnňoópqrřsštťuúůvwxyýzž", "ces", 80_000, 25_000, 12.0),
        Language("tr", "abcçdefgğhıijklmnoöprsştuüvyzâîûqwx", "tur", 80_000, 25_000, 12.0),
        Language("be", "абвгдеёжзійклмнопрстуўфхцчшыьэюя", "bel", 90_000, 25_000, 6.0),
        Language("bg", "абвгдежзийклмнопрстуфхцчшщъьюя", "bul", 90_000, 25_000, 8.0),
        Language("sr", "абвгдђежзијклљмнњопрстћуфхцчџш", "srp", 90_000, 25_000, 6.0),
        Language("hu", "aábcdeéfghiíjklmnoóöőpqrstuúüűvwxyz", "hun", 60_000, 20_000, 14.0),
        Language("lt", "aąbcčdeęėfghiįyjklmnoprsštuųūvzžqwx", "lit", 60_000, 20_000, 8.0),
        Language("lv", "aābcčdeēfgģhiījkķlļmnņoprsštuūvzžqwxy", "lav", 60_000, 20_000, 8.0),
        Language("ro", "aăâbcdefghiîjklmnopqrsștțuvwxyz", "ron", 60_000, 20_000, 12.0, others=("şţ", "șț")),
        Language("sk", "aáäbcčdďeéfghiíjklĺľmnňoóôpqrŕsštťuúvwxyýzž", "slk", 60_000, 20_000, 10.0),
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
