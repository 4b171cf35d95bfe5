"""Several questions in one message: where one ends and the next begins, and what is only a greeting before them.

Whatever is in doubt stays one question: a wrong cut hurts more than a missed one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from marrow.answering.heard import heard

#: Questions of one message that are answered; of more, `asks_too_much` tells.
MOST = 3
#: A shorter one ("really?", "or not?") belongs to the question before it.
FEWEST_WORDS = 3

_WH = r"(?:what|whats|how|hows|why|who|which|when|where)"
_AUX = r"(?:is|are|was|were|am|do|does|did|can|could|will|would|should|shall|has|have|had|may|might|must)"
# What a clause begins with that tells and does not ask: "how long it takes", "what the doctor said".
_SUBJECT = (
    r"(?:it|they|i|you|he|she|we|this|that|these|those|there|the|an?|my|his|her|our|their|your|people|someone|anyone)"
)
# A question by its word order: question word, verb ("how long does it take", "what causes it"), or "what about".
_WH_ASKS = (
    rf"(?:{_WH}\s+(?:(?!(?:{_SUBJECT}|to|if)\b)[\w'-]+\s+){{0,3}}?{_AUX}(?:n't)?\b|(?:what|how)\s+about\b|"
    rf"(?:whats|hows|(?:what|how|who|when|where)'s)\b|(?:what|who|which)\s+(?:causes|happens|helps|makes|gets|triggers)\b|"
    rf"(?:what|which)\s+(?!(?:{_SUBJECT})\b)(?:[\w'-]+\s+){{1,2}}(?:cause|spread|go|get|metastasi[sz]e)\b)"
)
_AUX_ASKS = (
    rf"(?:(?!ha[sd]|have){_AUX}(?:n't)?\s+{_SUBJECT}\b|(?:has|have|had)(?:n't)?\s+(?:it|they|i|you|he|she|we|that)\b)"
)
_REQUEST = (
    r"(?:(?:can|could|would|will)\s+you(?:\s+please)?\s+|please\s+|i(?:'d|\s+would)\s+like\s+you\s+to\s+)?"
    r"(?:tell|explain|show)\b|(?:i\s+(?:want|need)|i(?:'d|\s+would)\s+like)\s+to\s+(?:know|understand)\b|do\s+you\s+know\b"
)
_LEAD = r"(?:^|[.!;:,(]\s*)(?:(?:and|so|but|also|ok|okay|please|then|well|now)\s+)*"
# After a comma, "which is" and "who has" tell more of something.
_TELLS_MORE = rf"(?:(?:which|who|whose)\s+{_AUX}\b|who\s)"
# "had a scan last week" and "hasn't happened yet" ask nothing: without its subject, only these begin a question.
_INVERTED = (
    rf"(?:{_AUX_ASKS}|(?:is|are|was|were|does|did|can|could|will|would|should)\s+"
    r"(?!(?:not|barely|hardly|only|just|never)\b)\w)"
)
_ASKS = re.compile(
    rf"{_LEAD}(?:(?<!,)(?<!, )(?:{_WH_ASKS}|{_INVERTED})|(?!{_TELLS_MORE})(?:{_WH_ASKS}|{_AUX_ASKS}))", re.IGNORECASE
)
_REQUESTS = re.compile(rf"{_LEAD}(?:{_REQUEST})", re.IGNORECASE)
#: What a clause begins with that asks for something.
ASKS_FOR = re.compile(rf"\s*(?:{_WH_ASKS}|{_REQUEST}|more\s+(?:about|on)\b|{_INVERTED})", re.IGNORECASE)
_WITHIN = re.compile(rf"\s(?:{_WH}|if|whether)\b", re.IGNORECASE)

_JOINT = re.compile(
    r"[,.;]?\s+(?P<and>and|plus|&)\s+(?:also\s+|then\s+)?|(?P<mark>[,.;])+\s+(?:(?:also|then|so|but)\s+)?",
    re.IGNORECASE,
)
_WH_FIRST = re.compile(rf"{_WH_ASKS}", re.IGNORECASE)
_WH_AFTER_COMMA = re.compile(rf"(?!{_TELLS_MORE}){_WH_ASKS}", re.IGNORECASE)
# "and should I worry?" asks of what was asked before it; "and can you" asks for it in other words.
_AUX_FIRST = re.compile(
    rf"(?!\w+(?:n't)?\s+(?:you\b|an?\b|i\s+(?:be\s+)?(?:worr|concern))|do\s+(?:the|my|his|her|our|their|this|that)\b)"
    rf"{_AUX_ASKS}",
    re.IGNORECASE,
)
# "and how it is treated", as learners put it and as it stands after "tell me".
_WH_TELLS = re.compile(r"(?:how|why|what)\s+(?:it|they|this|that|the)\b", re.IGNORECASE)

# A question mark right before a word ("?bony mets": a doubt) ends nothing.
_SENTENCE = re.compile(r"(?:[^?]|(?<!\S)\?+(?=\w))+\?*|\?+")
_NUMBER = re.compile(r"(?:(?<=\s)|^)\(?([1-9a-f])[.)]\s*(?=\D)", re.IGNORECASE)
_ORDERS = ("123456789", "abcdef")
# "Symptoms, tests and treatment, please": names of parts of an article, and nothing else.
_LIST = re.compile(r"\s*(?:[,;/&+]|\band\b|\bplus\b)(?:\s*(?:and\b|the\b))?\s*", re.IGNORECASE)
_LIST_ENDS = re.compile(
    r"^(?:(?:please|hi|hello|tell me|show me|list|i want|i need|give me|about|on|the|its)\b[\s,]*)+"
    r"|[\s,]*\b(?:please|thanks|thank you)\W*$|[.?!]+$",
    re.IGNORECASE,
)
# One word or two with a question mark that ask nothing of their own.
_BELONGS = re.compile(
    r"\W*(?:(?:or|and|is|are|do|does|can|no|not|yes|yeah|ok|okay|right|true|really|seriously|honestly|correct|huh|eh|"
    r"please|pls|thanks|anyone|anybody|sorry|hello|hi|why|how|what|when|where|who|which|so|then|it|that|this|maybe|"
    r"else|come|much|long|bad|good|any|ideas?|advice|thoughts|me|you|i)\b\W*)+",
    re.IGNORECASE,
)

#: Words up to which they are a remark beside a talk about something else.
REMARK = 9
_WANTS = re.compile(
    r"\b(?:want|need|like|love|wonder\w*|know|ask\w*|tell|please|pls|looking|help|hope)\b", re.IGNORECASE
)

_WORTH = (
    r"(?:thanks|thank|thx|ty|cheers|great|good|nice|lovely|helpful|useful|brilliant|perfect|amazing|excellent|awesome|"
    r"fantastic|wonderful|clear|kind|helps|helped|appreciated?|super|love)"
)
_BESIDE = (
    r"(?:you|your|you're|youre|u|that|that's|thats|this|it|it's|its|was|is|are|were|been|has|i|really|very|so|"
    r"too|much|most|a|an|lot|lots|the|for|of|all|again|me|answers?|info|information|explanation|reply|response|job|work|"
    r"bot|help|well|done|wow|oh|ok|okay|such|pretty|quite|actually|one)"
)
# "Forget me. What are the symptoms?": what is to be deleted is said before what is asked.
_FORGET = re.compile(
    r"(?:please\s+|ok\s+|now\s+|(?:can|could|would)\s+you\s+(?:please\s+)?)?(?:forget\s+(?:me|about\s+me|everything|all\b)"
    r"|(?:delete|erase|wipe|remove)\s+(?:me|my|this|everything|all|the\s+(?:chat|conversation))\b)[^.!?;]*[.!?;]+\s*",
    re.IGNORECASE,
)
_NEXT = r"(?:and\s+|so\s+|but\s+|now\s+)?"
_SOCIAL = re.compile(
    r"(?:(?:hi+|hello|hey+|hiya|good (?:morning|afternoon|evening|day)|greetings|thanks|thank you|thx|ty|cheers|ok|"
    r"okay|great|lovely|right|sorry)(?: there| again| all| very much| so much| a lot| dear| doctor| doc| mate| love)*"
    rf"(?:[\s,.!;:-]*[,.!;:-]+\s*|\s+(?=(?:and\s+|so\s+|but\s+|now\s+)?{_WH}\b)))+{_NEXT}",
    re.IGNORECASE,
)
# "that was really helpful, ": words of praise and thanks, nothing else, before what asks.
_PRAISE = re.compile(
    rf"(?=(?:{_BESIDE}[\s,]+)*{_WORTH}\b)(?:(?:{_WORTH}|{_BESIDE})(?:\s*[,.!;:-]+\s*|\s+))+?(?:and|so|but|now)?\s*"
    rf"(?=(?!what\s+an?\b){_WH_ASKS}|(?<=[,.!;:-]\s)(?:{_REQUEST}|{_INVERTED}))",
    re.IGNORECASE,
)


def split_questions(text: str, parts: Mapping[str, str] | None = None) -> list[str]:
    """The message's questions, three at most, each with the statements before it, without the greeting or thanks in
    front; the whole message when it has no two. `parts` are names that ask for a part of an article, and its kind.

    >>> split_questions("I have bone mets. What is denosumab? How is it found? Thanks")
    ['I have bone mets. What is denosumab?', 'How is it found? Thanks']
    >>> split_questions("hi, is it painful and how is it treated")
    ['is it painful', 'how is it treated']
    """
    return _questions(text, parts or {})[:MOST]


def asks_too_much(text: str, parts: Mapping[str, str] | None = None) -> bool:
    """Whether a message has more questions than `split_questions` gives."""
    return len(_questions(text, parts or {})) > MOST


def tells(text: str, most: int = REMARK) -> bool:
    """Whether a message of so many words at most tells of somebody and asks for nothing.

    >>> tells("he is 8"), tells("my brother is 8, how do I tell him"), tells("I need a recipe")
    (True, False, False)
    """
    asks = "?" in text or _ASKS.search(text) or _WITHIN.search(text) or _WANTS.search(text)
    return _words(text) <= most and heard("tells_of", text) and not asks


def _questions(text: str, names: Mapping[str, str]) -> list[str]:
    text = _without_social(text)
    if (forget := _FORGET.match(text)) and _words(rest := text[forget.end() :]) >= FEWEST_WORDS:
        return [forget[0].strip(), *_questions(rest, names)]
    if several := _numbered(text, names) or _listed(text, names):
        return several
    sentences = [s.strip() for s in _SENTENCE.findall(text) if s.strip()]
    alone = _single_words(sentences)
    parts: list[str] = []
    for index, sentence in enumerate(sentences):
        clauses = _clauses(sentence)
        for piece in clauses:
            own = piece is not clauses[0] or piece.endswith("?") or _ASKS.match(piece)
            asks = index in alone or (own and _words(piece) >= FEWEST_WORDS)
            if parts and not asks:
                parts[-1] = f"{parts[-1]} {piece}"
            elif piece:
                parts.append(piece)
    return parts if len(parts) > 1 else [text]


def _words(text: str) -> int:
    return len(re.findall(r"\w+", text))


def _numbered(text: str, names: Mapping[str, str]) -> list[str]:
    """The questions of "1. what is it 2. treatment", else none: a list of drugs is no list of questions."""
    marks = list(_NUMBER.finditer(text))
    if len(marks) < 2 or not any(order.startswith("".join(m[1].lower() for m in marks)) for order in _ORDERS):
        return []
    ends = [m.start() for m in marks[1:]] + [len(text)]
    items = [text[m.end() : end].strip(" ,;") for m, end in zip(marks, ends, strict=True)]
    asked = (i.endswith("?") or _ASKS.match(i) or _REQUESTS.match(i) or i.strip(" .!").lower() in names for i in items)
    if not all(asked):
        return []
    before = text[: marks[0].start()].strip()
    return [f"{before} {items[0]}".strip(), *items[1:]]


def _listed(text: str, names: Mapping[str, str]) -> list[str]:
    """The names of "symptoms, tests and treatment, please", else none: "signs and symptoms" are one thing."""
    items = [item.lower() for item in _LIST.split(_LIST_ENDS.sub("", _LIST_ENDS.sub("", text.strip()))) if item]
    return items if len({names.get(item, item) for item in items}) > 1 and all(i in names for i in items) else []


def _single_words(sentences: list[str]) -> set[int]:
    """Which of the sentences are questions of a word or two ("Symptoms? Treatment?"): two in a row at least."""
    short = [s.endswith("?") and 0 < _words(s) < FEWEST_WORDS and not _BELONGS.fullmatch(s) for s in sentences]
    runs = {i for i, is_short in enumerate(short) if is_short and any(short[max(0, i - 1) : i] + short[i + 1 : i + 2])}
    # "Which is it? Benign? Malignant?" are readings of one question.
    first = min(runs, default=0)
    readings = first > 0 and not re.match(r"(?:whats?|what's|tell|how)\b", sentences[first - 1], re.IGNORECASE)
    return set() if readings else runs


def _clauses(sentence: str) -> list[str]:
    """The sentence, cut before what asks once more, where what stands before it asks something too."""
    clauses: list[str] = []
    start = 0
    for joint in _JOINT.finditer(sentence):
        before, rest = sentence[start : joint.start()], sentence[joint.end() :]
        if min(_words(before), _words(rest)) >= FEWEST_WORDS and _is_cut(before, joint, rest):
            clauses.append(before.strip())
            start = joint.end()
    return [*clauses, sentence[start:].strip()]


def _is_cut(before: str, joint: re.Match[str], rest: str) -> bool:
    requests, asks = _REQUESTS.search(before), _ASKS.search(before)
    if not (requests or asks):
        return False
    # "How do I know what is normal and what is not": what follows may belong to the clause within.
    if asks and not requests and _WITHIN.search(before[asks.end() :]):
        return False
    if joint["mark"] == ",":
        return bool(_WH_AFTER_COMMA.match(rest))
    if _WH_FIRST.match(rest) or _AUX_FIRST.match(rest):
        return True
    return bool(joint["and"] and _WITHIN.search(before if requests else f" {before}") and _WH_TELLS.match(rest))


def _without_social(text: str) -> str:
    """The text without greeting, thanks or praise before a question; the whole text where nothing much is left."""
    rest = text
    for pattern in (_PRAISE, _SOCIAL, _PRAISE):
        if social := pattern.match(rest):
            rest = rest[social.end() :]
    return rest if _words(rest) >= FEWEST_WORDS else text
