"""Questions for the meaning of a word: "what does X mean?", "X meaning", "define X", "what is X?"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WHAT = r"(?:what|wat|wot)"
_THAT = r"(?:it|this|that|they|these|those)"
_WORD = r"(?:(?:the\s+)?(?:words?|terms?|phrase|name)\s+)?"
_OPEN = r"^(?:(?:so|and|but|ok|okay|please|sorry|hi|hello)\b[\s,]*)*(?:(?:can|could) you (?:please )?)?(?:tell me\s+)?"
_PLAINLY = (
    r"(?:(?:in|with) (?:(?:a|this|that|the|very|more|so) )?(?:simple|plain|lay|easy|normal|other|everyday|medical|"
    r"medicine|biology|article|text|paragraph|sentence|context)(?: (?:words?|terms?|english|language))?|"
    r"exactly|simply|please|here|again|actually|to me|for me|thanks|thank you)"
)
# "What is a biopsy, they want to do one": what follows tells why it is asked.
_WHY = r"(?:[,.;]\s+(?:they|he|she|we|i|my|our|it'?s|(?:the|a) (?:doctor|nurse|consultant))\b[^?]{0,80})?"
_CLOSE = rf"(?:[\s,.!-]*{_PLAINLY})*{_WHY}[\s?.!]*$"
_X = r"(?P<x>.+?)"

# Those that ask for a meaning and nothing else; "what is X" and "explain X" may ask for more ("what is the outlook?").
_PLAIN = [
    rf"{_WHAT}(?:'?s| is| do| does| did| doe)?\s+{_WORD}{_X}\s+(?:means?|meen|stands? for|refers? to)",
    rf"{_X}[\s,:.?-]+{_WHAT}(?: does| do|'?s)? {_THAT} means?",
    rf"{_X}[\s,:.?-]+{_WHAT}(?:'?s| is) {_THAT} (?:word|term|thing)",
    rf"{_X}[\s,:.?-]+(?:please |pls )?(?:you can|can you|could you) explain",
    rf"{_WHAT}(?:'?s| is| are|\s+do you) (?:meant|mean) by {_WORD}{_X}",
    rf"(?:{_WHAT}(?:'?s| is) )?(?:the )?(?:meaning|definition)(?: of)? {_WORD}{_X}",
    rf"{_X}[\s,:-]+(?:meaning|definition|definitions)",
    rf"define {_WORD}{_X}",
]
_LOOSE = [rf"{_WHAT}(?:'?s|'?re| is| are)\s+{_WORD}{_X}", rf"explain {_WORD}{_X}"]

_MEANINGS = [re.compile(f"{_OPEN}{form}{_CLOSE}", re.IGNORECASE) for form in _PLAIN]
_IDENTITIES = [re.compile(f"{_OPEN}{form}{_CLOSE}", re.IGNORECASE) for form in _LOOSE]
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_MARKS = " \t\"'“”‘’«».,:;!?()"


@dataclass(frozen=True)
class Wanted:
    """What is asked for: `words` lower case, without its article; `plainly` when its meaning is asked for and nothing
    else; `definite` when "the" stood before it."""

    words: str
    plainly: bool
    definite: bool

    @property
    def is_word(self) -> bool:
        """Whether it is a single word whose meaning is asked for and nothing else."""
        return self.plainly and self.is_lone

    @property
    def is_lone(self) -> bool:
        """Whether it is a single word."""
        return re.fullmatch(r"[^\W\d_]{3,}", self.words) is not None


def bare(name: str) -> str:
    """A name as it is compared: lower case, without quotation marks and article.

    >>> bare('An "Op"')
    'op'
    """
    return re.sub(r"\s+", " ", _ARTICLE.sub("", name.strip(_MARKS)).strip(_MARKS).casefold())


def wanted(text: str) -> Wanted | None:
    """The word or name whose meaning a text asks for, None when it asks for something else.

    >>> wanted('What does "the lymph system" mean in plain words?')
    Wanted(words='lymph system', plainly=True, definite=True)
    >>> wanted("what does it mean?") is None
    True
    """
    text = text.replace("’", "'").strip()
    for plainly, forms in ((True, _MEANINGS), (False, _IDENTITIES)):
        for form in forms:
            found = form.match(text)
            if found:
                words = bare(found["x"])
                if not words or words in _NOTHING:
                    return None
                quoted = found["x"].strip()[0] in "\"'“‘«"  # "what is 'primary'?"
                return Wanted(words, plainly or quoted, found["x"].strip(_MARKS).lower().startswith("the "))
    return None


#: Words that stand for what was said, and one whose meaning is no question for a dictionary.
_NOTHING = {
    "life",
    "it",
    "this",
    "that",
    "they",
    "these",
    "those",
    "you",
    "he",
    "she",
    "word",
    "term",
    "all this",
    "all that",
}
