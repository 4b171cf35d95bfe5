"""Emergencies: what is said to them, what goes on about one, and what is said after it."""

from __future__ import annotations

from dataclasses import replace

from marrow.answering.context import talked_about
from marrow.answering.happens import (
    asks_what_now,
    before_it_happens,
    cannot_call,
    closed_by,
    comes_back,
    happens,
    help_is_near,
    is_helped,
    is_mistaken,
    is_unhelped,
    out_of_reach,
    refuses,
    still_happens,
)
from marrow.answering.heard import heard
from marrow.answering.named import names_any, section_named
from marrow.answering.service import Service
from marrow.answering.turn import EMERGENCIES, FEELINGS, Talk, Turn, family_of
from marrow.reply import Reply, compose, with_line
from marrow.safety.red_flags import Alarm

#: From which share of emergencies on the classifier alarms. Of ten new authors' 2,055 emergencies 23 lie between this
#: and 0.8, of their 1,110 calm messages 14; of 8,000 held-out messages four, all calm.
SURE = 0.5

#: From which P(emergency) on a reply says where to get urgent help: of the whole message, and of one of several
#: sentences alone. For a sentence an alarm would be too much: it would find 13 of the 22 missed of new authors' 681
#: emergencies of several sentences, and alarm for 33 of 1,207 held-out calm messages of several that do not alarm.
DOUBT, DOUBT_ALONE = 0.1, 0.9

#: What goes on about a crisis when it follows one ("no", "nobody is here"), and about another emergency ("can it wait
#: until Monday?", "it has eased a bit"): small talk and honest silence would leave the person alone with it.
_GOES_ON = {"affirm", "deny", *FEELINGS, "human", "goodbye", "other_subject", "nlu_fallback"}
_STILL_WORRIES = {"deny", *FEELINGS, "follow_up", "human", "repair", "nlu_fallback"}
#: Small talk that asks for something of its own, or ends the talk.
_OF_ITS_OWN = {"thank", "goodbye", "forget_me", "full_disclaimer", "privacy"}
#: Below this confidence another subject and small talk may be the emergency still ("what do I say to them").
ELSEWHERE = 0.7

#: Told again so often, for whatever reason, it is not told to what may be about it or not.
AGAIN_AT_MOST = 2

#: The emergencies that articles have names for, by the pattern of heard.yml that names one.
_NAMED = {
    "spine": "names_spine", "calcium": "names_calcium", "fracture": "names_fracture", "general": "names_general",
    "infection": "names_fever",
}  # fmt: skip


def urgency(turn: Turn) -> float:
    """P(the message tells of an emergency) by the classifier."""
    return sum(share for intent, share in turn.ranking if intent in EMERGENCIES)


def alarm_again(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """The reply to what goes on about the emergency of the message before; None where help is there, where something
    is named that the article has, and for other kinds of message."""
    alarm = Alarm.retold(turn.alarm) if turn.alarm else None
    if alarm is None:
        return None
    crisis = alarm.kind == "crisis"
    mute = cannot_call(turn.text)
    of_someone = not crisis and heard("of_someone", turn.text)
    goes_on = mute or of_someone or out_of_reach(turn.text) or refuses(turn.text)
    fever = alarm.kind == "infection" and not is_helped(turn.text)
    goes_on = goes_on or (fever and (heard("on_treatment", turn.text) or heard("has_fallen", turn.text)))
    goes_on = goes_on or (not crisis and (heard("has_cancer", turn.text) or heard("maybe_only", turn.text)))
    goes_on = goes_on or bool(turn.intent not in _OF_ITS_OWN and is_unhelped(turn.text))
    if not goes_on:
        taken_back = not crisis and is_mistaken(turn.text)
        if taken_back or names_any(service, turn.text, signs=False) or is_helped(turn.text, crisis=crisis):
            return None
    goes_on = goes_on or turn.intent in (_GOES_ON if crisis else _STILL_WORRIES)
    goes_on = goes_on or still_happens(turn.text) or asks_what_now(turn.text)
    goes_on = goes_on or (turn.intent == "simplify" and not turn.talk.passages)  # "what does that mean?"
    if not crisis and not section_named(service, turn.text):
        unclear = family_of(turn.intent) in {"elsewhere", "talk"} and turn.confidence < ELSEWHERE
        worries = (unclear and turn.intent not in _OF_ITS_OWN) or family_of(turn.intent) == "silent"
        worries = worries and not (alarm.carer and "bereaved" in turn.talk.said)
        goes_on = goes_on or (worries and alarm.again < AGAIN_AT_MOST)  # what is asked then is asked for itself
    suspected = turn.intent in EMERGENCIES and urgency(turn) < SURE
    if not (goes_on or suspected):
        return None
    reply = alarm_reply(service, replace(alarm, again=alarm.again + 1, carer=alarm.carer or of_someone))
    return with_line(reply, service.wording.frames["cannot_call"]) if mute else reply, turn.talk


def waits(turn: Turn) -> bool:
    """Whether someone who told that help is there, or called, asks of no more than that: "is that ok?", "what do I do
    while I wait?"."""
    return turn.talk.closing and urgency(turn) < DOUBT and heard("while_waiting", turn.text)


def closing(turn: Turn) -> str | None:
    """How the message ends the talk about the emergency of the one before, or, where it tells of help, of an earlier
    one: a row of `smalltalk` in replies.yml."""
    alarm = Alarm.retold(turn.alarm) if turn.alarm else None
    kind = alarm.kind if alarm else turn.talk.alarmed
    if kind is None or still_happens(turn.text):
        return None
    key = closed_by(turn.text, crisis=kind == "crisis")
    if (
        alarm is None
        and not turn.talk.closing
        and not (key in {"help_is_there", "will_call"} and help_is_near(turn.text))
    ):
        return None
    if key == "bereaved":  # of somebody else's death the writer's own emergency does not end
        return key if alarm is None or alarm.carer else None
    # What looks like an emergency itself ends none, unless it tells of help, or denies the very crisis.
    ends = {"no_crisis"} if kind == "crisis" else {"help_is_there"}
    if key == "it_is_over" and kind == "infection":  # a fever that has fallen is no less of one
        return "help_is_there" if is_helped(turn.text) else None
    return key if key in ends or urgency(turn) < SURE else None


def alarm_now(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """The reply to who says no more than that what was talked about happens ("mine just went", "I have the third one"),
    or that what alarmed before is back; None where that is no emergency."""
    kind = None
    before = before_it_happens(turn.text)
    if before and (sign := _sign_in(service, before)):
        kind = sign
    elif happens(turn.text):
        kind = _sign_of_item(service, turn) or turn.talk.sign
    elif comes_back(turn.text) or out_of_reach(turn.text) or _takes_up(service, turn):
        kind = turn.talk.alarmed
    if kind is None:
        return None
    alarm = replace(service.red_flags.suspect(turn.text), kind=kind)
    return alarm_reply(service, alarm), turn.talk


def _takes_up(service: Service, turn: Turn) -> bool:
    """Whether a message after help was told of goes back to what alarmed: "no wait, it is real", "and my fever?"."""
    if turn.talk.closing and (asks_what_now(turn.text) or heard("takes_back", turn.text)):
        return True
    return heard("what_about_sign", turn.text) and _sign_in(service, turn.text) == turn.talk.alarmed


def remembered(service: Service, turn: Turn, reply: Reply, talk: Talk) -> Talk:
    """The talk with the kinds of emergency whose signs were asked about last (`sign`) and alarmed last (`alarmed`), and
    whether that is being talked down (`closing`)."""
    before = Alarm.retold(reply.alarm or turn.alarm or "")
    alarmed = before.kind if before else turn.talk.alarmed
    sign = _sign_in(service, turn.text) or (before.kind if before else None)
    if sign is None and reply.outcome == "answer" and reply.section == "symptoms" and len(reply.passages) == 1:
        sign = _sign_in(service, service.library.article(reply.article or "").passage(reply.passages[0]).text)
    elif sign is None and not (turn.terms or turn.articles or turn.others):
        sign = turn.talk.sign
    return replace(talk, sign=sign, alarmed=alarmed, closing=closing(turn) is not None or waits(turn))


def _sign_of_item(service: Service, turn: Turn) -> str | None:
    article = talked_about(service, turn.talk)
    return _sign_in(service, article.passage(turn.item).text) if article and turn.item else None


def _sign_in(service: Service, text: str) -> str | None:
    """The kind of emergency whose signs, or whose name, a text has, whatever it says of them."""
    suspected = service.red_flags.suspect(text)
    named = (kind for kind, names in _NAMED.items() if heard(names, text))
    return suspected.kind if suspected.sign else next(named, None)


def alarm_reply(service: Service, alarm: Alarm) -> Reply:
    """What to do first in an emergency, and for the next turn what it was."""
    reply = compose("urgent", service.emergency.text(alarm, service.care_team).splitlines())
    return replace(reply, alarm=alarm.told())


def told_again(service: Service, told: str | None, language: str) -> Reply | None:
    """What was said to an emergency told in a language that is not answered in (`Alarm.told`), again, some times."""
    alarm = Alarm.retold(told) if told else None
    if alarm is None or alarm.language != language or alarm.again >= AGAIN_AT_MOST:
        return None
    return alarm_reply(service, replace(alarm, again=alarm.again + 1))


def after_alarm(service: Service, told: str | None, reply: Reply) -> Reply:
    """The reply to a message, with whom to turn to when the one before it told of an emergency (`Alarm.told`)."""
    alarm = Alarm.retold(told) if told else None
    if alarm is None or reply.outcome == "urgent":
        return reply
    return with_line(reply, _whom_to_call(service, alarm.kind, "after_crisis"))


def in_doubt(service: Service, turn: Turn, reply: Reply) -> Reply:
    """The reply, with where to get help where the message may be an emergency, or one of its sentences would be one
    alone ("which milk is best? His legs are like jelly")."""
    kind, alone = turn.urgent_sentence
    if reply.outcome == "urgent":
        return reply
    if heard("wishes_over", turn.text):
        return with_line(reply, _whom_to_call(service, "crisis", "perhaps_crisis"))
    likeliest = next((intent for intent, _ in turn.ranking if intent in EMERGENCIES), "")
    may_be_crisis = urgency(turn) >= DOUBT and likeliest == "crisis"
    grave = not may_be_crisis and (heard("needs_help", turn.text) or heard("may_be_grave", turn.text))
    if grave or heard("severe_pain", turn.text):
        return with_line(reply, service.emergency.help_line())
    if urgency(turn) >= DOUBT:
        kind = likeliest
        before = Alarm.retold(turn.alarm) if turn.alarm else None
        if before and before.kind != "crisis":  # "the ambulance is on its way"
            kind = before.kind
    elif alone < DOUBT_ALONE and not _has_signs(service, turn):
        return reply
    return with_line(reply, _whom_to_call(service, kind, "perhaps_crisis"))


def _has_signs(service: Service, turn: Turn) -> bool:
    """Whether someone tells to have what was shown, signs of an emergency among it ("I have all of them"), asks what to
    do about one ("should we go if he can't pee"), or wonders whether it is an emergency that articles have a name for
    ("I think I've got spinal cord compression")."""
    named = any(heard(names, turn.text) for names in _NAMED.values())
    if turn.intent in {"ask_self_diagnosis", "ask_result"} and named:
        return True
    if heard("asks_what_of_it", turn.text) and service.red_flags.suspect(turn.text).sign:
        return True
    article = talked_about(service, turn.talk)
    passages = article.passages() if article else ()
    shown = [p.text for p in passages if p.id in turn.talk.passages and p.section == "symptoms"]
    return happens(turn.text) and any(_sign_in(service, text) for text in shown)


def _whom_to_call(service: Service, kind: str, frame: str) -> str:
    if kind != "crisis":
        return service.emergency.help_line()
    return service.wording.frames[frame].replace("{crisis}", service.emergency.numbers["en"]["crisis"])
