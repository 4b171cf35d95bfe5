"""Finds a person in an emergency, in the present, from the words alone: no model, no store, no dialogue engine.

All knowledge is in `data/safety/red_flags.yml`, which explains its notation. The way of a text through this file:

    text -> words -> units -> sentences -> signs (spaCy's Matcher) -> is it said of a person, now? -> Alarm

A unit is a known word or phrase; whatever else a person wrote becomes one and the same blank unit, so that no text of
theirs ever enters spaCy's vocabulary.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, permutations, product
from pathlib import Path
from typing import Any, Final

import spacy
import yaml
from rapidfuzz.distance import OSA
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from marrow.content.placed import PlacedYaml, read_text
from marrow.errors import DataError
from marrow.safety.hygiene import MAX_BODY_BYTES, normalise

KINDS: Final = ("spine", "fracture", "calcium", "infection", "general", "crisis")
"""The emergencies that are told apart, each with its own wording in `data/safety/emergency.yml`."""


@dataclass(frozen=True)
class Alarm:
    """An emergency that someone describes.

    `kind` is one of KINDS; `sign` the id of the sign in the data file; `carer` whether it happens to someone else
    than the writer; `language` the language it is told in ("en", "es").
    """

    kind: str
    sign: str
    carer: bool
    language: str
    again: int = 0

    def told(self) -> str:
        """What the next message's turn is told of it: kind, whose it is, language, and how often it was told again if
        it was ("crisis self en", "spine carer en 1")."""
        told = f"{self.kind} {'carer' if self.carer else 'self'} {self.language}"
        return f"{told} {self.again}" if self.again else told

    @classmethod
    def retold(cls, told: str) -> Alarm | None:
        """The alarm by what `told` said of it; None for anything else."""
        parts = [*told.split(" "), "0"] if told.count(" ") == 2 else told.split(" ")
        if len(parts) != 4 or parts[1] not in ("self", "carer") or not parts[2] or not parts[3].isdecimal():
            return None
        kind, who, language, again = parts
        return cls(kind, "", who == "carer", language, int(again))


class RedFlags:
    """All signs of all languages. Immutable after `load`; one object serves all threads."""

    def __init__(self, characters: _Characters, languages: Sequence[_Language]) -> None:
        self._characters = characters
        self._languages = tuple(languages)

    @classmethod
    def load(cls, directory: Path) -> RedFlags:
        """Read `red_flags.yml` in a directory. Raises DataError, which names the line, when it cannot be used."""
        return cls(*_Reader(PlacedYaml(read_text(directory / "red_flags.yml"))).read())

    def find(self, text: str) -> Alarm | None:
        """The gravest emergency that a text describes, None if it describes none.

        Takes any `str`, normalised or not, reads its first 16 K characters and raises nothing. The order of the signs
        in the data file is the order of gravity; languages are tried in the order of the file, one that a text is
        plainly written in before the others.
        """
        words = self._characters.words(normalise(text[:MAX_BODY_BYTES])[:MAX_BODY_BYTES])
        languages = sorted(self._languages, key=lambda language: not language.claims(words))
        return next((alarm for language in languages if (alarm := language.find(words))), None)

    def suspect(self, text: str) -> Alarm:
        """What the emergency is about that a text is known to tell, although `find` may find none in it.

        A sign counts even if words beside it say that it is none now. Kind "general" and an empty sign where there is
        none; the carer is told by who was named last. Reads as much as `find` does, and raises nothing.
        """
        words = self._characters.words(normalise(text[:MAX_BODY_BYTES])[:MAX_BODY_BYTES])
        return self._languages[0].suspect(words)

    def language(self, text: str) -> str | None:
        """The language that a text is plainly written in, of those that have hints; None: English or unclear."""
        text = normalise(text)
        words = list(filter(str.isalpha, self._characters.words(text)))
        for language in self._languages:
            others = [other for other in self._languages if other is not language]
            if language.owns(text, words, others):
                return language.code
        return None


# --- from text to units -----------------------------------------------------------------------------------------------

_STOP, _ASK, _COMMA = ".", "?", ","
_START, _END, _BLANK = "^", "$", "_"
_MARKS: Final = frozenset((_STOP, _ASK, _COMMA))

# "c a n t", "n.u.m.b": three or more letters standing alone are one word.
_SPACED: Final = re.compile(r"(?<![\w'])(?:[^\W\d_][ .\-_*~/]{1,3}){2,}[^\W\d_](?!\w)")
# "He's. Not. Waking. Up.": three stops or more after single words end nothing.
_STACCATO: Final = re.compile(r"(?:^|(?<=[.!?]\s))(?:[\w']+[.!]\s+){2,}[\w']+(?=[.!]|\s*$)")
_QUOTES: Final = re.compile(r"'{2,}")
_TOKEN: Final = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)?)(?=[°cfx]?(?:\W|$)|deg)"
    r"|(?P<word>[^\W_][\w@$*]*(?:[!|'](?=\w)[\w@$*]+)*|[@$][\w@$*]*[^\W_][\w@$*]*)"
    r"|(?P<pause>\.{2,}|[,:()\[\]]| -+ |[–—])"
    r"|(?P<ask>[.!]*\?[.!?]*)"
    r"|(?P<stop>[.!;。！]+)"
)
# What stays of a contraction when it is taken apart: "she's" is "she s", "I'll" is "i will"; "can't" is one word.
_CONTRACTED: Final = {"m": "am", "re": "are", "ll": "will", "ve": "have", "d": "would", "s": "s"}
_LONGEST_WORD: Final = 24  # longer ones can only be several words run together
_LONGEST_GLUED: Final = 240
_DOUBTS: Final = 12  # readings of a text whose slips may have meant several words
_LONG: Final = 250  # words from which on only the likeliest reading is taken


@dataclass(frozen=True)
class _Characters:
    """Data about characters: those that look like a letter, those that stand for one, and when a number is a fever."""

    lookalikes: Mapping[int, str]
    leet: Mapping[int, str]
    fevers: tuple[tuple[float, float], ...]

    def words(self, text: str) -> list[str]:
        """Words in lower case without accents and apostrophes, and marks where sentences and clauses end."""
        text = _QUOTES.sub("'", text.lower()).translate(self.lookalikes)
        if not text.isascii():
            text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        text = _SPACED.sub(lambda run: "".join(filter(str.isalpha, run[0])), text)
        text = _STACCATO.sub(lambda run: re.sub(r"[.!]\s", " ", run[0]), text)
        found: list[str] = []
        for token in _TOKEN.finditer(text):
            if token["word"]:
                found += self._word(token["word"])
            elif token["number"]:
                found.append(self._number(token["number"]))
            else:
                found.append(_COMMA if token["pause"] else _ASK if token["ask"] else _STOP)
        return found

    def _word(self, word: str) -> Iterator[str]:
        if "'" in word:
            base, _, rest = word.rpartition("'")
            if rest in _CONTRACTED:
                yield from (base.replace("'", ""), _CONTRACTED[rest])
                return
            word = word.replace("'", "")
        if word.isalpha():
            yield word
        elif len(decoded := word.translate(self.leet)) > 2 and decoded.isalpha() and not word[:2].isdigit():
            yield decoded
        else:
            yield from re.findall(r"[^\W\d_]+", word)

    def _number(self, number: str) -> str:
        value = float(number.replace(",", ".")[:12])
        if any(low <= value <= high for low, high in self.fevers):
            return "<warm>" if number.isdigit() else "<hot>"
        return "<year>" if 1900 <= value < 2100 else "<many>" if value >= 10 else "<number>" if value >= 4 else "<few>"


class _Trie:
    """Runs of words that stand for something else: the longest one that begins at a place wins."""

    def __init__(self) -> None:
        self._runs: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}

    def add(self, run: Sequence[str], stands_for: Sequence[str]) -> None:
        """From now on `run` is replaced by `stands_for`, unless it is known already."""
        runs = self._runs.setdefault(run[0], [])
        if all(tuple(run) != known for known, _ in runs):
            runs.append((tuple(run), tuple(stands_for)))
            runs.sort(key=lambda entry: -len(entry[0]))

    def within(self, words: Sequence[str]) -> Iterator[str]:
        """What each run of the words stands for, overlapping ones too."""
        for at, word in enumerate(words):
            for run, stands_for in self._runs.get(word, ()):
                if tuple(words[at : at + len(run)]) == run:
                    yield from stands_for

    def replace(self, words: Sequence[str]) -> tuple[list[str], list[int]]:
        """What the words become, and for each part of it where in `words` it begins; then the number of words."""
        found: list[str] = []
        starts: list[int] = []
        at = 0
        while at < len(words):
            run, stands_for = next(
                (entry for entry in self._runs.get(words[at], ()) if tuple(words[at : at + len(entry[0])]) == entry[0]),
                ((words[at],), (words[at],)),
            )
            found += stands_for
            starts += [at] * len(stands_for)
            at += len(run)
        return found, [*starts, at]


@dataclass(frozen=True)
class _Lexicon:
    """The words of a language: `rewrites` are other spellings, `phrases` all runs of words that make one unit."""

    rewrites: _Trie
    phrases: _Trie
    speller: _Speller
    units: frozenset[str]

    def spelled(self, words: Sequence[str]) -> Iterator[list[str]]:
        """The words as the lexicon spells them, the blank unit for those it does not know.

        More than once where a slip may have meant either of two words.
        """
        meant = {word: self.speller.meant(word) for word in words if word not in _MARKS and word[0] != "<"}
        doubtful = [word for word, ways in meant.items() if len(ways) > 1]
        for choice in islice(product(*(meant[word] for word in doubtful)), _DOUBTS if len(words) < _LONG else 1):
            chosen = dict(zip(doubtful, choice, strict=True))
            found = [part for word in words for part in chosen.get(word) or meant.get(word, [(word,)])[0]]
            replaced, _ = self.rewrites.replace(found)
            yield [word if word in self.units or word in _MARKS else _BLANK for word in replaced]


class _Speller:
    """Finds the word someone meant: letters held down, one or two slips in a long word, words run together.

    `known` words are right as they are. `targets`, the words that signs are made of, are preferred to `plain` ones. Of
    words shorter than three letters only `short` ones may have been run together with others.
    """

    def __init__(
        self,
        known: Iterable[str],
        plain: Iterable[str],
        targets: Iterable[str],
        possessors: Iterable[str],
        short: Iterable[str],
    ) -> None:
        self._known, self._plain, self._targets = frozenset(known), frozenset(plain), frozenset(targets)
        self._possessors, self._short = frozenset(possessors), frozenset(short)
        self._squeezed: dict[str, str] = {}
        self._slips: dict[str, list[str]] = {}
        for word in [*sorted(self._targets), *sorted(self._plain - self._targets)]:
            if len(word) > 2:
                self._squeezed.setdefault(_squeeze(word), word)
            if len(word) > (3 if word in self._targets else 4):
                for shorter in _shortened(word, _slips_allowed(word)):
                    self._slips.setdefault(shorter, []).append(word)

    def meant(self, word: str) -> list[tuple[str, ...]]:
        """The known words that an unknown one may be, the likeliest first; itself if there are none."""
        if word in self._known:
            return [(word,)]
        if len(word) > _LONGEST_WORD:
            return self._apart(_squeeze(word, 2)) or [(word,)]
        if word[-1] == "s" and word[:-1] in self._possessors:
            return [(word[:-1], "s")]
        held = self._squeezed.get(_squeeze(word))
        near = self._near(word) or self._near(_squeeze(word, 2))
        ways: list[tuple[str, ...]] = [(held,)] if held else []
        ways += [(candidate,) for slips, _, candidate in near if slips == 1 and candidate != held]
        ways += self._apart(word)
        return ways or [(candidate,) for _, _, candidate in near] or [(word,)]

    def _near(self, word: str) -> list[tuple[int, bool, str]]:
        """The words that are the fewest slips away, with the number of slips: those of signs first."""
        found: set[tuple[int, bool, str]] = set()
        if len(word) < 3:
            return []
        for shorter in _shortened(word, _slips_allowed(word)):
            for candidate in self._slips.get(shorter, ()):
                allowed = min(_slips_allowed(word), _slips_allowed(candidate))
                distance = OSA.distance(word, candidate, score_cutoff=allowed)
                other_start = word[0] != candidate[0]
                if distance > allowed or (other_start and (distance > 1 or min(len(word), len(candidate)) < 5)):
                    continue
                found.add((distance, candidate not in self._targets, candidate))
        fewest = min((slips for slips, _, _ in found), default=0)
        return sorted(near for near in found if near[0] == fewest)

    def _apart(self, word: str) -> list[tuple[str, ...]]:
        """The ways to cut a run of words without blanks into the fewest known words; none if there is a rest."""
        if not 4 < len(word) <= _LONGEST_GLUED:
            return []
        best: list[list[tuple[str, ...]]] = [[()]]
        for end in range(1, len(word) + 1):
            ways = [
                (*before, piece)
                for start in range(max(0, end - 14), end)
                if best[start] and (piece := word[start:end]) in self._known
                for before in best[start]
                if len(piece) > 2 or piece in self._short or (piece == "s" and self._may_own(before, end == len(word)))
            ]
            fewest = min(map(len, ways), default=0)
            best.append([way for way in ways if len(way) == fewest][:2])
        return [way for way in best[-1] if len(way) * 2 <= len(word) and self._worth(way)]

    def _may_own(self, before: tuple[str, ...], last: bool) -> bool:
        return bool(before) and (last or before[-1] in self._possessors)

    def _worth(self, way: tuple[str, ...]) -> bool:
        return (not self._targets.isdisjoint(way) and max(map(len, way)) > 3) or len(way) == 2


def _squeeze(word: str, most: int = 1) -> str:
    return "".join(letter * min(most, len(list(run))) for letter, run in groupby(word))


def _slips_allowed(word: str) -> int:
    return 1 if len(word) < 7 else 2


def _shortened(word: str, most: int) -> set[str]:
    """The word and what is left of it when up to `most` letters are taken away."""
    found = layer = {word}
    for _ in range(most):
        layer = {w[:i] + w[i + 1 :] for w in layer for i in range(len(w))}
        found = found | layer
    return found


# --- from units to signs ----------------------------------------------------------------------------------------------

_CHUNK, _OVERLAP = 100, 30  # words


@dataclass(frozen=True)
class _Pattern:
    """One way to put something: spaCy token patterns, and for each unit it cannot do without, the units that serve."""

    tokens: tuple[dict[str, Any], ...]
    needs: tuple[frozenset[str], ...]
    units: frozenset[str]


@dataclass(frozen=True)
class _Sign:
    """A sign of an emergency, as its entry in the data file says it."""

    id: str
    kind: str
    patterns: tuple[_Pattern, ...]
    with_units: frozenset[str]
    alone: bool
    anyone: bool
    about_me: bool


class _Needs:
    """Gives each set of units that some pattern cannot do without a bit, so that one comparison rules a pattern out."""

    def __init__(self) -> None:
        self._bits: dict[frozenset[str], int] = {}
        self._of_unit: dict[str, int] = {}

    def mask(self, pattern: _Pattern) -> int:
        """The bits of what a pattern needs."""
        mask = 0
        for need in pattern.needs:
            if need not in self._bits:
                self._bits[need] = 1 << len(self._bits)
                for unit in need:
                    self._of_unit[unit] = self._of_unit.get(unit, 0) | self._bits[need]
            mask |= self._bits[need]
        return mask

    def met(self, units: Iterable[str]) -> int:
        """The bits of the needs that units meet."""
        mask = 0
        for unit in units:
            mask |= self._of_unit.get(unit, 0)
        return mask


class _Reading:
    """The words of a sentence as patterns want them tied to phrases: with those they name, and with none."""

    def __init__(self, vocab: Vocab, lexicon: _Lexicon, needs: _Needs, words: Sequence[str]) -> None:
        self.words = words
        self.phrases = frozenset(unit for unit in lexicon.phrases.within(words) if " " in unit)
        self.units = self.phrases.union(words)
        self.met = needs.met(self.units)
        self._vocab = vocab
        self._docs: dict[frozenset[str], tuple[Doc, Sequence[int]]] = {}

    def docs(self, phrases: frozenset[str]) -> Iterator[tuple[Doc, Sequence[int]]]:
        """The sentence with the phrases tied, then untied; with each, the word that each unit starts at."""
        here = phrases & self.phrases
        for tied in (here, frozenset[str]()) if here else (here,):
            if tied not in self._docs:
                trie = _Trie()
                for phrase in sorted(tied):
                    trie.add(phrase.split(), [phrase])
                units, starts = trie.replace(self.words)
                self._docs[tied] = Doc(self._vocab, words=units), starts
            yield self._docs[tied]


class _Finder:
    """Finds named patterns. A pattern ties words to only those phrases that it names, so that others hide no word."""

    def __init__(self, vocab: Vocab, needs: _Needs, patterns: Mapping[str, Sequence[_Pattern]]) -> None:
        self._strings = vocab.strings
        grouped: dict[tuple[str, frozenset[str], int], list[_Pattern]] = {}
        for name, ways in patterns.items():
            for way in ways:
                phrases = frozenset(unit for unit in way.units if " " in unit)
                grouped.setdefault((name, phrases, needs.mask(way)), []).append(way)
        self._ways: list[tuple[int, frozenset[str], Matcher]] = []
        for (name, phrases, mask), group in grouped.items():
            matcher = Matcher(vocab, validate=False)  # _pattern has; spaCy would take half of all the loading for it
            matcher.add(name, [list(way.tokens) for way in group])
            self._ways.append((mask, phrases, matcher))

    def find(self, reading: _Reading) -> Iterator[tuple[str, int, int]]:
        """The names of what is found, and the words where it starts and ends; each may come more than once."""
        met = reading.met
        for mask, phrases, matcher in self._ways:
            if met & mask == mask:
                for doc, starts in reading.docs(phrases):
                    for name, start, end in matcher(doc):
                        yield self._strings[name], starts[start], starts[end]


@dataclass(frozen=True)
class _Context:
    """Words that make a sign no alarm: where they reach, and what nevertheless makes it one."""

    id: str
    patterns: tuple[_Pattern, ...]
    reach: str
    within: int
    own_words: bool
    ends_at: frozenset[str]
    lifted_by: frozenset[str]
    spares: frozenset[str]


@dataclass(frozen=True)
class _Hit:
    """A sign's words: from `start` up to `end`, in words of the sentence."""

    sign: _Sign
    start: int
    end: int


class _Sentence:
    """A sentence and what its words say about the reality of a sign in it. Places are counted in words."""

    def __init__(self, language: _Language, words: Sequence[str], asked: bool) -> None:
        self._language = language
        self._asked = asked
        self.told: frozenset[str] = frozenset()
        self.reading = language.read([_START, *words, _END])
        self._found: dict[str, set[tuple[int, int]]] | None = None
        self._persons = sorted((end, start, who) for who, start, end in language.people.find(self.reading))

    def person(self, before: int = 10**9, since: int = 0) -> str | None:
        """Who was named last between two places."""
        return next((who for end, start, who in reversed(self._persons) if end <= before and start >= since), None)

    def subject(self, hit: _Hit) -> str | None:
        """Whom a sign is about: who was named last before its end, else first after it."""
        known = [(start, who) for end, start, who in self._persons if end <= hit.end]
        if known and hit.sign.about_me and self.reading.words[known[-1][0]] == "me":
            known = [pair for pair in known if pair[1] == "other"] or known
        after = next((who for end, _, who in self._persons if end > hit.end and who != "anyone"), None)
        return known[-1][1] if known else after

    def blocked(self, hit: _Hit, subject: str | None) -> bool:
        """Whether the sign is denied, past, supposed or asked about in general, and so no alarm."""
        turn = max((cut for cut, _ in self._places("ends.turn") if cut <= hit.start), default=0)
        inside = {who for end, start, who in self._persons if hit.start <= start and end <= hit.end}
        if not hit.sign.anyone and inside <= {"anyone"} and self.person(hit.end, since=turn) == "anyone":
            return True
        asks = turn == 0 and bool(self._places("evidence.asks"))
        asked = self._asked and not any(cut > hit.start for cut, _ in self._places("ends.turn"))
        if subject is None and not hit.sign.alone and (asks or asked or self._places("evidence.topic")):
            evidence = ("now", "plainly") if asks else ("now", "here")
            if not self._real(hit, evidence, hit.start - 1):
                return True
        contexts = self._language.contexts
        own = {hit.sign.kind, hit.sign.id}
        return any(
            not own & context.spares
            and (
                self._covers(context, hit)
                or (subject == "other" and context.id in self.told and self._past(context, hit))
            )
            for context in contexts
        )

    def tells(self) -> frozenset[str]:
        """The contexts in it that reach the sentences after it."""
        return self.told.union(c.id for c in self._language.contexts if c.reach == "text" and self._places(c.id))

    def _past(self, context: _Context, hit: _Hit) -> bool:
        return not self._real(hit, context.lifted_by, hit.start - 3)

    def _places(self, name: str) -> set[tuple[int, int]]:
        """Where a context, an evidence or an end of a clause stands."""
        if self._found is None:
            self._found = {}
            for found, start, end in self._language.surroundings.find(self.reading):
                self._found.setdefault(found, set()).add((start, end))
        return self._found.get(name, set())

    def _covers(self, context: _Context, hit: _Hit) -> bool:
        for start, end in self._places(context.id):
            if hit.start <= start and end <= hit.end:
                covered = not context.own_words  # "can't feel" is no denial
            elif context.reach == "after":
                cuts = [cut for name in context.ends_at for cut, _ in self._places(name) if cut >= end]
                covered = start < hit.start < min([*cuts, end + context.within])
            elif context.reach == "before":
                covered = hit.end < end and start - hit.end <= context.within and hit.start <= start
            else:
                covered = max(hit.start - end, start - hit.end) <= context.within
            if covered and not self._real(hit, context.lifted_by, end if context.reach == "after" else hit.start - 3):
                return True
        return False

    def _real(self, hit: _Hit, evidence: Iterable[str], since: int) -> bool:
        """Whether evidence that the sign is real stands after a place, up to the sign's end ("now": in its clause)."""
        for name in evidence:
            low, high = since, hit.end
            if name == "now":
                cuts = [cut for end in ("ends.clause", "ends.turn") for cut, _ in self._places(end)]
                low = max((cut for cut in cuts if cut <= hit.start), default=0)
                high = min((cut for cut in cuts if cut >= hit.end), default=hit.end + _CHUNK)
            if any(low <= start < high for start, _ in self._places(f"evidence.{name}")):
                return True
        return False


@dataclass(frozen=True)
class _Hints:
    """Words that show a language, found by `pattern`; those that others have too; letters and signs it writes with."""

    pattern: re.Pattern[str]
    words: frozenset[str]
    shared: frozenset[str]
    marks: tuple[str, ...]


class _Language:
    """The signs of one language, ready to be looked for."""

    def __init__(
        self,
        code: str,
        hints: _Hints | None,
        lexicon: _Lexicon,
        people: Mapping[str, Sequence[_Pattern]],
        signs: Sequence[_Sign],
        contexts: Sequence[_Context],
        notes: Mapping[str, Sequence[_Pattern]],
    ) -> None:
        self.code, self._hints, self._lexicon, self.contexts = code, hints, lexicon, tuple(contexts)
        self._vocab, self._needs = spacy.blank("en").vocab, _Needs()
        self.people = self._finder(people)
        self.surroundings = self._finder({context.id: context.patterns for context in contexts} | dict(notes))
        self._signs = [(sign, self._finder({sign.id: sign.patterns})) for sign in signs]

    def _finder(self, patterns: Mapping[str, Sequence[_Pattern]]) -> _Finder:
        return _Finder(self._vocab, self._needs, patterns)

    def read(self, words: Sequence[str]) -> _Reading:
        """The words of a sentence, ready for this language's finders."""
        return _Reading(self._vocab, self._lexicon, self._needs, words)

    def claims(self, words: Sequence[str]) -> bool:
        """Whether so many words are its own that it is looked at before the others."""
        return self._hints is not None and sum(map(bool, map(self._hints.pattern.search, words))) * 3 > len(words)

    def knows(self, word: str) -> bool:
        """Whether a word is in its lists."""
        return word in self._lexicon.units or (self._hints is not None and word in self._hints.words)

    def owns(self, text: str, words: Sequence[str], others: Sequence[_Language]) -> bool:
        """Whether a text is plainly its own: two of its hints that no other language knows, or one and a mark of its
        writing, and no more words that only others know than its own."""
        if self._hints is None:
            return False
        strange = [word for word in words if any(other.knows(word) for other in others)]
        shown = {word for word in words if word in self._hints.words - self._hints.shared} - set(strange)
        marked = any(mark in text.lower() for mark in self._hints.marks)
        own = sum(map(self.knows, words))
        return bool(shown) and len(shown) + marked > 1 and own > sum(not self.knows(word) for word in strange)

    def find(self, words: Sequence[str]) -> Alarm | None:
        """The gravest alarm in the words of a text."""
        if self._hints and not self._hints.pattern.search(" ".join(words)):
            return None
        return next((alarm for words in self._lexicon.spelled(words) if (alarm := self._find(words))), None)

    def suspect(self, words: Sequence[str]) -> Alarm:
        """The gravest sign in the words of a text, excused or not; "general" and no sign where there is none."""
        spelled = next(self._lexicon.spelled(words))
        people = [_Sentence(self, part, asked).person() for part, asked in _sentences(spelled)]
        last = next((who for who in reversed(people) if who in ("self", "other")), None)
        return self._find(spelled, excused=True) or Alarm("general", "", last == "other", self.code)

    def _find(self, words: Sequence[str], *, excused: bool = False) -> Alarm | None:
        sentences = [_Sentence(self, part, asked) for part, asked in _sentences(words)]
        everywhere = frozenset[str]().union(*(sentence.reading.units for sentence in sentences))
        rank, alarm, last = len(self._signs), None, None
        anybody = next((who for sentence in sentences if (who := sentence.person()) in ("self", "other")), None)
        told = frozenset[str]()
        for sentence in sentences:
            sentence.told = told
            for number, (sign, finder) in enumerate(self._signs[:rank]):
                if sign.with_units and not sign.with_units & everywhere:
                    continue
                if found := self._alarm(sentence, sign, finder, last or anybody, excused):
                    rank, alarm = number, found
                    break
            last = sentence.person() or last
            told = sentence.tells()
        return alarm

    def _alarm(
        self, sentence: _Sentence, sign: _Sign, finder: _Finder, last: str | None, excused: bool
    ) -> Alarm | None:
        for _, start, end in finder.find(sentence.reading):
            hit = _Hit(sign, start, end)
            subject = sentence.subject(hit)
            if excused or not sentence.blocked(hit, subject or (last if sign.with_units else None)):
                return Alarm(sign.kind, sign.id, (subject or last) == "other", self.code)
        return None


def _sentences(units: Sequence[str]) -> Iterator[tuple[list[str], bool]]:
    """Sentences without their last mark, and whether it asks; very long ones in overlapping pieces."""
    part: list[str] = []
    for unit in [*units, _STOP]:
        if unit not in (_STOP, _ASK):
            part.append(unit)
            continue
        spoken = any(unit != _COMMA for unit in part)
        for start in range(0, max(1, len(part) - _OVERLAP) if spoken else 0, _CHUNK - _OVERLAP):
            yield part[start : start + _CHUNK], unit == _ASK
        part = []


# --- reading the data file --------------------------------------------------------------------------------------------

_CLASS: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_GAP: Final = re.compile(r"\.\.(\d*)")
_LONGEST_GAP: Final = 12  # spaCy's matcher tries every way to fill a gap: each word more doubles its work
_AND: Final = re.compile(r"&(\d*)")
_REACHES: Final = ("after", "before", "sentence", "text")


class _Reader:
    """Reads `red_flags.yml`; every method raises DataError on the line that is wrong."""

    def __init__(self, document: PlacedYaml) -> None:
        self._document = document

    def read(self) -> tuple[_Characters, list[_Language]]:
        document = self._document
        if document.root is None:
            raise DataError(document.path, None, "the file is empty", "Restore it from the repository")
        top = document.mapping(document.root, "the file", ("fever", "lookalikes", "leet", "languages"))
        fevers = document.mapping(top["fever"], "fever", optional=None).values()
        characters = _Characters(
            self._letters(top["lookalikes"]), self._letters(top["leet"]), tuple(map(self._range, fevers))
        )
        languages = document.mapping(top["languages"], "languages", optional=None)
        return characters, [
            _LanguageReader(document, characters, code, node).read() for code, node in languages.items()
        ]

    def _letters(self, node: yaml.Node) -> dict[int, str]:
        letters = self._document.mapping(node, "the table of letters", optional=None)
        return {
            ord(character): letter if len(letter) == 1 else f" {letter} "
            for letter, characters in letters.items()
            for character in self._document.scalar(characters, "a row of letters").replace(" ", "")
        }

    def _range(self, node: yaml.Node) -> tuple[float, float]:
        text = self._document.scalar(node, "a range of temperatures")
        try:
            low, high = map(float, text.split())
        except ValueError:
            raise self._document.error(node, f"'{text}' is not a range", "Write two numbers, such as 38 43") from None
        return low, high


class _LanguageReader:
    """Reads what the file holds for one language."""

    _PARTS = ("spellings", "plain", "near", "classes", "people", "barrier", "ends", "evidence", "contexts", "signs")
    _MORE = ("hints", "shared", "marks", "variants")

    def __init__(self, document: PlacedYaml, characters: _Characters, code: str, node: yaml.Node) -> None:
        self._document, self._characters, self._code = document, characters, code
        self._parts = document.mapping(node, f"language {code}", self._PARTS, self._MORE)
        self._class_nodes = document.mapping(self._parts["classes"], "classes", optional=None)
        self._classes: dict[str, frozenset[str]] = {}
        self._used: set[str] = set()
        self._rewrites, self._phrases = _Trie(), _Trie()
        self._plain: set[str] = set()  # words of `plain` and `near`: never taken for a slip
        self._spellings: set[str] = set()
        self._keywords: set[str] = set()  # words of classes, patterns and spellings
        self._units: set[str] = set()
        self._variants: dict[str, list[str]] = {}

    def read(self) -> _Language:
        document, parts = self._document, self._parts
        for part in ("plain", "near"):
            self._plain.update(self._words(parts[part]))
        for meant, forms in document.mapping(parts["spellings"], "spellings", optional=None).items():
            for form in document.scalar(forms, f"the spellings of {meant}").split(","):
                run = self._characters.words(form)
                if not run:
                    raise document.error(forms, f"a spelling of '{meant}' has no letters", "Remove it")
                self._rewrites.add(run, meant.split())
                self._keywords.update(run, meant.split())
                self._spellings.update(run[:1] if len(run) == 1 else ())
        if "variants" in parts:
            for word, others in document.mapping(parts["variants"], "variants", optional=None).items():
                self._variants[word] = [word, *self._words(others)]
        for name in self._class_nodes:
            self._class(name, self._parts["classes"], ())
        people = {
            who: self._any(node, document.scalar(node, who))
            for who, node in document.mapping(parts["people"], "people", ("self", "other", "anyone")).items()
        }
        self._barriers = {
            kind: self._any(node, document.scalar(node, "a barrier")) | {_START, _END}
            for kind, node in document.mapping(parts["barrier"], "barrier", ("all",), KINDS).items()
        }
        notes = {
            f"{group}.{name}": self._patterns(node)
            for group in ("ends", "evidence")
            for name, node in document.mapping(parts[group], group, optional=None).items()
        }
        signs = [self._sign(node) for node in document.sequence(parts["signs"], "signs")]
        ids = [sign.id for sign in signs]
        contexts = [self._context(node, notes, ids) for node in document.sequence(parts["contexts"], "contexts")]
        self._check(signs)
        known = self._plain | self._keywords
        used = frozenset[str]().union(*people.values(), *(way.units for sign in signs for way in sign.patterns))
        targets = {word for unit in used for word in unit.split()} - self._plain | self._spellings
        plain = self._words(parts["plain"])
        speller = _Speller(known, self._keywords.union(plain), targets, people["other"], plain)
        lexicon = _Lexicon(self._rewrites, self._phrases, speller, frozenset(self._units | known))
        hints = self._hints(parts) if "hints" in parts else None
        persons = {
            who: [_Pattern(({"ORTH": {"IN": sorted(units)}},), (units,), units)] for who, units in people.items()
        }
        return _Language(self._code, hints, lexicon, persons, signs, contexts, notes)

    def _check(self, signs: Sequence[_Sign]) -> None:
        for name in self._class_nodes:
            if name not in self._used:
                raise self._document.error(
                    self._class_nodes[name], f"nothing uses the class {name}", "Use it or remove it"
                )
        ids = [sign.id for sign in signs]
        for id in ids:
            if ids.count(id) > 1:
                raise self._document.error(self._parts["signs"], f"two signs are called {id}", "Give each its own id")

    def _words(self, node: yaml.Node) -> list[str]:
        return self._characters.words(self._document.scalar(node, "a list of words"))

    def _hints(self, parts: Mapping[str, yaml.Node]) -> _Hints:
        """Words that show the language; a long one does so within another word too."""
        words = self._words(parts["hints"])
        return _Hints(
            re.compile("|".join(word if len(word) > 4 else rf"\b{word}\b" for word in words)),
            frozenset(words),
            frozenset(self._words(parts["shared"]) if "shared" in parts else ()),
            tuple(self._document.scalar(parts["marks"], "marks").split() if "marks" in parts else ()),
        )

    def _listed(self, node: yaml.Node, text: str) -> set[str]:
        """The units of a word or a phrase as the data file writes it: one for each variant of its first word."""
        if text[:1] == "<" or text in (_START, _END, _COMMA, _BLANK):
            self._units.add(text)
            return {text}
        run, _ = self._rewrites.replace(self._characters.words(text))
        if not run or _BLANK in run:
            raise self._document.error(
                node, f"'{text}' says nothing", "Remove it here, or from the spellings of nothing"
            )
        units = set()
        for first in self._variants.get(run[0], run[:1]):
            way = run if first == run[0] else self._rewrites.replace([first, *run[1:]])[0]
            unit = " ".join(way)
            if len(way) > 1:
                self._phrases.add(way, [unit])
            self._keywords.update(way)
            units.add(unit)
        self._units |= units
        return units

    def _class(self, name: str, node: yaml.Node, inside: tuple[str, ...]) -> frozenset[str]:
        if name in inside:
            raise self._document.error(node, f"the class {name} contains itself", "Remove it from one of the two lists")
        if name not in self._class_nodes:
            raise self._document.error(
                node, f"there is no class {name}", "Define it under 'classes' or correct the name"
            )
        self._used.update((name,) if inside or node is not self._parts["classes"] else ())
        if name not in self._classes:
            units: set[str] = set()
            entries = self._class_nodes[name]
            for entry in filter(None, map(str.strip, self._document.scalar(entries, f"the class {name}").split(","))):
                if _CLASS.fullmatch(entry):
                    units |= self._class(entry, entries, (*inside, name))
                else:
                    units |= self._listed(entries, entry)
            self._classes[name] = frozenset(units)
        return self._classes[name]

    def _any(self, node: yaml.Node, text: str) -> frozenset[str]:
        """The units that fit "NUMB|WEAK|dead"."""
        units: set[str] = set()
        for name in text.split("|"):
            if _CLASS.fullmatch(name):
                units |= self._class(name, node, ())
            else:
                units |= self._listed(node, name.replace("_", " ") if len(name) > 1 else name)
        return frozenset(units)

    def _patterns(self, node: yaml.Node, kind: str = "all") -> tuple[_Pattern, ...]:
        return tuple(
            pattern
            for child in self._document.sequence(node, "a list of patterns")
            for pattern in self._ways(child, self._document.scalar(child, "a pattern"), kind)
        )

    def _ways(self, node: yaml.Node, text: str, kind: str) -> Iterator[_Pattern]:
        """The patterns of one line: one, or one for each order of the parts that "&" joins."""
        parts: list[list[str]] = [[]]
        gap = 4
        for piece in text.split():
            if found := _AND.fullmatch(piece):
                gap = int(found[1] or gap)
                parts.append([])
            else:
                parts[-1].append(piece)
        if not all(parts) or len(parts) > 3:
            raise self._document.error(node, f"cannot read the pattern '{text}'", "Join two or three parts with &")
        for order in permutations(parts):
            pieces = list(order[0])
            for part in order[1:]:
                pieces += [f"..{gap}", *part]
            yield self._pattern(node, pieces, sorted(self._barriers.get(kind, self._barriers["all"])))

    def _pattern(self, node: yaml.Node, pieces: Sequence[str], barrier: list[str]) -> _Pattern:
        tokens: list[dict[str, Any]] = []
        used: set[str] = set()
        needs: list[frozenset[str]] = []
        literals: list[str] = []

        def flush() -> None:
            for unit in self._rewrites.replace(literals)[0]:
                self._units.add(unit)
                self._keywords.add(unit)
                used.add(unit)
                tokens.append({"ORTH": unit})
                needs.append(frozenset((unit,)))
            literals.clear()

        for piece in pieces:
            if piece.isalpha() and piece.islower():
                literals.append(piece)
                continue
            flush()
            if found := _GAP.fullmatch(piece):
                if (longest := int(found[1] or 3)) > _LONGEST_GAP:
                    raise self._document.error(
                        node, f"a gap of {longest} words takes too long to look for", f"Write ..{_LONGEST_GAP} at most"
                    )
                tokens.append({"ORTH": {"NOT_IN": barrier}, "OP": f"{{0,{longest}}}"})
            elif piece.startswith("!"):
                units = self._any(node, piece[1:])
                used |= units
                tokens.append({"ORTH": {"NOT_IN": sorted(units)}})
            else:
                units = self._any(node, piece.removesuffix("?"))
                used |= units
                tokens.append({"ORTH": {"IN": sorted(units)}} | ({"OP": "?"} if piece.endswith("?") else {}))
                if not piece.endswith("?") and not units & {_START, _END}:
                    needs.append(units)
        flush()
        if not needs:
            raise self._document.error(node, "a pattern fits any text", "Name at least one word in it")
        return _Pattern(tuple(tokens), tuple(needs), frozenset(used))

    def _context(self, node: yaml.Node, notes: Mapping[str, Sequence[_Pattern]], ids: Sequence[str]) -> _Context:
        document = self._document
        fields = document.mapping(
            node,
            "a context",
            ("id", "reach", "patterns"),
            ("note", "within", "own_words", "ends_at", "lifted_by", "spares"),
        )
        reach = document.scalar(fields["reach"], "reach")
        if reach not in _REACHES:
            raise document.error(fields["reach"], f"reach is '{reach}'", f"Use one of: {', '.join(_REACHES)}")
        within = document.scalar(fields["within"], "within") if "within" in fields else "60"
        if not within.isdigit():
            raise document.error(fields["within"], f"within is '{within}'", "Write a number of words")
        return _Context(
            id=document.scalar(fields["id"], "id"),
            patterns=self._patterns(fields["patterns"]),
            reach=reach,
            within=int(within),
            own_words="own_words" in fields,
            ends_at=self._names(fields.get("ends_at"), "ends.", notes),
            lifted_by=frozenset(
                name.partition(".")[2] for name in self._names(fields.get("lifted_by"), "evidence.", notes)
            ),
            spares=self._names(fields.get("spares"), "", (*KINDS, *ids)),
        )

    def _names(self, node: yaml.Node | None, group: str, allowed: Iterable[str]) -> frozenset[str]:
        if node is None:
            return frozenset()
        document = self._document
        names = [document.scalar(child, "a name") for child in document.sequence(node, "a list of names")]
        for name in names:
            if f"{group}{name}" not in set(allowed):
                known = ", ".join(other.removeprefix(group) for other in allowed if other.startswith(group))
                raise document.error(node, f"there is no '{name}' here", f"Use one of: {known}")
        return frozenset(f"{group}{name}" for name in names)

    def _sign(self, node: yaml.Node) -> _Sign:
        document = self._document
        fields = document.mapping(
            node,
            "a sign",
            ("id", "kind", "source", "reviewed_by", "patterns"),
            ("with", "alone", "anyone", "about_me", "note"),
        )
        kind = document.scalar(fields["kind"], "kind")
        if kind not in KINDS:
            raise document.error(fields["kind"], f"there is no kind '{kind}'", f"Use one of: {', '.join(KINDS)}")
        elsewhere = fields.get("with")
        return _Sign(
            id=document.scalar(fields["id"], "id"),
            kind=kind,
            patterns=self._patterns(fields["patterns"], kind),
            with_units=self._any(elsewhere, document.scalar(elsewhere, "with")) if elsewhere else frozenset(),
            alone="alone" in fields,
            anyone="anyone" in fields,
            about_me="about_me" in fields,
        )
