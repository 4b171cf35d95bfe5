"""What is said about an emergency without its signs: that it happens ("mine just went"), that it goes on, that help is
there, that it is over, or that it never was one. Texts alone, no talk; `alarms.py` says what it means in one."""

from __future__ import annotations

import re

#: Words up to which a message says no more than that something happens; twice as many may say that nothing does.
SHORT = 14

#: Whom people write for.
KIN = (
    "mum|mom|mummy|mother|dad|daddy|father|nan|gran|grandma|grandad|grandpa|wife|husband|partner|son|daughter|brother"
    "|sister|friend|aunt|auntie|uncle|patient|neighbou?r"
)
_PERSON = rf"(?:i|he|she|they|we|mine|his|hers|theirs|(?:(?:my|our|the) )?(?:(?:own|old|poor) )?(?:{KIN}))"
_LEADS_IN = (
    "(?:(?:yes|yeah|yep|yh|ya|well|ok|okay|oh|um|so|and|but|because|cos|cuz|coz|no|actually|help|please|omg|wait"
    "|hang on|oh (?:my )?(?:god|no)|i think|i m (?:afraid|scared)|sorry|that s it|exactly) )*"
)
_UNIT = r"(?:hours?|minutes?|moments?|hrs?|mins?|days?)"
_NOW = (
    r"(?: (?:(?:right |just )?now|today|tonight|this (?:morning|minute|second|evening|afternoon)|too|already|actually"
    r"|as well|again|as we speak|suddenly|all of a sudden|at the moment|i think|here|both of them|completely|all day"
    rf"|since (?:\w+ ){{0,2}}(?:{_UNIT}|morning|lunch|night|yesterday|today|breakfast|tea|waking|i woke(?: up)?)"
    rf"|for (?:about |over )?(?:an?|two|three|four|five|\d+|half an) ?{_UNIT}"
    rf"|(?:about |like )?(?:an?|one|two|five|ten|\d+|a few) {_UNIT} ago))*"
)
_THEM = "(?:that|this|those|these|them|it)"
_IT = (
    rf"(?:(?:exactly |just |like |just like )?{_THEM}|(?:all|some|both|one|two|three|most) of {_THEM}"
    "|the same(?: thing)?|the (?:first|second|third|fourth|last|other) (?:one|thing)|that (?:one|too))"
)
_ALSO = "(?: (?:really|definitely|actually|also|just|do|does|think|might|may|must|seems? to|could|probably|all|both))*"
_HAS = (
    "(?: (?:have|has|ve|s|got|having|getting|feel|feels|feeling|noticed|noticing|experiencing|m|am|is|are|re|do|does))+"
)
_BE = "(?: (?:s|is|are|re|has|have|ve|just|both|all|also|really|actually|definitely|been|now|suddenly|keeps))*"
_STARTS = (
    "(?:happening|happened|starting|started|going on|begun|beginning|came on|coming on|back|come back"
    "|came back|returned"
    "|(?:getting |got |gotten )?(?:much |a lot )?worse)"
)
_FAILS = (
    "(?:(?:stopped|stop|quit) working|do|does|did|have|has|went|gone|go|going|stopped|failed|failing"
    "|given (?:up|out|way)"
    "|gave (?:up|out|way)|giving way|are|is|started|starting|numb|weak|dead|heavy|worse)"
)


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_LEADS_IN}(?:{pattern}){_NOW}")


_HAPPENING = (
    # "I've got that", "he has the same", "my mum feels all of that now"
    _whole(rf"{_PERSON}{_ALSO}(?: {_PERSON})?{_ALSO}{_HAS}{_ALSO} {_IT}"),
    # "it's happening to me", "that just started", "it is back", "it's getting worse by the hour"
    _whole(
        rf"(?:it|that|this|they|the same(?: thing)?|mine|his|hers){_BE} {_STARTS}"
        rf"(?: (?:to|with|for|in) (?:me|him|her|us|them|{_PERSON}))?"
        r"(?: (?:by the (?:hour|minute)|every (?:hour|minute)|and worse|fast|quickly))*"
    ),
    # "mine have, just now", "his just went"
    _whole(rf"(?:both of )?(?:mine|his|hers|theirs){_BE} {_FAILS}(?: (?:numb|weak|dead|heavy|completely|on me|too))*"),
    # "that's what I have", "this is me right now", "that's what's happening"
    _whole(
        r"(?:that|this|it)(?: (?:s|is|sounds))+(?: (?:exactly|just|pretty much|like))*"
        rf" (?:(?:me|him|her) (?:right )?(?:now|today)|(?:what|how) {_PERSON}{_HAS}(?: (?:like|describing))?"
        rf"|what s (?:happening|going on)(?: (?:to|with) (?:me|him|her|{_PERSON}))?)"
    ),
    # "I do now", "he is right now"
    _whole(rf"{_PERSON} (?:do|does|am|is|are|has|have|just did) (?:(?:right |just )?now|today|tonight)"),
)

# After an alarm: "yes, right now", "since an hour", "both of them", "I feel fine"; at any time: "numb again".
_STILL = re.compile(
    r"(?:(?:yes|yeah|yep|ya|well|ok|okay|oh|um|so|and|but|just|it|its|is|s|this|that|was|been|both|of"
    r"|them|legs|arms|sides"
    r"|all|still|right|now|today|tonight|morning|evening|since|for|about|an|a|one|two|half|few|couple|the|last|hours?"
    r"|minutes?|mins?|hrs?|ago|ongoing|again|worse|happening|started|sudden|suddenly|really|\d+)(?: |$))+"
)
_TIMED = re.compile(r"\b(?:now|still|today|tonight|ago|since|both|again|worse|ongoing|minutes?|hours?)\b")
_FEELS_FINE = re.compile(r"(?:(?:but|and|well) )*i (?:feel|am|m) (?:fine|ok|okay|alright|all right)(?: though)?")
_AGAIN = re.compile(
    rf"\b(?:it|they|that|{_PERSON}) (?:s|is|are|re|has|have|ve|m|am|feels?|went|goes)(?: \w+){{0,3}}"
    rf" (?:again|back|worse)\b{_NOW}$|\bback (?:up )?(?:to|at) (?:3[89]|4[01]|10[0-4])(?: \d)?$"
)

_HELPER = (
    rf"(?:(?:the|my|our|his|her|an?) )?(?:{KIN}|doctors?|gp|nurses?|paramedics?|crew|ambulance|police|samaritans|helpline"
    r"|line|crisis (?:team|line)|counsell?or|therapist|psychologist|psychiatrist|chaplain|carers?|team|someone|\d{3})"
)
_HELPED = re.compile(
    r"\b(?:called|rang|rung|phoned|texted|spoke|spoken|talked"
    r"|(?:calling|ringing|phoning|dialling|dialing) (?:them|now|\d{3}|(?:an |the )?ambulance)"
    r"|(?:am|m|re|is|s) (?:calling|ringing|phoning|on to (?:them|\d{3}))(?: them)? (?:already|now)"
    r"|(?:am|m|are|re|is|s) on (?:to|with) (?:them|\d{3})|\d{3} on (?:the )?(?:phone|line|speaker)"
    r"|on the (?:phone|line) (?:with|to) (?:them|\d{3}|the|me|us)|in (?:the|an) ambulance|i call(?:ed)? \d{3}"
    r"|(?:am|is|are|feel\w*|[ms]) (?:a bit |a little |much )?(?:better|safer?|calmer|steadier)"
    r"|(?:at|in) (?:the |a )?(?:hospital|hospice|a&e|er|emergency (?:room|department))|they (?:said|want|took)|arrived"
    r"|(?:ambulance|999|911|112) (?:s |is |has been |been )?(?:called|rung)"
    r"|(?:paramedics?|ambulance|crew) (?:is|are|s|came|coming|comin|has (?!gone)|have (?!gone)|got)"
    r"|(?:is|are|[sm]|re) (?:coming(?! (?:on|back|down|and going|in waves))"
    r"|here|sending|with (?:me|us|him|her)|on (?:the|her|his|their) way)"
    r"|back home|home again|next day|days? (?:later|on))\b",
    re.IGNORECASE,
)
_SOMEONE_HELPS = re.compile(
    r"^(?!.*\b(?:good ?bye|bye|farewell|last time|garage|bridge|roof)\b).*"
    rf"\b(?:rang|rung|phoned|(?:calling|ringing|phoning|dialling|dialing) (?:them|now|already|{_HELPER})"
    rf"|{_HELPER} on (?:the )?(?:phone|line|speaker)|on the (?:phone|line) (?:with|to) (?:them|{_HELPER})"
    rf"|(?:called|texted|spoke (?:to|with)|spoken (?:to|with)|talked (?:to|with)|on (?:to|with))"
    rf" (?:them|{_HELPER})|{_HELPER} (?:(?:is|are|s|re|has|have|just|now|already) )*(?:here|with (?:me|us)|coming|came"
    rf"|on the (?:phone|line)|arrived|on (?:the|her|his|their) way|sending|talking|staying)|they (?:re|are|have|ve) (?:coming|here|sending|with me|said"
    r"|on (?:the|their) way))\b"
)
# "I'll ring them", "dialling", "getting the car out": help is being called, at once.
_WHOM = rf"(?:them|him|her|me|us|someone|help|(?:my |our )?(?:{KIN}))"
_WILL_CALL = re.compile(
    rf"\b(?:{_PERSON}(?: (?:will|ll|d better|(?:am|m|is|s|are|re) (?:going to|gonna)))"
    r"(?: (?:just|now|better|go and|go|definitely|straight away))*"
    r" (?:call|ring|phone|dial|text|tell|contact|do (?:that|it|so)|speak to|talk to|go (?:in|to|now|there)"
    rf"|get {_WHOM})"
    r"|dialling|dialing"
    r"|(?:getting|starting|fetching) (?:the |my |our )?(?:car|coat|keys)"
    rf"|(?:getting|putting) {_WHOM} in(?:to)? the car|(?:driving|taking|bringing) {_WHOM} (?:in|there|to|now|over)"
    r"|on (?:my|our|the) way|going (?:in|there)? ?now|going to (?:a&e|er|(?:the )?hospital)|heading (?:in|there|to)"
    r"|setting off|leaving now|off to (?:a&e|er|(?:the )?hospital)"
    r"|driving (?:there|in|to (?:the )?(?:a&e|er|hospital)))\b"
)
_CALLING = re.compile(
    rf"{_LEADS_IN}(?:(?:i|we|he|she|they) (?:m |am |re |are |s |is )?)?(?:calling|ringing|phoning)"
    rf"(?: (?:{_WHOM}|now|right now|back|\d{{3}}|(?:for )?an ambulance"
    r"|(?:the|my|our|his|her) (?:doctor|nurse|gp|team|ward|clinic|hospital|hospice|helpline|line|oncologist|surgery)))*"
)
_WILL_DO = re.compile(rf"{_LEADS_IN}will do(?: that| it)?(?: (?:now|thanks|thank you))*")
# In a crisis only who says whom they call or go to: "on my way to the roof" is no such thing.
_CALLS_SOMEONE = re.compile(
    r"^(?!.*\b(?:good ?bye|bye|farewell|love (?:them|her|him|you)|sorry|garage|bridge|roof|alone)\b).*"
    r"\b(?:(?:call|ring|phone|dial|contact|speak to|talk to|calling|ringing|phoning|dialling|dialing|text|tell)\b.*"
    r"\b(?:them|someone|somebody|help|line|helpline|samaritans|\d{3}|doctor|nurse|gp|team|crisis|therapist"
    rf"|{KIN})\b|(?:hospital|a&e|er|get (?:help|someone))\b|dialling|dialing)"
)
# Help that was asked for and does not come.
_NO_HELP = re.compile(
    r"\b(?:never|not|cannot|(?:do|does|did|is|are|was|were|wo|ca|could|would|has|have|had)n ?t) (?:(?:get|be|been"
    r"|even|ever|yet|put) )?(?:answer\w*|pick\w* up|ring\w* back|rang back"
    r"|call\w* back|repl\w+|respond\w*|come|coming|came|send\w*|take|see|seen|listen\w*|believ\w+|interested|open"
    r"|help\w*"
    r"|put me|me through|get through|arriv\w+)\b|\bline is (?:dead|busy)\b|\bno (?:ambulance|answer)\b"
)
# Who comes, whatever they said.
_COMING = re.compile(r"\b(?:paramedics?|ambulance|crew) (?:is|are|s|re) (?:coming|here|on)\b")
# "Should I still go?", "what now?": of an emergency that was told before.
_WHAT_NOW = re.compile(
    rf"{_LEADS_IN}(?:(?:should|shall|must|do) (?:i|we|he|she) (?:still |just )?(?:go|call|ring|phone|wait)"
    r"(?: (?:in|now|them|anyway))*"
    r"|(?:and )?(?:what|wat) (?:now|next|then)|now what|what (?:do|should|can) (?:i|we) do(?: (?:now|then|next))?)"
)
_DO_NOT = r"(?:do|does|did|is|are|was|were|wo|ca|could|would)(?: not| n t|n t|nt)"
_THEY = (
    rf"(?:they|he|she|ambulance|crew|paramedics?|nurses?|doctors?|gp|team|line|helpline|hospital|clinic|\d{{3}}|{KIN})"
)
# Nobody can be reached, or nobody goes: said of an emergency some turns after it, too.
_OUT_OF_REACH = re.compile(
    rf"\b(?:{_THEY} {_DO_NOT} (?:pick(?:ing)? up|answer(?:ing)?|(?:at )?home|(?:come|coming)(?! back))"
    r"|(?:ca n t|can t|cant|cannot|could not|couldn t|couldnt)"
    r" (?:get through|get hold|reach (?:them|him|her|any\w*|the (?:doctor|nurse|team|ward)))"
    r"|no (?:phone|signal|battery|credit|ambulance|one (?:(?:is|s|at) )*(?:home|here|answers|picks|coming|in))"
    r"|nobody (?:(?:is|s|at) )*(?:home|here|answers|picks|coming|in)|line (?:is|s) busy|door (?:is|s) locked)\b"
)
_OF_ELSE = re.compile(
    r"\banswer(?:ing)? (?:my|our|his|her|the|that|this|a|any) (?!phone|door|call)"
    r"|\bget hold of (?:a|an|any|my|the|some) (?!doctor|nurse|team|ward|gp|line|hospital|ambulance|one\b)"
    r"|\bno (?:credit|battery) (?:for|left in my)|\bhas no battery"
    r"|\bcom(?:e|ing) (?:to (?!us|me|him|her|help)|for (?!us|me|him|her)|out with|from|up)\b"
)
_REFUSES = re.compile(
    rf"\b(?:refus\w+ (?:to (?!give)\w+|(?:the )?(?:ambulance|help))|refus(?:es|ed|ing)$"
    rf"|{_DO_NOT} (?:going|go|come|listen|let|call)"
    rf"|{_DO_NOT} want (?:to (?:go|call|ring|bother|trouble|be)|an ambulance|help|me to)"
    rf"|(?:he|she|they|i|{KIN}) (?:won t|wont) (?:go|call|come|let|ring|listen|have|get|phone)"
    r"|not going|wants? to (?:wait|stay|sleep))\b"
)
_DIED = re.compile(
    r"(?<!thought )(?<!scared )(?<!afraid )(?<!think )(?<!if )(?<!like )(?<!before )"
    rf"\b{_PERSON} (?:(?:has|have|had|s|just|already|then) )*(?:died(?! (?:and|then) (?:they|was|came|the)\b)"
    rf"|passed away"
    r"|passed(?: on)?(?=$| (?:in|last|yesterday|this|peacefully|just|at|after|before)\b)"
    r"|(?:is|are|s|was) dead(?=$| (?:now|and|since|already|for)\b))(?:$| )"
    rf"(?!.*\b(?:now (?:my|our|i|he|she|they|{KIN})|(?:has|have|got) (?:it|this|the same)|numb|my legs|{KIN})\b)"
    rf"|\bthis was before {_PERSON} died\b"
)
_NOT_AT_ONCE = re.compile(
    r"\b(?:later|tomorrow|tonight|morning|afternoon|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|week(?:end)?"
    r"|after|if|when|once|unless|until|till|wait|first|soon|sometime|maybe|perhaps|might|next|before)\b"
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
    re.IGNORECASE,
)

# "its 2am tho is it ok to wait": what asks in the middle, without a mark.
_INVERTED = re.compile(
    r"\b(?:is|are|was|will|can|could|should|shall|do|does|did|would|must|may|might) (?:it|i|he|she|they"
    r"|we|you|this|that)\b"
    r"|\b(?:what|how|why|when|where|which|who) (?:is|are|do|does|did|to|can|will|should|would|s)\b"
)

_OWN = "(?:the |my |his |her |a |our )?"
_CARE = (
    "(?:doctors?|gp|nurses?|paramedics?|crew|hospital|hospice|consultant|oncologist|surgeon|carers?|team|a&e|er|they"
    "|x ?rays?|scan)"
)
_THANKS = re.compile(r"\b(?:thank\w*|thx|ta|cheers|understand|clear)\b")
# What ends the talk about an emergency, by the row of `smalltalk` in replies.yml that answers it.
_CLOSES = {
    "it_is_over": re.compile(
        rf"\b(?:(?:it|that|this|all|they){_BE}(?: (?:was|seems?(?: to (?:be|have))?|feels?))*"
        r" (?:over|passed|stopped|gone(?: away| off)?|went away|eased(?: off)?|settled|fine|ok|okay|better"
        r"|good|wore off"
        r"|worn off|back to normal)"
        r"|(?<!hope it s a )(?<!maybe )(?<!perhaps )false alarm|wrong (?:chat|window|person)"
        rf"|{_PERSON} (?:s |is |m |am |are |feels? |has |have |went |seems? )?(?:all |much |just "
        rf"|totally )*(?:fine|ok|okay"
        r"|better|alright|all right|stopped|settled|sitting (?:up|down)|herself again|himself again|breathing normally"
        r"|awake) now|all good(?: now)?|(?:feel|feeling) (?:much )?better)\b"
    ),
    "not_now": re.compile(
        r"\b(?:(?:years?|months?|weeks?|decades?|ages|long (?:time )?) ?ago"
        r"|last (?:week|month|year|summer|winter|spring|autumn|fall|time)"
        r"|as a (?:child|kid|boy|girl|baby|teenager)|when (?:i|he|she|mum|dad|we) (?:was|were) (?:young|little|a|\d+)"
        r"|since (?:the )?(?:19|20)\d\d|since (?:polio|birth|childhood|(?:i|he|she) was)|for (?:years|months)"
        rf"|(?:saw|seen|spoke (?:to|with)|talked (?:to|with)|been to|went to) {_OWN}{_CARE}"
        r"|(?:on|got|have|has|given) (?:the |some |an? )?(?:antibiotics?|stitches|cast|plaster|sling)"
        rf"|{_CARE}(?: (?:has|have|just|already))? (?:said|says?|saw|seen|checked|knows?|told|looked)"
        r"|(?:been|was|got|already) (?:checked|seen|looked at|x ?rayed|scanned|treated)|(?:just|only) bruised"
        r"|not broken"
        r"|(?:exam|essay|homework|quiz|textbook|hypothetical|general|research) ?(?:question|work|case|only)"
        r"|(?:just|only) (?:asking|wondering|a question|an example|testing|curious|a test)|hypothetical(?:ly)?"
        r"|not (?:about )?(?:me|real|happening)|in (?:a|the|my) (?:film|movie|book|story|novel|show))\b"
    ),
}
_THAT_WAS = re.compile(r"(?:(?:no|oh|sorry|but) )*(?:that|it|this) (?:s|is|was) ")
_PARTLY = re.compile(r"\b(?:a (?:little|bit|touch|tad)|slightly|somewhat|partly|half|but)\b")
# "I'm not suicidal", "I didn't mean it like that".
_NO_CRISIS = re.compile(
    r"\b(?:(?:m|am|was|is|s|are|re) (?:not|never)(?: \w+)? (?:suicidal|(?:going to|gonna) (?:hurt|harm"
    r"|kill|do)|like that"
    r"|in danger|planning|thinking (?:of|about))|not (?:like that|suicidal|literally|what i mean\w*)"
    r"|(?:would|wouldn t|wouldnt|won t|wont|d)(?: never| not)? (?:hurt|harm|kill|do (?:that|it|anything))"
    r"|(?:didn t|didnt|did not|don t|dont|do not|never) mean|figure of speech|just (?:an expression|a saying|tired"
    r"|knackered|fed up|exhausted)|(?:don t|dont|do not) want to (?:die|hurt|harm)|i (?:just |only )?meant)\b"
)


def happens(text: str) -> bool:
    """Whether someone tells that what was talked about happens, to them or to whom they care for, now."""
    plain = _plain(text)
    if "?" in text or len(plain.split()) > SHORT or _CLOSES["not_now"].search(plain) or _THANKS.search(plain):
        return False
    first = _plain(re.split(r"[.!;]", text)[0])
    return any(p.fullmatch(said) for said in {plain, first} for p in _HAPPENING)


def comes_back(text: str) -> bool:
    """Whether someone tells that what was over is back: "they are numb again"."""
    plain = _plain(text)
    return len(plain.split()) <= SHORT and "?" not in text and bool(_AGAIN.search(plain)) and not _DENIED.search(plain)


def still_happens(text: str) -> bool:
    """Whether someone tells after an alarm that it goes on, or that it is back."""
    plain = _plain(text)
    if "?" in text or _DENIED.search(plain):
        return False
    timed = _STILL.fullmatch(plain) and _TIMED.search(plain)
    return bool(timed or _FEELS_FINE.fullmatch(plain) or happens(text) or comes_back(text))


def is_helped(text: str, *, crisis: bool = False) -> bool:
    """Whether someone tells that help is there: in a clause that denies nothing, and that is no question.

    In a crisis neither a mood nor a place is help: somebody who helps must be named.
    """
    if crisis and not _SOMEONE_HELPS.search(_plain(text)):
        return False
    if _ASKS.search(text.strip()) or _UNHELPED.search(text) or out_of_reach(text) or _NO_HELP.search(_plain(text)):
        return False
    clauses = re.split(r"[,.;!]|\bbut\b", text.replace("'", " ").replace("’", " "))
    found = ((clause, _HELPED.search(clause)) for clause in clauses)
    return any(help and not _DENIED.search(clause[: help.end()]) for clause, help in found)


def will_call(text: str) -> bool:
    """Whether someone tells that they call for help, or go for it, at once."""
    plain = _plain(text)
    return bool(_WILL_CALL.search(plain) or _CALLING.fullmatch(plain)) and not (
        _DENIED.search(plain) or _NOT_AT_ONCE.search(plain)
    )


def out_of_reach(text: str) -> bool:
    """Whether someone tells that nobody can be reached or comes."""
    plain = _plain(text)
    return "?" not in text and bool(_OUT_OF_REACH.search(plain)) and not _OF_ELSE.search(plain)


def asks_what_now(text: str) -> bool:
    """Whether someone asks no more than what to do, or whether to go or call."""
    return bool(_WHAT_NOW.fullmatch(_plain(text)))


def refuses(text: str) -> bool:
    """Whether someone tells that they, or who is ill, will not go or call, or not at once."""
    plain = _plain(text)
    return bool(_REFUSES.search(plain) or (_WILL_CALL.search(plain) and _NOT_AT_ONCE.search(plain)))


def is_unhelped(text: str) -> bool:
    """Whether someone tells that nobody is there or answers."""
    return bool(_UNHELPED.search(text))


def closed_by(text: str, *, crisis: bool) -> str | None:
    """How a message ends the talk about an emergency: the row of `smalltalk` in replies.yml that answers it, else None.

    A message that asks something, or that says that nobody is there, ends nothing.
    """
    plain = _plain(text)
    if not crisis and _DIED.search(plain) and len(plain.split()) <= 2 * SHORT:
        return "bereaved"
    if not crisis and _WILL_DO.fullmatch(plain):
        return "will_call"
    if out_of_reach(text) or _NO_HELP.search(plain):
        return None
    asks = _ASKS.search(text.strip()) or _INVERTED.search(plain)
    if asks or _UNHELPED.search(text) or len(plain.split()) > 2 * SHORT:
        return None
    if crisis and _NO_CRISIS.search(plain):
        return "no_crisis"
    for key, pattern in _CLOSES.items():
        found = pattern.search(plain)
        if found and key == "it_is_over" and _PARTLY.search(plain):
            return None
        if key == "not_now" and (_COMING.search(plain) or (crisis and not _THAT_WAS.match(plain))):
            continue
        if found and (key == "not_now" or not _DENIED.search(plain[: found.end()])):
            return key
    if is_helped(text, crisis=crisis):
        return "help_is_there"
    return "will_call" if will_call(text) and not (crisis and not _CALLS_SOMEONE.search(plain)) else None


def _plain(text: str) -> str:
    """Words in lower case between single spaces; "it's" is "it s"."""
    return " ".join(re.findall(r"[\w&]+", text.casefold()))
