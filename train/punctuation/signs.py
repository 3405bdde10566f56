"""Signs in damaged English text: what damage leaves of a line, and which `â` of it is no letter.

The same as in crates/clean/src/repair/symbols/english.rs.
"""

import re
from collections import defaultdict

WORDS = 1500

# Stand-ins in a damaged line: a lone sign, an ellipsis, another symbol.
SIGN, ELLIPSIS, SYMBOL = "\ue000\ue001\ue002"
ELISIONS = (
    "l d j m t s n c qu jusqu lorsqu puisqu quoiqu quelqu aujourd dell all nell sull dall quell un gl dev cent"
).split()
REAL = "ge ges gé gés gée gées gisme ne nes cre cres pre pres tre tres".split()
CLUSTERS = (
    "bl br ch cl cr dr fl fr gl gn gr kn ph pl pr q rh sc scr sh shr sk sl sm sn sp spl spr sq st str sw th thr tr wh wr"
).split()
REAL_ABROAD = "m me mes mago magos nimo nimos nus".split()


def common_words(pages):
    """The words of most sites."""
    sites = defaultdict(set)
    for site, text in pages:
        for word in set(re.findall(r"[a-z]+", re.sub(r"['’]\w+", "", text.lower()))):
            sites[word].add(site)
    order = sorted(sites, key=lambda word: (-len(sites[word]), word))
    short = [word for word in order if len(word) == 2][:30]
    long = [word for word in order if len(word) > 2][: WORDS - len(short) - 2]
    return set(short + long + ["a", "i"])


# What stands before `’t`.
NEGATED = (
    "don can won isn aren wasn weren doesn didn couldn wouldn shouldn hasn haven hadn ain mustn needn mightn "
    "shan oughtn daren mayn usedn"
).split()


class Language:
    ENGLISH, UNKNOWN, FOREIGN = range(3)


def language(line, words):
    found = [run for run in re.split(r"[\W\d_â]+", line.lower()) if run]
    accented = sum(any(char > "\x7f" and char not in "ðï" for char in run) for run in found)
    found = [run for run in found if len(run) > 1 or run in ("a", "i")]
    known = sum(word in words for word in found)
    if len(found) >= 4 and known * 100 >= len(found) * 35 and accented * 10 <= len(found):
        return Language.ENGLISH
    if len(found) >= 4 and known * 100 < len(found) * 20 or accented:
        return Language.FOREIGN
    return Language.UNKNOWN


def is_letter(char):
    return char.isalpha() and char != "â"


def word_before(line, at):
    start = at
    while start > 0 and is_letter(line[start - 1]) and at - start < 24:
        start -= 1
    return line[start:at]


def word_after(line, at):
    end = at + 1
    while end < len(line) and is_letter(line[end]) and end - at < 25:
        end += 1
    return line[at + 1 : end]


def starts_well(word):
    """Whether an English word may start so."""
    onset = re.match("[b-df-hj-np-tv-xz]*", word)[0]
    if onset == word:
        return False
    return onset == "" or onset in CLUSTERS or len(onset) == 1 and onset != "x"


def is_sign(line, at, tongue, words):
    """Whether a lone `â` of a damaged line is what is left of a sign, and no letter."""
    before, after = word_before(line, at), word_after(line, at)
    left, right = before.lower(), after.lower()
    if after[:1].isupper() or not (before or after):
        return True
    if is_elision(left, right):
        return True
    if not after:
        return True  # in English; foreign lines are not collected
    if not before:
        if right in REAL or right.startswith(("mb", "nc", "ng", "ns")):
            return False
        return tongue == Language.ENGLISH or right not in REAL_ABROAD and starts_well(right)
    start = at - len(before)
    return joins_words(left, right, tongue, words, len(left) < 3 and line[start - 1 : start] == "â")


def is_elision(left, right):
    if left not in ELISIONS or not right or right in ("ine", "ini", "inii", "inile", "inilor"):
        return False
    if left == "c":
        return right[0] in "eéèê"
    return right in ("a", "à") or len(right) > 1 and right[0] in "aeiouhéèêàôîœæ"


def joins_words(left, right, tongue, words, is_ending):
    if right == "s" and left.isascii() and len(left) > 2:
        return True
    if tongue == Language.FOREIGN:
        return False
    is_english = tongue == Language.ENGLISH
    if right == "t":
        return left in NEGATED
    if right == "m":
        return left == "i"
    if right in ("clock", "mores", "ts"):
        return left == {"clock": "o", "mores": "s", "ts": "don"}[right]
    if right in ("s", "re", "ve", "ll", "d"):
        return is_english or left in words
    if left in words and right in words:
        return len(left) + len(right) > (3 if is_english else 5)
    if len(left) > 4 and len(right) > 4:
        return starts_well(right)
    if not is_english:
        return False
    if right == "a":
        return len(left) > 1
    if is_ending:
        return right in words
    if len(left) > 2 and len(right) > 4 or left in words and len(left) > 1 and len(right) > 3:
        return starts_well(right)
    return right in words and right != "me" and len(left) > 2 and len(right) > 1


def residue(char):
    return "".join(chr(byte) for byte in char.encode() if not 0x80 <= byte < 0xA0)


def damaged(line):
    """The line as the damage leaves it, and what each lone `â` of it was."""
    output, was = [], {}
    for char in line:
        rest = residue(char)
        if ord(char) < 0x80 or len(rest) == len(char.encode()):
            output.append(char)
            continue
        if rest == "â":
            was[sum(map(len, output))] = char
        output.append(rest)
    return "".join(output), was


def items(line, words):
    """The line with stand-ins, and for each place where in the line it stands."""
    tongue = language(line, words)
    output, places = [], []
    at = 0
    while at < len(line):
        char, step = line[at], 1
        if char == "â":
            rest = line[at + 1 : at + 2]
            if rest == "¦":
                char, step = ELLIPSIS, 2
            elif rest and rest in "¢¤¥§¨©ª«¬®¯±²³´µ¶·¸¹º»¼½¾":
                char, step = SYMBOL, 2
            elif is_sign(line, at, tongue, words):
                char = SIGN
        output.append(char)
        places.append(at)
        at += step
    return output, places
