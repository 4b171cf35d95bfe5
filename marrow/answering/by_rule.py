"""What needs no classifier: before anything else an action asks here."""

from __future__ import annotations

import re
from dataclasses import replace

from marrow.answering import passages as choose
from marrow.answering.alarms import DOUBT, SURE, alarm_again, alarm_now, closing, urgency, waits
from marrow.answering.answers import meaning, question, show
from marrow.answering.context import ASKS_FOR_ONE, talked_about
from marrow.answering.effects import asks_of_effect, can_judge
from marrow.answering.heard import heard, without
from marrow.answering.items import place_only
from marrow.answering.named import section_named, specific_terms
from marrow.answering.parts import tells
from marrow.answering.service import Service
from marrow.answering.subject import UNLIKE, refuse
from marrow.answering.talk import MEANT_WORD, OF_THEMSELVES, follow_up, last_shown, smalltalk
from marrow.answering.turn import EMERGENCIES, SECTIONS_OF, Talk, Turn, asks_for, family_of, is_question
from marrow.content import Article
from marrow.reply import Reply, with_line

# "Summarise the treatments once more", "go over the symptoms again": the whole part, whatever kind it looks like.
_SUM_UP = re.compile(
    r"(?:so |ok |okay |please |and )*(?:(?:can|could|would|will) you )?(?:please |just )?"
    r"(?:summari[sz]e|sum up|recap|repeat|list|go (?:over|through)|run through|remind me of|tell me again) "
    r"(?:(?:all|me|us|of|the|its|those) )*(?P<part>[\w ]+?)(?: again| once more| for me| in short| please| then)*"
    r"[ .?!]*"
    r"|(?:what|which) (?:was|were|is|are) (?:that |the |those )?(?:list of )?(?:the )?(?P<again>[\w ]+?) again[ .?!]*",
    re.IGNORECASE,
)
_NOT_THIS_BUT = re.compile(
    r"(?:(?:no|nope|sorry|wait)[,. ]+)*(?:i (?:do|did)(?: ?n['’]?t| not) mean|not) (?P<no>[\w ]+)[,.;:]+ ?"
    r"(?:but |i (?:mean|meant|was asking about) )*(?P<yes>(?:the )?[\w -]+?)[ .?!]*",
    re.IGNORECASE,
)
# "Tell me everything about treatment please, my appointment is tomorrow"
_EVERYTHING = re.compile(
    r"\b(?:everything|(?<!at )all)(?: (?:you (?:have|know|can)|there is|it says))? (?:about|on) (?:the |its )?"
    r"(?P<part>\w+)\b",
    re.IGNORECASE,
)
#: From this confidence on, and in more words, a kind that articles do not answer is not asked of one of the things that
#: were shown.
CLEARLY, BRIEF = 0.7, 7
#: Words up to which what is meant instead is a name and no question.
BRIEF_NAME = 4
#: Words up to which a message that points at one of the things shown asks nothing else of it ("the second one").
POINTS_ONLY = 3
#: Words up to which somebody tells of their care and asks nothing.
CARE_WORDS = 16
#: What an insult is taken for.
_MAY_INSULT = {"compliment", "deny", "goodbye", "repair", "thank", "bot_identity"}
#: Below this confidence what tells of somebody asks nothing.
ASKS_SURELY = 0.5
_IS_IT = re.compile(
    r"(?:(?:so|and|but|ok)[ ,]+)*(?:is|are) (?:it|that|this|they|those) (?:an?|like|some|kind|a kind)\b", re.I
)
#: Names of an article from which on a word in them stands for it alone ("mets").
ITS_WORD = 3
#: Letters from which on a lone word of an article is asked for; shorter ones are "the" and "may".
SHORTEST = 4
# What thanks or agrees without a word, and what weeps.
_THUMBS = re.compile(r"[\s👍👌🙏❤♥💚💙💛🧡💜🤍😊🙂👏✅🎉🤗😘🥰\ufe0f\U0001f3fb-\U0001f3ff]+")
_TEARS = re.compile(r"[\s😢😭💔😞😔😟🥺😿☹🙁😥😓\ufe0f]+")


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
    if waits(turn):
        return smalltalk(service, turn, "while_waiting")
    explained, sure = meaning(service, turn), urgency(turn) >= SURE
    if explained and (explained[0].outcome == "answer" or not sure):
        return explained
    if sure:
        return None
    if urgency(turn) < DOUBT and (key := _heard_of_the_talk(turn)):
        reply, talk = smalltalk(service, turn, key)
        return (with_line(reply, service.emergency.help_line()) if key == "nobody_reads" else reply), talk
    if _THUMBS.fullmatch(turn.text):
        return smalltalk(service, turn, "thank")
    if heard("is_clear", turn.text) or heard("that_is_all", turn.text):
        return smalltalk(service, turn, "thank")
    if _TEARS.fullmatch(turn.text):
        return smalltalk(service, turn, "distress")
    if place_only(turn.text) and turn.talk.passages:
        return _one_of_them(service, turn) or smalltalk(service, turn, "unclear")
    if not turn.known:
        return smalltalk(service, turn, "unclear")
    meant = _meant(service, turn)
    if (
        turn.intent in {"nlu_fallback", "ask_figures"}
        and asks_of_effect(turn)
        and meant
        and can_judge(meant.passages())
    ):
        return question(service, replace(turn, intent="ask_symptoms"))
    if heard("my_appointment", turn.text) and not turn.articles:
        return refuse(service, turn)
    if "?" not in turn.text and heard("good_news", turn.text):
        return smalltalk(service, turn, "good_news")
    if _tells_only(turn) or _tells_little(service, turn):
        return smalltalk(service, turn, "tells")
    if before := _is_it_one(service, turn):
        return question(service, replace(turn, intent="ask_definition", terms=before))
    if _tells_of_care(turn):  # what was told of is talked about: "they booked me in for a biopsy", "what is it for"
        reply, said = smalltalk(service, turn, "tells")
        return reply, replace(question(service, turn)[1], said=said.said, misses=said.misses)
    if _another_cancer(turn):
        return question(service, replace(turn, intent="ask_who_gets"))
    if turn.talk.intent and turn.others and heard("corrects", turn.text):  # "sorry, I meant morphine"
        return question(service, replace(turn, intent=turn.talk.intent))
    if turn.intent == "follow_up" and not turn.terms and {group for _, group in turn.others} & UNLIKE:
        return question(service, replace(turn, intent="ask_definition"))  # "what about hypocalcemia?"
    if kind := _what_about_another(service, turn):
        return question(service, replace(turn, intent=kind))
    if _asks_for_mention(service, turn):
        return follow_up(service, turn)
    return (
        _what_for(service, turn)
        or _not_that(service, turn)
        or _all_of_it(service, turn)
        or _which_of_them(service, turn)
        or _summed_up(service, turn)
        or _by_name(service, turn)
        or _one_of_them(service, turn)
    )


def _heard_of_the_talk(turn: Turn) -> str | None:
    """The row of `smalltalk` in replies.yml for what is said of the talk itself, or of somebody's death."""
    of_talk = family_of(turn.intent) == "talk"
    if turn.intent in {"forget_me", "full_disclaimer"} or heard("asks_to_erase", turn.text):
        return None
    if heard("asks_who_reads", turn.text) and (of_talk or turn.intent == "ask_emergency_care"):
        return "nobody_reads"
    if heard("asks_whether_machine", turn.text):
        return "bot_identity"
    if heard("is_a_test", turn.text) and turn.talk.article is None:
        return "capabilities"
    if heard("sorry_only", turn.text):
        return "no_need"
    if turn.intent in _MAY_INSULT and heard("insults", turn.text):
        return "repair"
    if "?" not in turn.text and heard("just_curious", turn.text):
        return "tells"
    if heard("is_worse", turn.text):
        return "distress"
    if "bereaved" in turn.talk.said and turn.intent == "ask_self_diagnosis" and heard("of_the_dead", turn.text):
        return "bereaved"  # of the dead nobody asks whether they have it
    if "?" not in turn.text and heard("died", turn.text) and (of_talk or turn.intent == "ask_self_diagnosis"):
        return "bereaved"
    return None


def _what_about_another(service: Service, turn: Turn) -> str | None:
    """The kind of "what about CyberKnife?", of a drug, test or treatment that the article may not have: what was asked
    last and not answered, else what it is."""
    named = {group for _, group in turn.others} & {"drug", "procedure", "remedy", "test"}
    if not named or turn.terms or len(turn.text.split()) > BRIEF or not heard("bare_what_about", turn.text):
        return None
    before = service.wording.silences.get(turn.talk.intent or "") if turn.talk.misses else None
    return turn.talk.intent if before and before.named else "ask_definition"


def _tells_only(turn: Turn) -> bool:
    """ "Hello, my mum is 82 and has bone mets": who has it, and no more."""
    if len(turn.articles) != 1 or turn.terms or turn.others or "?" in turn.text:
        return False
    said = turn.text.casefold().replace(turn.names.get(turn.articles[0], "").casefold(), " ")
    return heard("has", said) and not without("of_whom", said)


def _tells_little(service: Service, turn: Turn) -> bool:
    """ "She's 91", "she isn't in pain": what tells of somebody, and is no kind of question for sure."""
    begins = not (turn.talk.article or turn.talk.said)
    asks = turn.terms or turn.others or begins or turn.confidence >= ASKS_SURELY
    short = len(turn.text.split()) <= BRIEF_NAME and tells(turn.text)
    return not asks and short and is_question(turn.intent) and not service.red_flags.suspect(turn.text).sign


def _is_it_one(service: Service, turn: Turn) -> tuple[tuple[str, str], ...]:
    """What was asked about before "is it a chemo?": what that is says it."""
    if not _IS_IT.match(turn.text) or not turn.talk.asked or not specific_terms(service, turn):
        return ()
    known = service.terms.get(turn.talk.article or "", {})
    return tuple((t.article, t.value) for value in turn.talk.asked if (t := known.get(value.casefold())))


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


def _what_for(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """ "Why?" after a treatment: what treatment is for, which stands before the list."""
    article, shown = last_shown(service, turn.talk)
    if article is None or turn.talk.section != "treatment" or turn.talk.misses or not heard("bare_why", turn.text):
        return None
    section = article.section("treatment")
    aims = [p for p in section.passages if not p.bullet] if section else []
    if not aims or aims == list(shown):
        return None
    return show(service, article, aims, turn.talk, "ask_treatment", asked=turn.talk.asked)


def _all_of_it(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """ "Tell me everything about treatment", "or is it just painkillers?": the whole part."""
    if turn.others:
        return None
    article = _meant(service, turn)
    found = _EVERYTHING.search(turn.text)
    kind = _kind_of(service, found["part"].casefold()) if found else ""
    treated = turn.talk.section == "treatment" or bool(turn.articles) or turn.intent == "ask_treatment"
    if not kind and treated and heard("only_that", turn.text):
        kind = "treatment"
    section = article.section(kind) if article and kind else None
    return show(service, article, section.passages, turn.talk, asks_for(kind)) if article and section else None


def _meant(service: Service, turn: Turn) -> Article | None:
    """The article that is named, else the one that is talked about, else the only one."""
    articles = service.library.articles
    if turn.articles:
        return service.library.article(turn.articles[0])
    return talked_about(service, turn.talk) or (articles[0] if len(articles) == 1 else None)


def _which_of_them(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """ "Which of these is for stopping fractures?": those of a list that have what is named."""
    article, _ = last_shown(service, turn.talk)
    terms = [t for t in specific_terms(service, turn) if t.value in turn.names]
    section = article.section(turn.talk.section or "") if article else None
    if article is None or section is None or not terms or not heard("which_of_these", turn.text):
        return None
    found = choose.with_terms(section, terms)
    most = max((choose.likeness(article, p, turn) for p in found), default=0.0)
    close = [p for p in found if choose.likeness(article, p, turn) * 2 >= most]
    return show(service, article, close, turn.talk, turn.talk.intent or "ask_definition") if close else None


def _not_that(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """ "No, not the radiation, the surgery": what is named last."""
    found = _NOT_THIS_BUT.fullmatch(turn.text.strip())
    if found is None or not turn.talk.article or len(found["yes"].split()) > BRIEF_NAME:
        return None
    meant, denied = found["yes"], found["no"].casefold()
    names = [turn.names.get(value, value).casefold() for _, value in turn.terms]
    if not (
        any(name in denied for name in names) or section_named(service, denied) or denied in {"that", "this", "it"}
    ):
        return None  # "not eating, pain" tells of both
    typed = {value for value, name in turn.names.items() if name.casefold() in meant.casefold()}
    terms = tuple((id, value) for id, value in turn.terms if value in typed)
    if not terms and not section_named(service, meant):
        return None
    return follow_up(service, replace(turn, text=meant, terms=terms, articles=(), others=(), kinds=()))


def _summed_up(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """A part of the article talked about that is asked for as a whole by its name."""
    article, _ = last_shown(service, turn.talk)
    asked = _SUM_UP.fullmatch(turn.text.strip())
    if article is None or asked is None:
        return None
    kind = _kind_of(service, (asked["part"] or asked["again"]).casefold())
    section = article.section(kind)
    return show(service, article, section.passages, turn.talk, asks_for(kind)) if section else None


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
        if section and not OF_THEMSELVES.fullmatch(bare):
            return show(service, known[0], section.passages, turn.talk, asks_for(kind))
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
    article, _ = last_shown(service, turn.talk)
    if article is None or turn.item is None or specific_terms(service, turn):
        return None
    passage = article.passage(turn.item)
    unsure = family_of(turn.intent) == "silent" and turn.confidence < CLEARLY and len(turn.text.split()) <= BRIEF
    of_its_part = SECTIONS_OF.get(turn.intent, ("",))[0] == passage.section
    bare = len(turn.text.split()) <= POINTS_ONLY or MEANT_WORD.search(turn.text) or place_only(turn.text)
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
