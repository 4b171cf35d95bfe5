"""Several questions in one message: where one ends and the next begins."""

from __future__ import annotations

import re

#: Questions of one message that are answered; what goes beyond is read with the last of them.
MOST = 3
#: A shorter one ("really?", "or not?") belongs to the question before it.
FEWEST_WORDS = 3


def split_questions(text: str) -> list[str]:
    """The message's questions, each with the statements before it; the whole message when it has no two.

    >>> split_questions("I have bone mets. What is denosumab? How is it found? Thanks")
    ['I have bone mets. What is denosumab?', 'How is it found? Thanks']
    """
    parts: list[str] = []
    for piece in re.findall(r"[^?]*\?+|[^?]+$", text):
        piece = piece.strip()
        asks = piece.endswith("?") and len(re.findall(r"\w+", piece)) >= FEWEST_WORDS
        if parts and (not asks or len(parts) == MOST):
            parts[-1] = f"{parts[-1]} {piece}"
        elif piece:
            parts.append(piece)
    return parts if len(parts) > 1 else [text]
