"""Talk about the talk: greetings, "say it more simply", "what about surgery?", the topics, the full disclaimer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from marrow.answering import passages as choose
from marrow.answering.alarms import SURE, alarm_reply, urgency
from marrow.answering.answers import acknowledged, notes_on, question, show
from marrow.answering.context import in_context, points_back, talked_about, the_others, the_rest
from marrow.answering.heard import find, heard, plain
from marrow.answering.named import section_named, specific_terms, terms_of
from marrow.answering.offers import section_offers
from marrow.answering.parts import ASKS_FOR
from marrow.answering.service import Service
from marrow.answering.silences import by_topic
from marrow.answering.subject import missed, pick_article, refuse, topic_offers
from marrow.answering.turn import FEELINGS, SECTIONS_OF, Talk, Turn, asks_for, family_of
from marrow.content import Article, Passage
from marrow.reply import Reply, compose

#: Small talk after which topics are offered.
_OPENS = {"greet", "affirm", "deny", "capabilities", "bot_identity", "repair", "distress", "bereaved", "human",
          "unclear", "nothing_to_simplify", "thank", "how_are_you", "compliment", "privacy", "ask_source",
          "forget_me", "tells", "help_is_there", "will_call", "it_is_over", "mistaken", "not_now", "no_crisis",
          "good_news", "no_need", "nobody_reads"}  # fmt: skip
#: Small talk about the bot, which below this confidence may be a question about what was talked about.
_OF_THE_BOT, PLAINLY = {"capabilities", "how_are_you", "bot_identity"}, 0.8
#: Small talk that does not answer what may have been a question.
_MISSES = {"repair", "unclear"}
MEANT_WORD = re.compile(r"\bmean(?:t|ing)?\b", re.IGNORECASE)
# "Ok, go back to the tests" looks like one of these.
_MAY_GO_BACK = {"goodbye", "affirm", "deny", "capabilities", "repair", "greet"}
# "And baking soda?": the question before, of another thing, where no other kind of question is likelier than this.
_AND, UNSURE = re.compile(r"(?:and|or|what about|how about|in|for|with)\b", re.IGNORECASE), 0.4
#: Below this confidence small talk is not understood.
UNDERSTOOD = 0.4
#: From which share of all talk about the talk on a message is such, though of which kind is unclear.
TALK = 0.6
#: From which share of its kind among the kinds of question on a follow-up is read as a question of that kind.
ASKED = 0.6
#: Words up to which a follow-up with a term's name says nothing beside it.
NAMES_ONLY = 3
#: Words up to which a follow-up that names nothing asks for more light on what was shown.
BARE = 2
#: A passage likelier than this is what a follow-up that names nothing asks for.
MEANT = 0.3
# Words of section_words in replies.yml that people in distress say of themselves.
OF_THEMSELVES = re.compile(r"\b(?:why|feel|future|chances)\b", re.IGNORECASE)
_MORE = re.compile(r"\bmore\b|\bgo on\b|\bcontinue\b", re.IGNORECASE)


def smalltalk(service: Service, turn: Turn, key: str | None = None) -> tuple[Reply, Talk]:
    """A short text that leads back to the topics. `key` is a row of `smalltalk` in replies.yml; else the intent."""
    corrects = turn.intent == "repair" or (turn.intent == "deny" and MEANT_WORD.search(turn.text))
    named = turn.text if MEANT_WORD.search(turn.text) else OF_THEMSELVES.sub(" ", turn.text)
    if key is None and corrects and (section_named(service, named) or specific_terms(service, turn)):
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
    key = key or ("distress" if turn.intent == "repair" and heard("unfair", turn.text) else turn.intent)
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
        if about.terms or about.articles or section_named(service, OF_THEMSELVES.sub(" ", clause)):
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
    article, shown = last_shown(service, turn.talk)
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
    article, shown = last_shown(service, turn.talk)
    if article is None:
        return smalltalk(service, turn, "capabilities")
    named = [t for t in terms_of(service, article, turn) if t.specific and t.value in turn.names]
    if named and not (len(shown) == 1 and all(shown[0].id in t.passages for t in named)):
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
        return show(service, picked, section.passages, turn.talk, asks_for(named))
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
    if by_topic(service, turn):
        return question(service, turn)
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
    return show(service, article, section.passages, turn.talk, asks_for(kind))


def urgent(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """The classifier's second opinion: an emergency whose words the guard's patterns did not know.

    It alarms only when it is sure; what it merely suspects is read as the likeliest other message (`in_doubt` then says
    where to get help).
    """
    if urgency(turn) < SURE:
        return next_best(service, turn)
    alarm = service.red_flags.suspect(turn.text)
    if turn.intent != "crisis" and not alarm.sign and heard("news_at_night", turn.text):
        return smalltalk(service, turn, "distress")
    if turn.intent == "crisis":
        alarm = replace(alarm, kind="crisis")
    elif alarm.kind == "crisis":
        alarm = replace(alarm, kind="general")
    return alarm_reply(service, alarm), turn.talk


def last_shown(service: Service, talk: Talk) -> tuple[Article | None, Sequence[Passage]]:
    """The article talked about and what of it was shown last; None and nothing before anything was."""
    article = talked_about(service, talk)
    return article, tuple(article.passage(id) for id in talk.passages) if article else ()
