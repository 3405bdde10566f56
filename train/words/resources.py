"""Reads the texts of translation files: JSON, gettext, Java properties, JavaScript, Chromium's and Android's resources."""

import io
import re
import struct
import zipfile


def strings(value):
    """All texts in a JSON value; of an entry with a `message` or a `string`, that one alone."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, dict):
        text = next((value[key] for key in ("message", "string") if isinstance(value.get(key), str)), None)
        if text is not None:
            yield text
            return
        for one in value.values():
            yield from strings(one)


def portable(text):
    """Translations of a gettext source catalogue, those left as they were apart."""
    for block in re.split(r"\n\s*\n", text):
        if "\n#, fuzzy" in "\n" + block or 'msgid ""\nmsgstr' in block:
            continue
        texts, key = {}, ""
        for line in block.splitlines():
            found = re.match(r'(msgid|msgid_plural|msgstr(?:\[\d\])?)?\s*"(.*)"$', line)
            if found:
                key = found[1] or key
                texts[key] = texts.get(key, "") + unescaped(found[2])
        for key, translated in texts.items():
            if key.startswith("msgstr") and translated != texts.get("msgid"):
                yield translated


def unescaped(text):
    text = re.sub(r"\\u\{?([0-9a-fA-F]{4})\}?", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": " "}.get(found[1], found[1]), text)


def properties(data):
    """Values of a Java property file."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    for line in re.sub(r"\\\r?\n\s*", "", text).splitlines():
        key, mark, value = line.partition("=")
        if mark and not key.lstrip().startswith(("#", "!")):
            yield unescaped(value)


def literals(text):
    """String literals of JavaScript."""
    for double, single in re.findall(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'', text):
        yield unescaped(double or single)


def pak(data):
    """Texts of a Chromium resource pack (version 5)."""
    version, encoding, count = struct.unpack_from("<IB3xH", data)
    if version != 5 or encoding != 1:
        return
    at = 12
    starts = [struct.unpack_from("<HI", data, at + 6 * i)[1] for i in range(count + 1)]
    for start, end in zip(starts, starts[1:]):
        yield data[start:end].decode("utf-8", "ignore")


def android(data):
    """(language, text) of an Android package: its resource table's strings and the configurations that they are for."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        table = archive.read("resources.arsc")
    pool, at = [], struct.unpack_from("<H", table, 2)[0]
    while at < len(table):
        kind, header, size = struct.unpack_from("<HHI", table, at)
        if kind == 0x0001:
            pool = string_pool(table, at)
        elif kind == 0x0200:
            yield from typed(table, at + header, at + size, pool)
        at += size


def string_pool(table, at):
    """Texts of a string pool."""
    _, header, _, count, _, flags, start, _ = struct.unpack_from("<HHIIIIII", table, at)
    texts = []
    for i in range(count):
        place = at + start + struct.unpack_from("<I", table, at + header + 4 * i)[0]
        if flags & 0x100:
            place += 2 if table[place] & 0x80 else 1
            size = table[place]
            place += 1
            if size & 0x80:
                size = (size & 0x7F) << 8 | table[place]
                place += 1
            texts.append(table[place : place + size].decode("utf-8", "replace"))
        else:
            size = struct.unpack_from("<H", table, place)[0]
            place += 2
            if size & 0x8000:
                size = (size & 0x7FFF) << 16 | struct.unpack_from("<H", table, place)[0]
                place += 2
            texts.append(table[place : place + 2 * size].decode("utf-16-le", "replace"))
    return texts


def typed(table, at, end, pool):
    """(language, text) of the values of a package's resources."""
    while at < end:
        kind, header, size = struct.unpack_from("<HHI", table, at)
        if kind == 0x0201:
            count, start = struct.unpack_from("<II", table, at + 12)
            code = table[at + 28 : at + 30].decode("latin-1")
            if code[0] > "\x7f" or code == "\0\0":
                code = "en" if code == "\0\0" else ""
            for i in range(count if code else 0):
                offset = struct.unpack_from("<I", table, at + header + 4 * i)[0]
                if offset != 0xFFFFFFFF:
                    yield from ((code, pool[number]) for number in values(table, at + start + offset) if number < len(pool))
        at += size


def values(table, at):
    """Numbers of the texts of an entry."""
    size, flags = struct.unpack_from("<HH", table, at)
    if flags & 1:
        for i in range(struct.unpack_from("<I", table, at + 12)[0]):
            kind, number = struct.unpack_from("<BI", table, at + size + 12 * i + 7)
            if kind == 3:
                yield number
    else:
        kind, number = struct.unpack_from("<BI", table, at + 8 + 3)
        if kind == 3:
            yield number
