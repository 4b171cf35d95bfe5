"""How hard a text is to read: sentences, words, syllables and the Flesch-Kincaid grade.

The grade is 0.39 * words per sentence + 11.8 * syllables per word - 15.59 (Kincaid and others, 1975), the school year
in the United States that should be able to read the text. Syllables are counted from the spelling; for nine words in
ten of a pronouncing dictionary the count is right.
"""

from __future__ import annotations

import re

_ABBREVIATIONS = frozenset({"e.g", "i.e", "etc", "vs", "approx", "no", "fig", "dr", "mr", "mrs", "ms", "prof", "st"})
# a full stop, question or exclamation mark, closing quotes, white space, then something that can open a sentence
_BREAK = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])")
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
# a final e is silent but after consonant + l ("muscle"); so is that of -es and -ed after most sounds
_SILENT_END = re.compile(
    r"(?:[aeiouy]l|[^aeiouyl])e$"
    r"|(?:[aeiouy]l|(?<!c)(?<!s)h|[^aeiouylhsxzcg])es$"
    r"|(?:[aeiouyl]l|[^aeiouyltd])ed$"
)
# two vowels said apart: "radiation", "calcium", "being", but not the one sound of "-tion" and "-cial"
_HIATUS = re.compile(r"(?<![tscgxq])i[aou]|(?<=[tscgx])i(?:a(?![nl])|o(?!n|us)|u)|(?<![qg])ual|[aeiouy]ing$|sm$")

_IRREGULAR = {
    "area": 3, "areas": 3, "create": 2, "created": 3, "fluid": 2, "fluids": 2, "idea": 3, "ideas": 3, "nausea": 3,
    "something": 2, "sometimes": 2, "someone": 2, "therefore": 2, "clothes": 1, "science": 2, "diet": 2, "quiet": 2,
    "react": 2, "reacts": 2, "reaction": 3, "ourselves": 2, "themselves": 2, "everyone": 3, "everything": 3, "every": 2,
    "different": 2, "biopsies": 3, "medicine": 3, "medicines": 3, "via": 2, "doing": 2, "going": 2, "ion": 2,
}  # fmt: skip


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph, in order, white space at their ends removed."""
    found: list[str] = []
    start = 0
    for match in _BREAK.finditer(text):
        before = text[start : match.start()]
        last = before.rstrip(".!?\"'”’)]").rsplit(maxsplit=1)[-1:] or [""]
        word = last[0].lstrip("(\"'“‘[")
        # "Dr. Smith", "e.g. Xgeva" and "J. Smith" do not end a sentence
        if before.endswith(".") and (word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper())):
            continue
        found.append(text[start : match.end()].strip())
        start = match.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def words(text: str) -> list[str]:
    """The words of a text; a hyphenated word is one, a slash parts two."""
    return _WORD.findall(text)


def syllables(word: str) -> int:
    """The number of syllables of an English word, at least 1; letters said one by one count one each."""
    if re.fullmatch(r"[A-Z]{2,4}", word) and not re.search(r"[AEIOU]", word[1:]):
        return len(word)
    parts = word.split("-")
    if len(parts) > 1:
        return sum(syllables(part) for part in parts if part)
    lower = re.sub(r"['’](?:s|t|re|ve|ll|d|m)?$", "", word.lower())
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    count = len(re.findall(r"[aeiouy]+", lower))
    if _SILENT_END.search(lower):
        count -= 1
    if re.search(r"[aiouy][^aeiouy]e(?:ment|ments|ly|less|ful|ness)$", lower):
        count -= 1  # "movement", "lifeless"
    count += len(_HIATUS.findall(lower))
    return max(1, count)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text; 0.0 for one without words. Easy texts can be below 0."""
    found = words(text)
    if not found:
        return 0.0
    return 0.39 * len(found) / len(sentences(text)) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59
