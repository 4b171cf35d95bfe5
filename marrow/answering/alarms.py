"""Emergencies: what is said to them, what goes on about one, and what is said after it."""

from __future__ import annotations

import re
from dataclasses import replace

from marrow.answering.named import names_any, section_named
from marrow.answering.service import Service
from marrow.answering.turn import EMERGENCIES, Talk, Turn, family_of
from marrow.reply import Reply, compose, with_line
from marrow.safety.red_flags import Alarm

#: From which share of emergencies on the classifier alarms. Of ten new authors' 2,055 emergencies 23 lie between this
#: and 0.8, of their 1,110 calm messages 14; of 8,000 held-out messages four, all calm.
SURE = 0.5

#: From which P(emergency) of one of several sentences alone on a reply says where to get urgent help. An alarm would be
#: too much: it would find 13 of the 22 missed of new authors' 681 emergencies of several sentences, and alarm for 33 of
#: 1,207 held-out calm messages of several sentences that do not alarm.
DOUBTED = 0.9

#: What goes on about a crisis when it follows one ("no", "nobody is here"), and about another emergency ("can it wait
#: until Monday?", "it has eased a bit"): small talk and honest silence would leave the person alone with it.
_GOES_ON = {"affirm", "deny", "distress", "human", "goodbye", "other_subject", "nlu_fallback"}
_STILL_WORRIES = {"deny", "distress", "follow_up", "human", "repair", "nlu_fallback"}
#: Small talk that asks for something of its own, or ends the talk.
_OF_ITS_OWN = {"thank", "goodbye", "forget_me", "full_disclaimer", "privacy"}
#: Below this confidence another subject and small talk may be the emergency still ("what do I say to them").
ELSEWHERE = 0.7

#: Told again so often, for whatever reason, it is not told to what may be about it or not.
AGAIN_AT_MOST = 2

# After an emergency: what tells that someone is there, was reached, or that it is over, and what tells that nobody is.
_HELPED = re.compile(
    r"\b(?:called|rang|rung|phoned|texted|spoke|spoken|talked"
    r"|(?:calling|ringing|phoning|dialling|dialing) (?:them|now|\d{3}|(?:an |the )?ambulance)"
    r"|(?:am|m|re|is|s) (?:calling|ringing|phoning|on to (?:them|\d{3}))(?: them)? (?:already|now)"
    r"|(?:am|m|are|re|is|s) on (?:to|with) (?:them|\d{3})|\d{3} on (?:the )?(?:phone|line|speaker)"
    r"|(?:am|is|are|feel\w*|[ms]) (?:a bit |a little |much )?(?:better|safer?|calmer|steadier)"
    r"|(?:at|in) (?:the )?hospital|they (?:said|want|took)"
    r"|(?:paramedics?|ambulance|crew) (?:is|are|s|came|coming|comin|has (?!gone)|have (?!gone)|got)"
    r"|(?:is|are|[sm]|re) (?:coming(?! (?:on|back|down|and going|in waves))"
    r"|here|sending|with (?:me|us|him|her)|on (?:the|her|his|their) way)"
    r"|back home|home again|next day|days? (?:later|on))\b",
    re.IGNORECASE,
)
_UNHELPED = re.compile(
    r"\b(?:nobody|no[ -]?one|busy|engaged|no answer|on hold|ring(?:s|ing)? out|rang out"
    r"|(?<!not )(?:alone|on my own|by myself))\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|refus\w+|scared|no point|\w+n t"
    r"|(?:do|does|did|is|are|was|were|have|has|had|ca|wo|could|would|should)nt)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|[,.;!] (?:so |and |but )?(?:what|how|who|should i|can i|do i)\b"
    r"|^(?:so |and |but )?(?:should|shall|can|could|do|does|is it|will|would|must|what|when|how|who)\b",
    re.I,
)


def urgency(turn: Turn) -> float:
    """P(the message tells of an emergency) by the classifier."""
    return sum(share for intent, share in turn.ranking if intent in EMERGENCIES)


def alarm_again(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """The reply to what goes on about the emergency of the message before; None where help is there, where something
    is named that the article has, and for other kinds of message."""
    alarm = Alarm.retold(turn.alarm) if turn.alarm else None
    if alarm is None or names_any(service, turn.text) or _is_helped(turn.text):
        return None
    crisis = alarm.kind == "crisis"
    goes_on = turn.intent in (_GOES_ON if crisis else _STILL_WORRIES)
    goes_on = goes_on or bool(turn.intent not in _OF_ITS_OWN and _UNHELPED.search(turn.text))
    if not crisis and not section_named(service, turn.text):
        unclear = family_of(turn.intent) in {"elsewhere", "talk"} and turn.confidence < ELSEWHERE
        worries = (unclear and turn.intent not in _OF_ITS_OWN) or family_of(turn.intent) == "silent"
        goes_on = goes_on or (worries and alarm.again < AGAIN_AT_MOST)  # what is asked then is asked for itself
    suspected = turn.intent in EMERGENCIES and urgency(turn) < SURE
    if not (goes_on or suspected):
        return None
    return replace(alarm_reply(service, alarm), alarm=replace(alarm, again=alarm.again + 1).told()), turn.talk


def _is_helped(text: str) -> bool:
    """Whether someone tells that help is there: in a clause that denies nothing, and that is no question."""
    if _ASKS.search(text.strip()) or _UNHELPED.search(text):
        return False
    clauses = re.split(r"[,.;!]|\bbut\b", text.replace("'", " ").replace("’", " "))
    return any(_HELPED.search(clause) and not _DENIED.search(clause) for clause in clauses)


def alarm_reply(service: Service, alarm: Alarm) -> Reply:
    """What to do first in an emergency."""
    return compose("urgent", service.emergency.text(alarm, service.care_team).splitlines())


def after_alarm(service: Service, told: str | None, reply: Reply) -> Reply:
    """The reply to a message, with whom to turn to when the one before it told of an emergency (`Alarm.told`)."""
    alarm = Alarm.retold(told) if told else None
    if alarm is None or reply.outcome == "urgent":
        return reply
    line = service.emergency.help_line()
    if alarm.kind == "crisis":
        crisis = service.emergency.numbers["en"]["crisis"]
        line = service.wording.frames["after_crisis"].replace("{crisis}", crisis)
    return with_line(reply, line)


def in_doubt(service: Service, turn: Turn, reply: Reply) -> Reply:
    """The reply, with where to get urgent help where one of several sentences alone would be an emergency: "which milk
    is best? His legs are like jelly"."""
    if reply.outcome == "urgent" or turn.urgent_sentence < DOUBTED:
        return reply
    return with_line(reply, service.emergency.help_line())
