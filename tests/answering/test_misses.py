"""Replies that do not answer: several in a row, the same one again, and the kind word before them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from evaluation.judging import names_what
from marrow.answering.answers import question
from marrow.answering.service import Service
from marrow.answering.talk import smalltalk
from marrow.answering.turn import Talk, Turn
from marrow.reply import SHORT_DISCLAIMER, Reply

ARTICLE = "bone-metastasis"
#: One way to miss of each kind.
MISSES = ("not_covered", "out_of_scope", "unclear", "repair")


@pytest.fixture
def miss(service: Service, turn: Callable[..., Turn]) -> Callable[[str, Talk], tuple[Reply, Talk]]:
    def make(kind: str, talk: Talk) -> tuple[Reply, Talk]:
        if kind == "not_covered":
            return question(service, turn("ask_cost", talk=talk))
        if kind == "out_of_scope":
            return question(service, turn("ask_cost", scope={ARTICLE: 0.05}, talk=talk))
        return smalltalk(service, turn("repair", talk=talk), kind)

    return make


def sorry(service: Service, reply: Reply) -> bool:
    """Whether a reply says whom to turn to after several misses."""
    return any(service.fill(text) in reply.text for text in service.wording.missed)


@pytest.mark.parametrize("last", MISSES)
@pytest.mark.parametrize("before", MISSES)
def test_from_the_third_miss_on_people_and_topics_come(service: Service, miss: Any, before: str, last: str) -> None:
    talk = Talk()
    for _ in range(2):
        reply, talk = miss(before, talk)
        assert not sorry(service, reply)
    for number in range(3, 6):
        reply, talk = miss(last, talk)
        assert sorry(service, reply) and "our care team" in reply.text
        assert len(reply.offers) == 3
        assert reply.text.count(SHORT_DISCLAIMER) == 1 and reply.text.endswith(SHORT_DISCLAIMER)
        assert talk.misses == number


@pytest.mark.parametrize("kind", MISSES)
def test_an_answer_ends_the_misses(service: Service, turn: Any, miss: Any, kind: str) -> None:
    talk = Talk()
    for _ in range(3):
        _, talk = miss(kind, talk)
    _, talk = question(service, turn("ask_symptoms", talk=talk))
    assert talk.misses == 0
    reply, _ = miss(kind, talk)
    assert not sorry(service, reply)


@pytest.mark.parametrize("kind", MISSES)
@pytest.mark.parametrize("answered_between", [False, True])
def test_no_text_is_read_three_times(service: Service, turn: Any, miss: Any, kind: str, answered_between: bool) -> None:
    talk, texts = Talk(), []
    for _ in range(6):
        reply, talk = miss(kind, talk)
        texts.append(reply.text)
        if answered_between:
            _, talk = question(service, turn("ask_symptoms", talk=talk))
    assert max(Counter(texts).values()) <= 2


def test_what_was_shown_as_nearest_is_not_shown_for_the_same_again(service: Service, turn: Any) -> None:
    first, talk = question(service, turn("ask_cost"))
    assert first.passages and service.wording.frames["nearest"] in first.text
    second, talk = question(service, turn("ask_cost", talk=talk))
    assert not second.passages and names_what(second.text) and "“Who can help me" in second.text
    assert service.wording.frames["nearest"] not in second.text
    _, talk = question(service, turn("ask_symptoms", talk=talk))
    other, _ = question(service, turn("ask_cost", ("denosumab",), talk=talk))
    assert other.passages == ("treatment.3",), "another passage is news"


def test_what_a_third_miss_left_out_is_shown_later(service: Service, turn: Any) -> None:
    talk = Talk(misses=2)
    reply, talk = question(service, turn("ask_cost", talk=talk))
    assert not reply.passages
    _, talk = question(service, turn("ask_symptoms", talk=talk))
    assert question(service, turn("ask_cost", talk=talk))[0].passages


def test_kind_word_stands_first_once_in_a_talk_and_not_beside_comfort(service: Service, turn: Any) -> None:
    kind = service.wording.silences["ask_survival_time"].kind
    first, talk = question(service, turn("ask_survival_time"))
    assert first.text.startswith(f"{kind}\nThe article does not say how long")
    _, talk = question(service, turn("ask_symptoms", talk=talk))
    assert kind not in question(service, turn("ask_survival_time", talk=talk))[0].text
    afraid, _ = question(service, turn("ask_survival_time", text="I am afraid. How long?"))
    assert afraid.text.startswith(service.wording.comfort) and kind not in afraid.text


@pytest.mark.parametrize(
    ("intent", "text", "said"),
    [
        ("ask_daily_life", "can I fly to Spain", "whether it is safe to travel."),
        ("ask_daily_life", "can I still drive", "whether it is safe to drive."),
        ("ask_daily_life", "what can she do", "what is safe in daily life"),
        ("ask_daily_life", "is a flue fine", "what is safe in daily life"),
        ("ask_self_diagnosis", "Has mine spread?", "whether yours has spread"),
        ("ask_second_opinion", "a second opinion?", "whether to get a second opinion."),
        ("ask_heredity", "is it my fault", "whether it comes from anything a person did."),
    ],
)
def test_words_of_the_question_say_what_was_asked(
    service: Service, turn: Any, intent: str, text: str, said: str
) -> None:
    reply, _ = question(service, turn(intent, text=text))
    assert "The article does not say " in reply.text and said in reply.text


@pytest.mark.parametrize(
    ("intent", "text", "named"),
    [
        ("ask_end_of_life", "what is palliative care, have they given up", "anything about palliative care."),
        ("ask_survival_time", "is it fatal", "whether someone dies of bone metastasis."),
        ("ask_complications", "what actually kills you with it", "whether someone dies of bone metastasis."),
        ("ask_treatment", "what happens if you don't treat it", "what happens without treatment."),
        ("ask_heredity", "I'm 31, will treatment make me infertile", "a difference to having children."),
        ("ask_heredity", "how do I tell my children", "how to tell others, or whether to."),
        ("ask_alternative", "is massage dangerous", "whether massage, physiotherapy or the like"),
        ("ask_end_of_life", "is hospice care an option", "anything about hospice care."),
        ("ask_heredity", "can my husband hug me or will it break something", "whether hugs and rough play are safe."),
        ("ask_heredity", "can a fall cause bone mets", "whether a fall or an injury can bring it on."),
        ("ask_heredity", "did i get it from smoking", "whether smoking has to do with it."),
        ("ask_timing", "does the pain get worse at night", "whether pain is worse at night."),
        ("ask_timing", "how long does it take to recover from the surgery", "how long recovery takes."),
        ("ask_cure", "is paralysis permanent", "whether paralysis can be cured or reversed."),
        ("ask_pain_self_care", "which painkillers work best for bone pain", "which painkiller is best."),
        ("ask_daily_life", "does he need a wheelchair", "whether a wheelchair helps."),
        ("ask_support", "can I get a blue badge", "which benefits or allowances someone can claim."),
        (
            "ask_treatment",
            "why isnt surgery offered to my mum",
            "why one person gets a treatment and another does not.",
        ),
        ("ask_prevention", "could they have saved him", "whether it could have been found sooner"),
        ("ask_figures", "are men or women more likely to get it", "whether age or sex makes a difference."),
        ("ask_daily_life", "should he wear a collar", "whether a collar helps."),
        ("ask_daily_life", "can I have a tooth out", "anything about teeth or the dentist."),
        ("ask_definition", "who discovered it", "who first described this, or when."),
        ("ask_heredity", "can he still donate blood", "whether someone can give blood or organs."),
        ("ask_timing", "how long do biopsy results take", "how long results take."),
        ("ask_timing", "when can he go back to his desk job", "whether it is safe to work."),
        ("ask_figures", "how many are still alive after five years", "how long someone lives with bone metastasis."),
        ("ask_complications", "will she end up in a wheelchair", "what will become of one person."),
        ("ask_diagnosis", "can a biopsy make the cancer spread", "whether a biopsy can make it spread."),
        ("ask_definition", "can osteoporosis turn into it", "whether one illness can turn into another."),
        ("ask_which_test", "how often are scans repeated", "how often it is checked."),
        ("ask_emergency_care", "what calcium level is dangerous", "which blood values are normal or dangerous."),
        ("ask_second_opinion", "which doctor treats it", "which doctors look after it."),
        ("ask_dose", "how many grays do they give", "how much radiation is given, or how often."),
    ],
)
def test_words_say_what_was_asked_whatever_kind_it_looks_like(
    service: Service, turn: Any, intent: str, text: str, named: str
) -> None:
    reply, _ = question(service, turn(intent, text=text))
    assert reply.outcome == "not_covered"
    assert named in reply.text.splitlines()[0] + reply.text.splitlines()[1]


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("ask_prognosis", "it used to be a death sentence, what has changed"),
        ("ask_diagnosis", "how do they know from the biopsy that it has spread"),
        ("ask_symptoms", "can it put people in a wheelchair"),
        ("ask_treatment", "how is it treated, my children ask"),
        ("ask_diagnosis", "was it discovered by biopsy"),
        ("ask_diagnosis", "does biopsy help to see how far it has spread"),
        ("ask_treatment", "can surgery help me to be able to walk"),
        ("ask_treatment", "what kills the cancer cells"),
        ("ask_treatment", "what if the cancer is not treated by surgery"),
        ("ask_diagnosis", "can a cat scan have missed it"),
    ],
)
def test_words_do_not_silence_what_the_article_answers(service: Service, turn: Any, intent: str, text: str) -> None:
    assert question(service, turn(intent, text=text))[0].outcome == "answer"


def test_a_symptom_that_the_article_lacks_is_named(service: Service, turn: Any) -> None:
    for text, name in (
        ("can it cause seizures", "seizures"),
        ("is fever a sign of bone mets", "fever"),
        ("do people get blood clots from it", "blood clots"),
    ):
        asked = turn("ask_symptoms", text=text, others=((name, "symptom"),), names={name: name})
        reply, _ = question(service, asked)
        assert reply.outcome == "not_covered" and f"whether {name} can be a symptom." in reply.text
        assert all(f"• {p.text}" in reply.text for p in service.library.articles[0].section("symptoms").passages[1:])
        assert (service.emergency.help_line() in reply.text) == (name != "fever")
    tells = turn(
        "ask_symptoms", text="he has a fever. the symptoms?", others=(("fever", "symptom"),), names={"fever": "fever"}
    )
    assert question(service, tells)[0].outcome == "answer"


def test_medicines_are_no_remedies_and_what_the_article_has_is_not_denied(service: Service, turn: Any) -> None:
    tamoxifen = turn(
        "ask_alternative", text="tamoxifen?", others=(("tamoxifen", "drug"),), names={"tamoxifen": "tamoxifen"}
    )
    assert "anything about tamoxifen." in question(service, tamoxifen)[0].text
    kernels = turn(
        "ask_alternative",
        ("radiation therapy",),
        text="apricot kernels instead of radiation",
        others=(("apricot kernels", "remedy"),),
        names={"apricot kernels": "apricot kernels", "radiation therapy": "radiation"},
    )
    assert "whether apricot kernels can help." in question(service, kernels)[0].text
    scan = turn("ask_result", text="what does my mri mean", others=(("MRI", "test"),), names={"MRI": "mri"})
    assert "what the result of an MRI means." in question(service, scan)[0].text
    dogs = turn("ask_who_gets", text="can dogs get it")
    assert question(service, dogs)[0].outcome == "out_of_scope"
