"""Fetches the running text that nothing is counted on: the test sentences of the language detector lingua.

    python3 train/words/heldout.py --out DIR

The crates `lingua-*-language-model` carry a thousand sentences or more a language, of other documents than those that
their models were counted on. Writes `DIR/dev/NAME.txt`, on which weights are fitted, and `DIR/test/NAME.txt`, on
which figures are taken: texts of twenty sentences, an empty line between texts. Sentences with letters that the language
does not have (quotations, encoding errors) are left out. The sentences are for measuring only; none goes anywhere else.
"""

import argparse
import random
import subprocess
import tempfile
from pathlib import Path

from languages import LANGUAGES, lower

OWN = {
    "be": "belarusian", "bg": "bulgarian", "cs": "czech", "el": "greek", "hu": "hungarian", "lt": "lithuanian",
    "lv": "latvian", "pl": "polish", "ro": "romanian", "ru": "russian", "sk": "slovak", "sr": "serbian",
    "tr": "turkish", "uk": "ukrainian",
}  # fmt: skip
# Languages without a table: theirs must be left damaged.
OTHERS = [
    "azerbaijani", "croatian", "french", "german", "macedonian", "portuguese", "slovene", "spanish", "swedish",
]  # fmt: skip
SENTENCES_A_TEXT = 20


def fetch(names, folder):
    """Test sentences by name, out of the crates."""
    dependencies = "".join(f'lingua-{name}-language-model = "*"\n' for name in names)
    manifest = f'[package]\nname = "heldout"\nversion = "0.1.0"\nedition = "2024"\n[dependencies]\n{dependencies}'
    (folder / "src").mkdir()
    (folder / "src" / "lib.rs").write_text("")
    (folder / "Cargo.toml").write_text(manifest)
    subprocess.run(["cargo", "vendor", "--quiet", "vendor"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    for name in names:
        path = folder / "vendor" / f"lingua-{name}-language-model" / "testdata" / "sentences.txt"
        yield name, [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def is_whole(sentence, code):
    letters = set(LANGUAGES[code].letters + LANGUAGES[code].others[0])
    return all(c.isascii() or not c.isalpha() or lower(c, code) in letters for c in sentence)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    options = parser.parse_args()
    codes = {name: code for code, name in OWN.items()}
    with tempfile.TemporaryDirectory() as folder:
        for name, sentences in fetch([*codes, *OTHERS], Path(folder)):
            if name in codes:
                sentences = [sentence for sentence in sentences if is_whole(sentence, codes[name])]
            random.Random(7).shuffle(sentences)
            half = len(sentences) // 2
            for part, lines in (("dev", sentences[:half]), ("test", sentences[half:])):
                texts = [lines[at : at + SENTENCES_A_TEXT] for at in range(0, len(lines), SENTENCES_A_TEXT)]
                path = options.out / part / f"{codes.get(name, name)}.txt"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("\n\n".join(map("\n".join, texts)), encoding="utf-8")


if __name__ == "__main__":
    main()
