"""Several questions in one message: where one ends and the next begins, and what is only a greeting before them."""

from __future__ import annotations

import re

#: Questions of one message that are answered; what goes beyond is read with the last of them.
MOST = 3
#: A shorter one ("really?", "or not?") belongs to the question before it.
FEWEST_WORDS = 3

_WH = r"(?:what|whats|how|hows|why|who|which|when|where)"
_ASKING = re.compile(rf"\b{_WH}\b", re.IGNORECASE)
# "what is it and how is it treated": a second question behind a conjunction, of a question word and three words more.
_AND = re.compile(rf"[,;]?\s+(?:and|plus|&)\s+(?:also\s+|then\s+)?(?={_WH}(?:\s+\S+){{3}})", re.IGNORECASE)
# A question mark right before a word ("?bony mets": a doubt) ends nothing.
_SENTENCE = re.compile(r"(?:[^?]|(?<!\S)\?+(?=\w))+\?*|\?+")
_SOCIAL = re.compile(
    r"(?:(?:hi+|hello|hey+|hiya|good (?:morning|afternoon|evening|day)|greetings|thanks|thank you|thx|ty|cheers|ok|"
    r"okay|great|lovely|right|sorry)(?: there| again| all| very much| so much| a lot| dear| doctor| doc| mate| love)*"
    rf"(?:[\s,.!;:-]*[,.!;:-]+\s*|\s+(?=(?:and\s+|so\s+|but\s+|now\s+)?{_WH}\b)))+(?:and\s+|so\s+|but\s+|now\s+)?",
    re.IGNORECASE,
)


def split_questions(text: str) -> list[str]:
    """The message's questions, each with the statements before it, without the greeting or thanks in front; the whole
    message when it has no two.

    >>> split_questions("I have bone mets. What is denosumab? How is it found? Thanks")
    ['I have bone mets. What is denosumab?', 'How is it found? Thanks']
    >>> split_questions("hi, what is it and how is it treated")
    ['what is it', 'how is it treated']
    """
    text = _without_greeting(text)
    parts: list[str] = []
    for piece in (clause for sentence in _SENTENCE.findall(text) for clause in _clauses(sentence)):
        asks = (piece.endswith("?") or _ASKING.match(piece)) and len(re.findall(r"\w+", piece)) >= FEWEST_WORDS
        if parts and (not asks or len(parts) == MOST):
            parts[-1] = f"{parts[-1]} {piece}"
        elif piece:
            parts.append(piece)
    return parts if len(parts) > 1 else [text]


def _clauses(sentence: str) -> list[str]:
    """The sentence, cut before "and how ..." where what stands before it asks something too."""
    clauses: list[str] = []
    start = 0
    for cut in _AND.finditer(sentence):
        before = sentence[start : cut.start()]
        if _ASKING.search(before) and len(re.findall(r"\w+", before)) >= FEWEST_WORDS:
            clauses.append(before.strip())
            start = cut.end()
    return [*clauses, sentence[start:].strip()]


def _without_greeting(text: str) -> str:
    """The text without the greeting or thanks before a question; the whole text where nothing much would be left."""
    social = _SOCIAL.match(text)
    rest = text[social.end() :] if social else text
    return rest if len(re.findall(r"\w+", rest)) >= FEWEST_WORDS else text
