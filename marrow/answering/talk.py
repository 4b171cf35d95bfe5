"""Talk about the talk: greetings, "say it more simply", "what about surgery?", the topics, the full disclaimer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from marrow.answering import passages as choose
from marrow.answering.alarms import SURE, alarm_again, alarm_now, alarm_reply, closing, urgency
from marrow.answering.answers import (
    UNLIKE,
    acknowledged,
    meaning,
    missed,
    notes_on,
    pick_article,
    question,
    refuse,
    show,
    topic_offers,
)
from marrow.answering.context import ASKS_FOR_ONE, in_context, points_back, talked_about, the_others, the_rest
from marrow.answering.heard import find, heard, plain, without
from marrow.answering.named import section_named, specific_terms, terms_of
from marrow.answering.offers import section_offers
from marrow.answering.parts import ASKS_FOR, tells
from marrow.answering.service import Service
from marrow.answering.turn import EMERGENCIES, FEELINGS, SECTIONS_OF, Talk, Turn, family_of
from marrow.content import Article, Passage
from marrow.reply import Reply, compose

#: Small talk after which topics are offered.
_OPENS = {"greet", "affirm", "deny", "capabilities", "bot_identity", "repair", "distress", "bereaved", "human",
          "unclear", "nothing_to_simplify", "thank", "how_are_you", "compliment", "privacy", "ask_source",
          "forget_me", "tells", "help_is_there", "will_call", "it_is_over", "mistaken", "not_now", "no_crisis",
          "good_news"}  # fmt: skip

#: Small talk about the bot, which below this confidence may be a question about what was talked about.
_OF_THE_BOT, PLAINLY = {"capabilities", "how_are_you", "bot_identity"}, 0.8

#: Small talk that does not answer what may have been a question.
_MISSES = {"repair", "unclear"}

_MEANT = re.compile(r"\bmean(?:t|ing)?\b", re.IGNORECASE)
# "Ok, go back to the tests" looks like one of these.
_MAY_GO_BACK = {"goodbye", "affirm", "deny", "capabilities", "repair", "greet"}
# "And baking soda?": the question before, of another thing, where no other kind of question is likelier than this.
_AND, UNSURE = re.compile(r"(?:and|or|what about|how about)\b", re.IGNORECASE), 0.4
# "Summarise the treatments once more", "go over the symptoms again": the whole part, whatever kind it looks like.
_SUM_UP = re.compile(
    r"(?:so |ok |okay |please |and )*(?:(?:can|could|would|will) you )?(?:please |just )?"
    r"(?:summari[sz]e|sum up|recap|repeat|list|go (?:over|through)|run through|remind me of|tell me again) "
    r"(?:(?:all|me|us|of|the|its|those) )*(?P<part>[\w ]+?)(?: again| once more| for me| in short| please| then)*"
    r"[ .?!]*"
    r"|(?:what|which) (?:was|were|is|are) (?:that |the |those )?(?:list of )?(?:the )?(?P<again>[\w ]+?) again[ .?!]*",
    re.IGNORECASE,
)
#: From this confidence on, and in more words, a kind that articles do not answer is not asked of one of the things that
#: were shown.
CLEARLY, BRIEF = 0.7, 7
#: Words up to which a message that points at one of the things shown asks nothing else of it ("the second one").
POINTS_ONLY = 3
#: Below this confidence small talk is not understood.
UNDERSTOOD = 0.4
#: From which share of all talk about the talk on a message is such, though of which kind is unclear.
TALK = 0.6
#: From which share of its kind among the kinds of question on a follow-up is read as a question of that kind.
ASKED = 0.6
#: Words up to which somebody tells of their care and asks nothing.
CARE_WORDS = 16
#: Words up to which a follow-up with a term's name says nothing beside it.
NAMES_ONLY = 3
#: Words up to which a follow-up that names nothing asks for more light on what was shown.
BARE = 2
#: A passage likelier than this is what a follow-up that names nothing asks for.
MEANT = 0.3
#: Names of an article from which on a word in them stands for it alone ("mets").
ITS_WORD = 3
#: Letters from which on a lone word of an article is asked for; shorter ones are "the" and "may".
SHORTEST = 4

# What thanks or agrees without a word, and what weeps.
_THUMBS = re.compile(r"[\s👍👌🙏❤♥💚💙💛🧡💜🤍😊🙂👏✅🎉🤗😘🥰\ufe0f\U0001f3fb-\U0001f3ff]+")
_TEARS = re.compile(r"[\s😢😭💔😞😔😟🥺😿☹🙁😥😓\ufe0f]+")
# Words of section_words in replies.yml that people in distress say of themselves.
_OF_THEMSELVES = re.compile(r"\b(?:why|feel|future|chances)\b", re.IGNORECASE)
_MORE = re.compile(r"\bmore\b|\bgo on\b|\bcontinue\b", re.IGNORECASE)


def by_rule(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """The reply to what needs no classifier: "what does X mean?", a message of no known word, or of nothing but a name;
    else None.

    A button is not its affair, and what may be an emergency only where it is a word that is explained. What goes
    on about an emergency is answered as that was.
    """
    if turn.target is not None:
        return None
    if key := closing(turn):
        return smalltalk(service, turn, key)
    if alarm := alarm_again(service, turn) or alarm_now(service, turn):
        return alarm
    meant, sure = meaning(service, turn), urgency(turn) >= SURE
    if meant and (meant[0].outcome == "answer" or not sure):
        return meant
    if sure:
        return None
    if _THUMBS.fullmatch(turn.text):
        return smalltalk(service, turn, "thank")
    if heard("is_clear", turn.text) or heard("that_is_all", turn.text):
        return smalltalk(service, turn, "thank")
    if _TEARS.fullmatch(turn.text):
        return smalltalk(service, turn, "distress")
    if not turn.known:
        return smalltalk(service, turn, "unclear")
    if "?" not in turn.text and heard("good_news", turn.text):
        return smalltalk(service, turn, "good_news")
    if _tells_only(turn):
        return smalltalk(service, turn, "tells")
    if _tells_of_care(turn):  # what was told of is talked about: "they booked me in for a biopsy", "what is it for"
        reply, said = smalltalk(service, turn, "tells")
        return reply, replace(question(service, turn)[1], said=said.said, misses=said.misses)
    if _another_cancer(turn):
        return question(service, replace(turn, intent="ask_who_gets"))
    if turn.talk.intent and turn.others and heard("corrects", turn.text):  # "sorry, I meant morphine"
        return question(service, replace(turn, intent=turn.talk.intent))
    if turn.intent == "follow_up" and not turn.terms and {group for _, group in turn.others} & UNLIKE:
        return question(service, replace(turn, intent="ask_definition"))  # "what about hypocalcemia?"
    if _asks_for_mention(service, turn):
        return follow_up(service, turn)
    return _summed_up(service, turn) or _by_name(service, turn) or _one_of_them(service, turn)


def _tells_only(turn: Turn) -> bool:
    """ "Hello, my mum is 82 and has bone mets": who has it, and no more."""
    if len(turn.articles) != 1 or turn.terms or turn.others or "?" in turn.text:
        return False
    said = turn.text.casefold().replace(turn.names.get(turn.articles[0], "").casefold(), " ")
    return heard("has", said) and not without("of_whom", said)


def _tells_of_care(turn: Turn) -> bool:
    """ "I was told last month that I have bone metastases", "I start radiation on Monday": asks nothing."""
    return heard("care", turn.text) and family_of(turn.intent) == "silent" and tells(turn.text, CARE_WORDS)


def _another_cancer(turn: Turn) -> bool:
    """ "And thyroid?" after the cancers that it happens with."""
    named = any(group in {"cancer", "organ"} for _, group in turn.others)
    return named and turn.talk.intent == "ask_who_gets" and len(turn.text.split()) <= BRIEF


def _asks_for_mention(service: Service, turn: Turn) -> bool:
    """ "Does denosumab come up anywhere in the article?": of a thing that it has, and no more."""
    if not heard("mentions", turn.text) or len(terms := specific_terms(service, turn)) != 1:
        return False
    name = turn.names.get(terms[0].value, "").casefold()
    said = turn.text.casefold().replace(name, " ") if name else ""
    return bool(said) and not without("mentioning", said)


def _summed_up(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """A part of the article talked about that is asked for as a whole by its name."""
    article, _ = _shown(service, turn.talk)
    asked = _SUM_UP.fullmatch(turn.text.strip())
    if article is None or asked is None:
        return None
    kind = _kind_of(service, (asked["part"] or asked["again"]).casefold())
    section = article.section(kind)
    return show(service, article, section.passages, turn.talk, f"ask_{kind}") if section else None


def _kind_of(service: Service, name: str) -> str:
    """The kind of section that has this name, else an empty text."""
    return next((kind for kind, names in service.wording.section_words.items() if name in names), "")


def _by_name(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """ "Biopsy?", "the symptoms", "mets": what the article says of it."""
    bare = re.sub(r"^(?:(?:and|or) )?(?:the |an? )?", "", turn.text.casefold().strip(" ?!.,;:")).strip()
    typed = {value for value, name in turn.names.items() if name.casefold() == bare}
    named = [(id, value) for id, value in turn.terms if value in typed]
    specific = [(id, v) for id, v in named if service.terms[id][v.casefold()].specific]
    known = [a for a in service.library.articles if len(service.library.articles) == 1 or a.id == turn.talk.article]
    if not specific and known:
        kind = _kind_of(service, bare)
        section = known[0].section(kind)
        if section and not _OF_THEMSELVES.fullmatch(bare):
            return show(service, known[0], section.passages, turn.talk, f"ask_{kind}")
    if not typed and any(turn.names.get(value, "").casefold() == bare for value, _ in turn.others):
        return question(service, replace(turn, intent="ask_definition"))
    articles = [id for id in turn.articles if id in typed] or [a.id for a in known if _stands_for(bare, a)]
    if terms := specific or ([] if articles else named):
        about = replace(turn, terms=tuple(terms), articles=(), scope={terms[0][0]: 1.0})
    elif articles:
        about = replace(turn, terms=(), articles=(articles[0],), scope={articles[0]: 1.0})
    else:
        return _by_word(service, turn, known[0], bare) if known else None
    doubt = tuple(pair for pair in turn.ranking if pair[0] in EMERGENCIES)
    return question(service, replace(about, intent="ask_definition", ranking=doubt, others=()))


def _one_of_them(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """ "The second one", "the calcium bit", "the hormone one, tell me more": that passage, in plain words where those
    are asked for."""
    article, _ = _shown(service, turn.talk)
    if article is None or turn.item is None or specific_terms(service, turn):
        return None
    passage = article.passage(turn.item)
    unsure = family_of(turn.intent) == "silent" and turn.confidence < CLEARLY and len(turn.text.split()) <= BRIEF
    of_its_part = SECTIONS_OF.get(turn.intent, ("",))[0] == passage.section
    bare = len(turn.text.split()) <= POINTS_ONLY or _MEANT.search(turn.text)
    if not (turn.intent in ASKS_FOR_ONE or of_its_part or unsure or bare):
        return None
    simply = turn.intent == "simplify"
    return show(service, article, [passage], turn.talk, turn.talk.intent or "ask_definition", simply=simply)


def _stands_for(word: str, article: Article) -> bool:
    names = [n.text.casefold().split() for n in article.names if n.means.casefold() == article.title.casefold()]
    return sum(word in name for name in names) >= ITS_WORD


def _by_word(service: Service, turn: Turn, article: Article, word: str) -> tuple[Reply, Talk] | None:
    """ "Pain": of the passages with a plain word of the article the likeliest, where the turn asks at all."""
    asks = turn.intent in {"follow_up", "nlu_fallback"} or family_of(turn.intent) in {"answered", "silent"}
    found = [p for p in article.passages() if word in re.findall(r"\w+", p.text.casefold())]
    if not asks or not found or turn.others or len(word) < SHORTEST:
        return None
    best = max(found, key=lambda p: choose.likeness(article, p, turn))
    return show(service, article, [best], turn.talk, turn.talk.intent or "ask_definition")


def smalltalk(service: Service, turn: Turn, key: str | None = None) -> tuple[Reply, Talk]:
    """A short text that leads back to the topics. `key` is a row of `smalltalk` in replies.yml; else the intent."""
    corrects = turn.intent == "repair" or (turn.intent == "deny" and _MEANT.search(turn.text))
    if key is None and corrects and (section_named(service, turn.text) or specific_terms(service, turn)):
        return follow_up(service, turn)  # "no, I meant the treatment"
    back = find("back_to", turn.text) if key is None and turn.intent in _MAY_GO_BACK else None
    if back and section_named(service, rest := plain(turn.text)[back.end() :]):
        return follow_up(service, replace(turn, text=rest))
    of_the_talk = points_back(service, turn) or specific_terms(service, turn)
    if key is None and turn.intent in _OF_THE_BOT and turn.confidence < PLAINLY and of_the_talk:
        return follow_up(service, turn)  # "what's it meant to do for me?" after a treatment
    if key is None and turn.confidence < UNDERSTOOD:
        return fallback(service, turn)
    if key is None and turn.intent in FEELINGS and (answered := _asked_in_distress(service, turn)):
        return answered
    key = key or turn.intent
    died = turn.talk.said.get(key) or heard("death", turn.text)
    if key == "bereaved" and (heard("dying", turn.text) or not died):
        key = "distress"
    line, talk = missed(service, turn.talk) if key in _MISSES else ([], turn.talk)
    text, talk = service.next_text(talk, key, service.wording.smalltalk[key])
    offers = topic_offers(service) if key in _OPENS else ()
    reply = compose("smalltalk", [*line, text], offers=offers)
    if key in FEELINGS:  # what is left of it beside the answer to another part of the message
        reply = replace(reply, comfort=service.next_text(turn.talk, "comfort", service.wording.comfort)[0])
    return reply, talk


def _asked_in_distress(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """The answer to a clause that asks for something by its name, or for more, beside what it tells of feelings."""
    for clause in re.split(r"(?<=[,.;:!?])\s+|\s+(?:but|and|so)\s+", turn.text):
        short = clause.endswith("?") and len(clause.split()) <= NAMES_ONLY  # "and the surgery?"
        if not (short or ASKS_FOR.match(clause)):
            continue
        typed = {value for value, name in turn.names.items() if name.casefold() in clause.casefold()}
        about = replace(
            turn,
            text=clause,
            terms=tuple((id, value) for id, value in turn.terms if value in typed),
            articles=tuple(id for id in turn.articles if id in typed),
        )
        if about.terms or about.articles or section_named(service, _OF_THEMSELVES.sub(" ", clause)):
            return acknowledged(service, turn, *follow_up(service, about))
        if _MORE.search(clause):
            return tell_more(service, turn)
    return None


def forget(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """Confirm that the conversation is deleted; the guard deletes it once this turn has ended.

    "Forget it" and "I forget words" delete nothing.
    """
    if heard("must_not_erase", turn.text):  # "please don't forget me"
        return smalltalk(service, turn, "privacy")
    wants = any(heard("wants_erased", part) for part in re.split(r"[,.;!?]", turn.text))
    if heard("keeps", turn.text) and not wants:
        return smalltalk(service, turn, "deny" if heard("forget_it", turn.text) else "unclear")
    reply, _ = smalltalk(service, turn, "forget_me")
    return replace(reply, erase=True), Talk()


def full_disclaimer(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """The article's own disclaimer in place of the short one, where it is named at all."""
    if turn.target is None and not heard("names_disclaimer", turn.text):
        return next_best(service, replace(turn, ranking=turn.ranking[1:]))
    article = service.library.article(turn.talk.article or service.library.articles[0].id)
    offers = topic_offers(service)
    return compose("smalltalk", [], article=article.id, disclaimer=article.disclaimer, offers=offers), turn.talk


def simplify(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """The last passages again, in plain words in full, with the terms explained."""
    article, shown = _shown(service, turn.talk)
    if article is None or not shown:
        if max(turn.scores.values(), default=0.0) >= choose.LIKELY:  # "what is it, in simple words"
            return as_question(service, turn)
        return smalltalk(service, turn, "nothing_to_simplify")
    terms = terms_of(service, article, turn)
    terms = [t for t in terms if t.specific] or terms
    asked = [term.value for term in terms] or turn.talk.asked
    if terms and not any(p.id in t.passages for t in terms for p in shown):  # "say the bit on calcium simply"
        shown = next(found for s in article.sections if (found := choose.with_terms(s, terms)))
    return show(service, article, shown, turn.talk, turn.talk.intent or "ask_definition", simply=True, asked=asked)


def tell_more(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """What there is more, with a kind word first where the person tells how they feel."""
    return acknowledged(service, turn, *_tell_more(service, turn))


def _tell_more(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """What the section has beyond what was shown, else what other parts there are."""
    article, shown = _shown(service, turn.talk)
    if article is None:
        return smalltalk(service, turn, "capabilities")
    named = [t for t in terms_of(service, article, turn) if t.specific and t.value in turn.names]
    if named and not all({*t.passages} & {p.id for p in shown} and len(shown) == 1 for t in named):
        return follow_up(service, turn)  # "tell me more about surgery" after all the treatments
    section = article.section(turn.talk.section or "overview")
    seen = {*turn.talk.seen, *(p.id for p in shown)}
    rest = [p for p in section.passages if p.id not in seen] if section else []
    if not rest and section and not _MORE.search(turn.text):  # "mention them for me": though all was shown before
        rest = [p for p in section.passages if p not in shown]
    if rest:
        return show(service, article, rest, turn.talk, turn.talk.intent or "ask_definition")
    text, talk = service.next_text(turn.talk, "nothing_more", service.wording.smalltalk["nothing_more"])
    return compose("smalltalk", [text], offers=section_offers(service.wording, article, but=turn.talk.section)), talk


def follow_up(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """What was asked in short, with a kind word first where the person tells how they feel."""
    return acknowledged(service, turn, *_follow_up(service, turn))


def _follow_up(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """ "What about surgery?": by the term or the part it names, else by the next best reading of it as a question."""
    picked = pick_article(service, turn)
    if not isinstance(picked, Article):
        # Too short for the classifier of subjects to judge: within a talk it belongs to the talk.
        known = turn.talk.article
        if not (turn.terms or known or section_named(service, turn.text)):
            return picked
        picked = service.library.article(turn.terms[0][0] if turn.terms else known or service.library.articles[0].id)
    terms = [term for term in terms_of(service, picked, turn) if term.specific]
    kind, share = turn.kinds[0] if turn.kinds else ("", 0.0)
    if in_context(service, replace(turn, intent=kind)).intent != kind:  # "does that hurt?" of a treatment
        return question(service, replace(turn, intent=kind, scope={**turn.scope, picked.id: 1.0}))
    bare = terms and len(turn.text.split()) <= NAMES_ONLY  # "and surgery": nothing but a name
    if kind in service.wording.silences and share >= ASKED and not bare:  # "and the side effects?"
        return question(service, replace(turn, intent=kind, scope={**turn.scope, picked.id: 1.0}))
    if picked.id in turn.articles and not terms and turn.talk.intent in SECTIONS_OF and turn.talk.article != picked.id:
        return question(service, replace(turn, intent=str(turn.talk.intent), ranking=()))
    if rest := the_rest(picked, turn, terms) or the_others(service, picked, turn, terms):
        return show(service, picked, rest, turn.talk, turn.talk.intent or "ask_treatment")
    if terms:
        order = [turn.talk.section, "treatment", *(s.kind for s in picked.sections)]
        for kind in dict.fromkeys(k for k in order if k):
            section = picked.section(kind)
            if section and (found := choose.with_terms(section, terms)):
                notes = notes_on(service, picked, found, turn, terms)
                intent, asked = turn.talk.intent or "ask_definition", [term.value for term in terms]
                return show(service, picked, found, turn.talk, intent, notes=notes, asked=asked)
    named = section_named(service, turn.text)
    if named and (section := picked.section(named)):
        return show(service, picked, section.passages, turn.talk, f"ask_{named}")
    brief = not turn.common and len(turn.text.split()) <= NAMES_ONLY + 2
    other = kind != turn.talk.intent and share >= UNSURE
    silent = turn.talk.misses and turn.talk.intent in service.wording.silences
    if silent and brief and not other and _AND.match(turn.text):
        return question(service, replace(turn, intent=str(turn.talk.intent), scope={**turn.scope, picked.id: 1.0}))
    last = turn.talk.passages and turn.talk.article == picked.id and not turn.talk.misses
    if last and len(turn.text.split()) <= BARE and share < ASKED:
        return simplify(service, turn)  # "why?", "for example?": of what was just said
    best = max(picked.passages(), key=lambda p: choose.likeness(picked, p, turn))
    if turn.talk.article == picked.id and choose.likeness(picked, best, turn) >= MEANT and share < ASKED:
        return show(service, picked, [best], turn.talk, turn.talk.intent or "ask_definition")
    return as_question(service, replace(turn, scope={**turn.scope, picked.id: 1.0}))


def as_question(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """The turn read as the kind of question it would be if it were one."""
    if not turn.kinds:
        return next_best(service, turn)
    return question(service, replace(turn, intent=turn.kinds[0][0], ranking=turn.kinds))


def next_best(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """The turn read as the likeliest question, when its own intent does not say which."""
    for intent, _ in turn.ranking:
        if intent in SECTIONS_OF or intent in service.wording.silences:
            return question(service, replace(turn, intent=intent))
        if intent == "other_subject":
            return refuse(service, turn)
        if intent in FEELINGS:
            return smalltalk(service, turn, intent)
    return smalltalk(service, turn, "unclear")


def fallback(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """NLU is not sure. What is named decides, and likeness; where neither does, ask back."""
    if turn.terms or turn.articles:
        return follow_up(service, turn)
    if sum(share for intent, share in turn.ranking if family_of(intent) == "talk") >= TALK:  # "wassup bot"
        return smalltalk(service, turn, "capabilities")
    if max(turn.scope.values(), default=0.0) < 0.3:
        return refuse(service, turn)
    return next_best(service, turn) if turn.confidence >= 0.1 else smalltalk(service, turn, "unclear")


def choice(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """What a button says."""
    controls = {"simplify": simplify, "more": tell_more, "disclaimer": full_disclaimer}
    if turn.target in controls:
        return controls[turn.target](service, turn)
    if turn.target is None or turn.target == "topics":
        return smalltalk(service, turn, "capabilities")
    id, kind = turn.target.split("/", 1)
    article = service.library.article(id)
    section = article.section(kind)
    if section is None:
        return smalltalk(service, turn, "unclear")
    return show(service, article, section.passages, turn.talk, f"ask_{kind}")


def urgent(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """The classifier's second opinion: an emergency whose words the guard's patterns did not know.

    It alarms only when it is sure; what it merely suspects is read as the likeliest other message (`in_doubt` then says
    where to get help).
    """
    if urgency(turn) < SURE:
        return next_best(service, turn)
    alarm = service.red_flags.suspect(turn.text)
    if turn.intent == "crisis":
        alarm = replace(alarm, kind="crisis")
    elif alarm.kind == "crisis":
        alarm = replace(alarm, kind="general")
    return alarm_reply(service, alarm), turn.talk


def _shown(service: Service, talk: Talk) -> tuple[Article | None, Sequence[Passage]]:
    article = talked_about(service, talk)
    return article, tuple(article.passage(id) for id in talk.passages) if article else ()
