"""Which passages answer, and what is said when none does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from marrow.answering.alarms import in_doubt
from marrow.answering.answers import question
from marrow.answering.by_rule import by_rule
from marrow.answering.named import names_any
from marrow.answering.service import Service
from marrow.answering.talk import follow_up, full_disclaimer, next_best, simplify, smalltalk, tell_more, urgent
from marrow.answering.turn import SECTIONS_OF, Talk, Turn
from marrow.reply import SHORT_DISCLAIMER, Reply
from marrow.safety.red_flags import Alarm

ARTICLE = "bone-metastasis"


def squeeze(text: str) -> str:
    return re.sub(r"[\s•]+", " ", text).strip()


def source(service: Service) -> str:
    return squeeze((service.library.articles[0].path.parent / "sources" / f"{ARTICLE}.txt").read_text(encoding="utf-8"))


def no_invented_figure(reply: Reply) -> bool:
    return not re.search(r"\d", reply.text.replace(reply.disclaimer, ""))


@pytest.mark.parametrize(
    ("intent", "terms", "passages"),
    [
        ("ask_treatment", ("denosumab",), ["treatment.3"]),
        ("ask_treatment", ("surgery",), ["treatment.5"]),
        ("ask_definition", ("hypercalcemia",), ["overview.3", "symptoms.5"]),
        ("ask_symptoms", ("hypercalcemia",), ["symptoms.5"]),
        ("ask_diagnosis", ("biopsy",), ["diagnosis.2"]),
        ("ask_causes", ("RANK/RANKL/OPG pathway",), ["causes.3"]),
    ],
)
def test_narrow_question_gets_its_passage(
    service: Service, turn: Any, intent: str, terms: tuple[str, ...], passages: list[str]
) -> None:
    reply, talk = question(service, turn(intent, terms))
    assert reply.outcome == "answer"
    assert list(reply.passages) == passages
    assert talk.passages == reply.passages


@pytest.mark.parametrize("intent", sorted(SECTIONS_OF))
def test_broad_question_gets_its_section_word_for_word(service: Service, turn: Any, intent: str) -> None:
    reply, _ = question(service, turn(intent))
    section = service.library.article(ARTICLE).section(SECTIONS_OF[intent][0])
    assert section is not None
    assert reply.outcome == "answer" and reply.section == section.kind
    for passage in section.passages:
        assert squeeze(passage.text) in squeeze(reply.text)
        assert squeeze(passage.text) in source(service)
    assert f"section {section.heading}" in reply.text
    assert reply.text.endswith(SHORT_DISCLAIMER)
    assert 2 <= len(reply.offers) <= 3
    assert no_invented_figure(reply)


def test_missing_list_is_said_and_leaves_no_dangling_colon(service: Service, turn: Any) -> None:
    reply, _ = question(service, turn("ask_diagnosis"))
    assert "missing" in reply.text
    assert not re.search(r":\s*$", reply.text, re.MULTILINE)


@pytest.mark.parametrize(
    "intent", ["ask_survival_time", "ask_dose", "ask_cost", "ask_self_diagnosis", "ask_which_test"]
)
def test_what_the_article_lacks_is_said_with_the_nearest_thing(service: Service, turn: Any, intent: str) -> None:
    reply, talk = question(service, turn(intent))
    assert reply.outcome == "not_covered"
    assert "The article does not say " in "".join(reply.text.splitlines(keepends=True)[:2])
    assert reply.passages and service.library.article(ARTICLE).passage(reply.passages[0]).text in reply.text
    assert "A question to take to your care team" in reply.text
    assert no_invented_figure(reply)
    assert talk.misses == 1


def test_every_kind_that_is_not_covered_has_its_sentence(service: Service, turn: Any) -> None:
    for intent in service.wording.silences:
        if intent.startswith("ask_"):
            reply, _ = question(service, turn(intent))
            assert reply.outcome == "not_covered"
            assert "{" not in reply.text


def test_term_the_article_has_elsewhere_is_not_passed_off_as_the_answer(service: Service, turn: Any) -> None:
    reply, _ = question(service, turn("ask_treatment", ("hypercalcemia",)))
    assert reply.outcome == "not_covered"
    assert "symptoms.5" in reply.passages or "overview.3" in reply.passages


@pytest.mark.parametrize(
    ("intent", "other"), [("ask_diagnosis", ("mri", "test")), ("ask_treatment", ("ibuprofen", "drug"))]
)
def test_named_thing_that_no_article_has(service: Service, turn: Any, intent: str, other: tuple[str, str]) -> None:
    assert question(service, turn(intent, others=(other,)))[0].outcome == "not_covered"


def test_other_subjects_are_refused_whatever_the_kind(service: Service, turn: Any) -> None:
    for intent in ("ask_definition", "ask_dose"):
        assert question(service, turn(intent, scope={ARTICLE: 0.05}))[0].outcome == "out_of_scope"


def test_same_refusal_is_never_read_three_times(service: Service, turn: Any) -> None:
    talk, texts = Talk(), []
    for _ in range(3):
        reply, talk = question(service, turn("ask_definition", scope={ARTICLE: 0.05}, talk=talk))
        texts.append(reply.text)
    assert len(set(texts)) == 3


def test_more_simply_keeps_the_passage_and_explains_its_terms(service: Service, turn: Any) -> None:
    _, talk = question(service, turn("ask_treatment", ("denosumab",)))
    reply, _ = simplify(service, turn("simplify", talk=talk))
    assert reply.outcome == "answer" and reply.passages == ("treatment.3",)
    assert "Denosumab: " in reply.text
    assert simplify(service, turn("simplify"))[0].outcome == "smalltalk"


def test_tell_me_more_goes_on_and_comes_to_an_end(service: Service, turn: Any) -> None:
    _, talk = question(service, turn("ask_treatment", ("denosumab",)))
    reply, talk = tell_more(service, turn("tell_more", talk=talk))
    assert reply.outcome == "answer" and "treatment.3" not in reply.passages and reply.section == "treatment"
    talk = Talk(article=ARTICLE, section="overview", passages=("overview.1", "overview.2", "overview.3"))
    assert tell_more(service, turn("tell_more", talk=talk))[0].outcome == "smalltalk"


@pytest.mark.parametrize(
    ("text", "terms", "passages"),
    [
        ("what about surgery?", ("surgery",), ("treatment.5",)),
        ("and chemo", ("chemotherapy",), ("treatment.6",)),
    ],
)
def test_what_about(service: Service, turn: Any, text: str, terms: tuple[str, ...], passages: tuple[str, ...]) -> None:
    talk = Talk(article=ARTICLE, section="treatment", passages=("treatment.3",))
    reply, _ = follow_up(service, turn("follow_up", terms, text=text, talk=talk, scope={ARTICLE: 0.1}))
    assert reply.passages == passages


def test_single_word_names_a_section(service: Service, turn: Any) -> None:
    reply, _ = follow_up(service, turn("follow_up", text="treatment"))
    assert (reply.outcome, reply.section) == ("answer", "treatment")


def test_full_disclaimer_stands_in_place_of_the_short_one(service: Service, turn: Any) -> None:
    reply, _ = full_disclaimer(service, turn("full_disclaimer", text="the full disclaimer please"))
    assert reply.text.endswith(service.library.articles[0].disclaimer)
    assert SHORT_DISCLAIMER not in reply.text
    assert reply.text.count("not a substitute for professional medical advice") == 1
    ranking = (("full_disclaimer", 0.5), ("distress", 0.2))
    angry = full_disclaimer(service, turn("full_disclaimer", text="so why did nobody warn us", ranking=ranking))[0]
    assert angry.text.startswith(service.fill(service.wording.smalltalk["distress"][0]))


def test_every_smalltalk_is_short_filled_and_leads_back(service: Service, turn: Any) -> None:
    for key, texts in service.wording.smalltalk.items():
        talk = Talk()
        for _ in texts:
            reply, talk = smalltalk(service, turn("greet", talk=talk), key)
            assert reply.outcome == "smalltalk" and "{" not in reply.text
            assert len(reply.text.replace(SHORT_DISCLAIMER, "").split()) < 70


def test_classifier_alarms_only_when_it_is_sure(service: Service, turn: Any) -> None:
    sure = turn("emergency", ranking=(("emergency", 0.7), ("crisis", 0.2)))
    assert urgent(service, sure)[0].outcome == "urgent"
    for kind, outcome in (("ask_symptoms", "answer"), ("other_subject", "out_of_scope"), ("distress", "smalltalk")):
        suspected = turn("emergency", ranking=(("emergency", 0.45), (kind, 0.4)))
        reply = in_doubt(service, suspected, urgent(service, suspected)[0])
        assert reply.outcome == outcome and reply.text.count(service.emergency.help_line()) == 1


@pytest.mark.parametrize("intent", ["ask_diet", "distress", "other_subject"])
def test_what_may_be_a_crisis_gets_whom_to_call_for_that(service: Service, turn: Any, intent: str) -> None:
    line, crisis = service.emergency.help_line(), service.emergency.numbers["en"]["crisis"]
    said = smalltalk(service, turn("greet"))[0]
    for doubtful in (
        turn(intent, ranking=((intent, 0.8), ("crisis", 0.12), ("emergency", 0.01))),
        turn(intent, ranking=((intent, 0.9),), urgent_sentence=("crisis", 0.95)),
    ):
        reply = in_doubt(service, doubtful, said)
        assert reply.text.count(crisis) == 1 and line not in reply.text
    bodily = turn(intent, ranking=((intent, 0.8), ("emergency", 0.12)), urgent_sentence=("crisis", 0.95))
    assert line in in_doubt(service, bodily, said).text  # the message as a whole tells more than a sentence
    assert in_doubt(service, turn(intent, ranking=((intent, 0.95), ("crisis", 0.05))), said) == said


def test_one_sentence_that_would_be_an_emergency_alone_gets_where_to_call(service: Service, turn: Any) -> None:
    line = service.emergency.help_line()
    asked = turn("ask_diet", urgent_sentence=("emergency", 0.95))
    reply = in_doubt(service, asked, question(service, asked)[0])
    assert reply.outcome == "not_covered" and reply.text.count(line) == 1
    assert reply.text.endswith(f"{line}\n{reply.disclaimer}")
    assert in_doubt(service, asked, reply) == reply
    calm = turn("ask_diet", urgent_sentence=("emergency", 0.85))
    assert line not in in_doubt(service, calm, question(service, calm)[0]).text
    alarmed = urgent(service, turn("emergency", ranking=(("emergency", 0.9),), urgent_sentence=("emergency", 0.95)))[0]
    assert in_doubt(service, asked, alarmed) == alarmed


@pytest.mark.parametrize(
    ("intent", "text", "kind", "carer"),
    [
        ("emergency", "is there a number for when you can't walk all of a sudden", "spine", False),
        ("emergency", "he is the colour of putty", "general", True),
        ("emergency", "the colour of putty", "general", False),
        ("emergency", "does he want to die?", "general", True),
        ("crisis", "is it usual that he cannot walk?", "crisis", True),
        ("crisis", "?", "crisis", False),
    ],
)
def test_alarm_of_the_classifier_is_worded_as_well_as_the_words_allow(
    service: Service, turn: Any, intent: str, text: str, kind: str, carer: bool
) -> None:
    reply, _ = urgent(service, turn(intent, text=text, ranking=((intent, 0.9),)))
    expected = service.emergency.text(Alarm(kind, "", carer, "en"), service.care_team)
    assert reply.text.startswith(expected.splitlines()[0]) and expected.splitlines()[1] in reply.text


def test_next_best_reading(service: Service, turn: Any) -> None:
    assert next_best(service, turn("x", ranking=(("x", 0.5), ("ask_cost", 0.3))))[0].outcome == "not_covered"
    assert next_best(service, turn("x", ranking=(("other_subject", 0.5),)))[0].outcome == "out_of_scope"
    assert next_best(service, turn("x", ranking=()))[0].outcome == "smalltalk"


def test_brand_is_said_to_stand_for_its_term_and_a_definition_explains_it(service: Service, turn: Any) -> None:
    reply, _ = question(service, turn("ask_definition", ("denosumab",), names={"denosumab": "xgeva"}))
    assert "It is listed here under denosumab." in reply.text and "Denosumab: " in reply.text
    assert reply.text.startswith("• Bisphosphonates or denosumab")
    plain, _ = question(service, turn("ask_treatment", ("denosumab",), names={"denosumab": "denosumab"}))
    assert "listed here" not in plain.text


@pytest.mark.parametrize(
    ("intent", "more", "said"),
    [
        ("ask_side_effects", {"terms": ("denosumab",)}, "what the side effects or risks of denosumab are"),
        (
            "ask_cost",
            {"others": (("mri", "test"),), "names": {"mri": "MRI"}},
            "what the cost of an MRI is, or who pays for it",
        ),
        (
            "ask_cost",
            {"terms": ("bisphosphonates",), "names": {"Bisphosphonates": "zometa", "bisphosphonates": "zometa"}},
            "what the cost of Zometa is",
        ),
        ("ask_side_effects", {}, "what side effects or risks a treatment has"),
        ("ask_survival_time", {"terms": ("denosumab",)}, "how long someone lives with bone metastasis"),
    ],
)
def test_what_was_asked_is_named(service: Service, turn: Any, intent: str, more: dict[str, Any], said: str) -> None:
    reply, _ = question(service, turn(intent, more.pop("terms", ()), **more))
    assert f"\nThe article does not say {said}" in reply.text


@pytest.mark.parametrize(
    ("text", "intent", "comforted"),
    [
        ("I'm so scared, what is it", "ask_definition", True),
        ("i cant sleep. how long has he got", "ask_survival_time", True),
        ("is a lonely lesion a symptom of anxiousness", "ask_symptoms", True),
        ("what are the symptoms", "ask_symptoms", False),
        ("is fearless a word in the outlook", "ask_prognosis", False),
    ],
)
def test_feelings_are_met_first(service: Service, turn: Any, text: str, intent: str, comforted: bool) -> None:
    reply, talk = question(service, turn(intent, text=text))
    assert reply.text.startswith(service.wording.comfort) is comforted
    assert reply.outcome in {"answer", "not_covered"} and reply.text.endswith(SHORT_DISCLAIMER)
    if comforted:  # in other words the next time
        assert not question(service, turn(intent, text=text, talk=talk))[0].text.startswith(reply.text.splitlines()[0])


def test_every_term_of_the_article_is_explained_when_it_is_asked_for(service: Service, turn: Any) -> None:
    article = service.library.article(ARTICLE)
    for entry in article.glossary:
        if entry.term.casefold() == article.title.casefold():
            continue
        term = service.terms[ARTICLE][entry.term.casefold()]
        reply, _ = question(service, turn("ask_definition", (term.value,)))
        assert reply.outcome == "answer", entry.term
        assert entry.explanation in reply.text, entry.term
        assert set(reply.passages) <= set(term.passages) | {"overview.1"}, entry.term


def asked_of(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """As actions answer a question."""
    return by_rule(service, turn) or question(service, turn)


@pytest.mark.parametrize("intent", ["ask_cost", "other_subject", "follow_up", "simplify", "greet", "emergency"])
@pytest.mark.parametrize("text", ["what does {} mean?", "{} meaning", "define {}", 'what is "{}"'])
def test_meaning_is_told_whatever_the_classifier_takes_the_question_for(
    service: Service, turn: Any, intent: str, text: str
) -> None:
    asked = {"text": text.format("prostate"), "names": {"prostate": "prostate"}, "scope": {ARTICLE: 0.01}}
    reply, talk = by_rule(service, turn(intent, ("prostate",), ranking=((intent, 0.9),), **asked))
    assert (reply.outcome, reply.passages) == ("answer", ("overview.2",))
    assert "Prostate: A small gland" in reply.text
    assert talk.asked == ("prostate",)


def test_meaning_of_the_articles_own_name(service: Service, turn: Any) -> None:
    named = {"articles": (ARTICLE,), "names": {ARTICLE: "bone mets"}}
    reply, _ = asked_of(service, turn("ask_definition", text="What do the words “bone mets” mean, please?", **named))
    assert reply.outcome == "answer" and "Bone metastasis: The spread of cancer cells" in reply.text


def test_name_of_two_terms_is_explained_by_both(service: Service, turn: Any) -> None:
    term = "Bisphosphonates or denosumab"
    asked = turn("ask_cost", (term,), text="bone strengtheners meaning", names={term: "bone strengtheners"})
    reply, _ = asked_of(service, asked)
    assert reply.passages == ("treatment.3",) and "Bisphosphonates: " in reply.text and "Denosumab: " in reply.text


def test_what_is_the_outlook_does_not_ask_for_the_words_meaning(service: Service, turn: Any) -> None:
    def said(text: str) -> str:
        names = {"prognosis": "prognosis"}
        return asked_of(service, turn("ask_prognosis", ("prognosis",), text=text, names=names))[0].text

    assert "Prognosis: " in said("what is prognosis") and "Prognosis: " in said("what does the prognosis mean")
    assert "Prognosis: " not in said("what is the prognosis")


@pytest.mark.parametrize(
    ("text", "scope", "nearest"),
    [
        ("what does detach mean", 0.97, "causes.1"),
        ("what does facilitated mean", 0.01, "causes.2"),
        ("define malignant", 0.97, "overview.1"),
    ],
)
def test_word_without_an_explanation_is_not_covered(
    service: Service, turn: Any, text: str, scope: float, nearest: str
) -> None:
    reply, _ = asked_of(service, turn("ask_definition", text=text, scope={ARTICLE: scope}))
    assert reply.outcome == "not_covered" and reply.passages == (nearest,)
    assert reply.text.startswith(
        f"The article does not say what the word “{text.split()[-2 if 'mean' in text else -1]}”"
    )


@pytest.mark.parametrize(
    ("text", "passages", "term"),
    [
        ("what does compression mean", (), "Spinal cord compression"),
        ("What is 'primary'?", (), "Primary site"),
        ("what does primary mean", ("causes.1",), "Primary tumor"),
        ("what does remodeling mean", (), "Bone remodeling"),
    ],
)
def test_word_of_a_term_is_explained_with_it(
    service: Service, turn: Any, text: str, passages: tuple[str, ...], term: str
) -> None:
    talk = Talk(article=ARTICLE, section="causes", passages=passages)
    cancer = asked_of(service, turn("ask_definition", text="what does cancer mean", talk=talk))[0]
    assert "Advanced cancer: " not in cancer.text
    reply, _ = asked_of(service, turn("ask_definition", text=text, talk=talk))
    assert reply.outcome == "answer" and f"\n{term}: " in reply.text
    assert ("Primary site: " in reply.text) == (term == "Primary site")


def test_who_tells_of_people_in_a_talk_is_thanked_and_not_refused(service: Service, turn: Any) -> None:
    talk = Talk(article=ARTICLE, section="treatment", passages=("treatment.3",), misses=3)
    for text in ("he's 8", "My mother has a history of kidney stones.", "we live two hours away"):
        reply, after = question(service, turn("other_subject", text=text, scope={ARTICLE: 0.05}, talk=talk))
        assert reply.outcome == "smalltalk" and reply.text.startswith("Thank you"), text
        assert after.misses == talk.misses
    for text in ("who won the match", "he likes chess, can you play it", "I want a pizza"):
        refused = question(service, turn("other_subject", text=text, scope={ARTICLE: 0.05}, talk=talk))[0]
        assert refused.outcome == "out_of_scope", text
    alone = question(service, turn("other_subject", text="he's 8", scope={ARTICLE: 0.05}))[0]
    assert alone.outcome == "out_of_scope"


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("how would they tell it from a slipped disc", False),
        ("so how does a doctor decide it's this and not just arthritis", False),
        ("is it the bones or my arthritis", False),
        ("what causes arthritis", True),
        ("and my arthritis, what helps with that", True),
    ],
)
def test_another_illness_that_is_told_apart_is_not_what_is_asked_about(
    service: Service, turn: Any, text: str, foreign: bool
) -> None:
    name = "slipped disc" if "disc" in text else "arthritis"
    asked = turn("ask_diagnosis", text=text, others=((name, "condition"),), names={name: name}, scope={ARTICLE: 0.4})
    assert question(service, asked)[0].outcome == "out_of_scope"
    in_talk = replace(asked, talk=Talk(article=ARTICLE, section="symptoms", passages=("symptoms.2",)))
    assert (question(service, in_talk)[0].outcome == "out_of_scope") is foreign


def test_an_organ_that_the_article_lacks_is_a_cancer_it_lacks(service: Service, turn: Any) -> None:
    asked = turn("ask_who_gets", text="does thyroid do it too", others=(("thyroid", "organ"),))
    reply, _ = question(service, asked)
    assert reply.outcome == "not_covered" and "anything about thyroid cancer" in reply.text
    assert question(service, replace(asked, intent="ask_sites"))[0].outcome == "not_covered"


@pytest.mark.parametrize(
    ("intent", "text", "name", "group", "said"),
    [
        ("ask_symptoms", "does it cause hypokalemia", "hypokalemia", "sign", "anything about hypokalemia"),
        ("ask_definition", "what is osteomyelitis", "osteomyelitis", "illness", "anything about osteomyelitis"),
        ("ask_definition", "is it the same as osteomyelitis", "osteomyelitis", "illness", "differs from osteomyelitis"),
        ("ask_comparison", "how is it different from gout", "gout", "condition", "differs from gout"),
        ("ask_types", "is it like osteoporosis", "osteoporosis", "illness", "differs from osteoporosis"),
    ],
)
def test_what_only_looks_like_the_articles_is_named_and_not_answered(
    service: Service, turn: Any, intent: str, text: str, name: str, group: str, said: str
) -> None:
    talk = Talk(article=ARTICLE, section="overview", passages=("overview.1",))
    asked = turn(intent, text=text, others=((name, group),), names={name: name}, talk=talk)
    reply, _ = question(service, asked)
    assert reply.outcome == "not_covered" and said in reply.text


def test_a_lone_word_after_the_symptoms_is_a_sign_the_article_lacks(service: Service, turn: Any) -> None:
    talk = Talk(article=ARTICLE, section="symptoms", passages=("symptoms.2",), intent="ask_symptoms")
    for text in ("headache?", "and itching?", "what about fever"):
        reply, _ = question(service, turn("ask_side_effects", text=text, talk=talk))
        assert reply.outcome == "not_covered" and f"anything about {text.split()[-1].strip('?')}" in reply.text
    reply, _ = question(service, turn("ask_timing", text="how long?", talk=talk))
    assert "anything about" not in reply.text


def test_a_word_of_medicine_that_the_article_lacks_is_not_answered_by_a_part_of_it(service: Service, turn: Any) -> None:
    asked = turn("ask_definition", text="what is oncology", confidence=0.99)
    reply, _ = asked_of(service, asked)
    assert reply.outcome == "not_covered" and "what the word “oncology” means" in reply.text


@pytest.mark.parametrize("text", ["I was told last month that I have bone metastases", "I start radiation on Monday"])
def test_who_tells_of_their_care_is_thanked(service: Service, turn: Any, text: str) -> None:
    found = by_rule(service, turn("ask_self_diagnosis", text=text))
    assert found is not None and found[0].text.startswith("Thank you")
    for asks in ("I have cancer, will it hurt", "I have mets and my hip hurts", "I think I have cancer"):
        assert by_rule(service, turn("ask_self_diagnosis", text=asks)) is None


def test_good_news_is_met_as_such(service: Service, turn: Any) -> None:
    for text in ("dad is in remission!", "my scan came back clear", "We finished chemo today, hooray!"):
        assert by_rule(service, turn("distress", text=text))[0].text.startswith("That is good to hear")
    for text in (
        "is it in remission",
        "that is clear now, thanks",
        "I hope for good news",
        "not good news",
        "my biopsy was triple negative",
        "dad was in remission and then it came back",
    ):
        assert by_rule(service, turn("distress", text=text)) is None


def test_word_of_another_subject_and_unlike_any_term_is_refused(service: Service, turn: Any) -> None:
    asked = turn("ask_definition", text="what does velvet mean", scope={ARTICLE: 0.01})
    assert asked_of(service, asked)[0].outcome == "out_of_scope"
    assert by_rule(service, turn("other_subject", text="what is the meaning of life?", scope={ARTICLE: 0.01})) is None


def test_emergency_is_no_word_to_explain(service: Service, turn: Any) -> None:
    sure = turn("crisis", text="define suicide", ranking=(("crisis", 0.8),))
    assert by_rule(service, sure) is None and urgent(service, sure)[0].outcome == "urgent"


def test_other_form_of_a_word_is_explained_by_it(service: Service, turn: Any) -> None:
    reply, _ = asked_of(service, turn("ask_definition", text="what does metastatic mean"))
    assert reply.outcome == "answer" and "Metastasis: The spread" in reply.text


@pytest.mark.parametrize("misses", [0, 1])
def test_more_simply_explains_first_what_was_asked(service: Service, turn: Any, misses: int) -> None:
    names = {"hypercalcemia": "hypercalcemia"}
    asked = turn("ask_definition", ("hypercalcemia",), text="what does hypercalcemia mean?", names=names)
    _, talk = asked_of(service, asked)
    talk = Talk.from_slot(talk.to_slot())
    text = simplify(service, turn("simplify", talk=replace(talk, misses=misses)))[0].text
    # The plain words were read already, unless what came before was no answer.
    assert text.startswith("Hypercalcemia: High calcium") is (misses == 0)
    explained = [text.index(f"{term}: ") for term in ("Hypercalcemia", "Nausea")]
    assert explained == sorted(explained)


def test_follow_up_may_ask_what_the_article_lacks(service: Service, turn: Any) -> None:
    talk = Talk(article=ARTICLE, section="treatment", passages=("treatment.3",), intent="ask_treatment")
    lacking = turn(
        "follow_up",
        ("denosumab",),
        text="what about denosumab's side effects",
        talk=talk,
        kinds=(("ask_side_effects", 0.9),),
    )
    assert "The article does not say what the side effects" in follow_up(service, lacking)[0].text
    bare = turn("follow_up", ("denosumab",), text="and denosumab?", talk=talk, kinds=(("ask_side_effects", 0.9),))
    assert follow_up(service, bare)[0].passages == ("treatment.3",)
    unsure = turn("follow_up", ("denosumab",), talk=talk, kinds=(("ask_side_effects", 0.4),))
    assert follow_up(service, unsure)[0].passages == ("treatment.3",)


@pytest.mark.parametrize(
    ("text", "more", "likewise"),
    [
        ("and baking soda?", {}, True),
        ("what about ginger", {}, True),
        ("so", {}, False),
        ("and then what", {"common": True}, False),
        ("what about my job", {"kinds": (("ask_daily_life", 0.5),)}, False),
        ("and the other herbs he sells from his shop", {}, False),
    ],
)
def test_another_thing_after_a_silence_is_asked_likewise(
    service: Service, turn: Any, text: str, more: dict[str, Any], likewise: bool
) -> None:
    _, talk = question(service, turn("ask_alternative", text="does turmeric shrink it"))
    kinds = (("ask_symptoms", 0.3), ("ask_diet", 0.3))
    reply, after = follow_up(service, turn("follow_up", **{"text": text, "kinds": kinds, "talk": talk, **more}))
    assert (after.intent == "ask_alternative") == likewise
    assert not likewise or reply.outcome == "not_covered"


def test_what_a_complication_does_stands_with_its_name_too(service: Service, turn: Any) -> None:
    near = {"overview.3": 0.9, "symptoms.5": 0.1}
    reply, _ = question(service, turn("ask_complications", ("hypercalcemia",), near, text="what does high calcium do"))
    assert {"symptoms.5", "overview.3"} == set(reply.passages)


def test_back_to_a_part_is_no_goodbye(service: Service, turn: Any) -> None:
    _, talk = question(service, turn("ask_symptoms", text="what would somebody notice"))
    reply, _ = smalltalk(service, turn("goodbye", text="right, back to the symptoms then", talk=talk, confidence=0.9))
    assert (reply.outcome, reply.section) == ("answer", "symptoms")


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("goodbye", "back to work, bye"),
        ("goodbye", "I have to get back to my treatment now, bye"),
        ("human", "can someone get back to me about my test"),
        ("distress", "I just want to go back to how I was before the diagnosis"),
        ("thank", "I can go back to the medicine tomorrow"),
    ],
)
def test_other_small_talk_with_back_to_stays_what_it_is(service: Service, turn: Any, intent: str, text: str) -> None:
    assert smalltalk(service, turn(intent, text=text, confidence=0.9))[0].outcome == "smalltalk"


def test_follow_up_that_is_plainly_a_question_is_read_as_one(service: Service, turn: Any) -> None:
    talk = Talk(article=ARTICLE, section="treatment", passages=("treatment.1",), intent="ask_treatment")

    def passages(share: float) -> tuple[str, ...]:
        kinds, near = (("ask_prognosis", share),), {"prognosis.1": 0.6, "prognosis.2": 0.3}
        asked = turn("follow_up", text="and how does it go on?", talk=talk, kinds=kinds, near=near)
        return follow_up(service, asked)[0].passages

    assert passages(0.9) == ("prognosis.1", "prognosis.2")
    assert passages(0.3) == ("prognosis.1",)


def test_a_bare_follow_up_asks_for_more_light_on_what_was_shown(service: Service, turn: Any) -> None:
    talk = Talk(article=ARTICLE, section="symptoms", passages=("symptoms.3",), intent="ask_symptoms")
    example = turn("follow_up", text="for example?", talk=talk, kinds=(("ask_causes", 0.4),), near={"causes.1": 0.5})
    assert follow_up(service, example)[0].passages == ("symptoms.3",)
    missed = replace(example, talk=replace(talk, misses=1))  # after another subject it asks of that
    assert follow_up(service, missed)[0].passages != ("symptoms.3",)


def test_questions_about_emergencies_come_with_where_to_call(service: Service, turn: Any) -> None:
    help_line = service.emergency.help_line()
    assert help_line in question(service, turn("ask_emergency_care"))[0].text
    assert help_line not in question(service, turn("ask_cost"))[0].text


@pytest.mark.parametrize(
    ("section", "passages", "outcome"),
    [
        ("diagnosis", ("diagnosis.2",), "not_covered"),
        ("treatment", ("treatment.4",), "not_covered"),
        ("symptoms", ("symptoms.2",), "answer"),
        ("treatment", tuple(f"treatment.{n}" for n in range(1, 7)), "answer"),
    ],
)
def test_is_it_painful_is_asked_of_what_was_just_shown(
    service: Service, turn: Any, section: str, passages: tuple[str, ...], outcome: str
) -> None:
    talk = Talk(article=ARTICLE, section=section, passages=passages)
    asked = turn("ask_symptoms", text="is it painful?", common=True, talk=talk)
    assert question(service, asked)[0].outcome == outcome
    named = turn("ask_symptoms", text="are bone mets painful?", articles=(ARTICLE,), common=True, talk=talk)
    assert question(service, named)[0].outcome == "answer"
    elsewhere = turn("ask_symptoms", text="why do the bones break?", common=True, talk=talk)
    assert question(service, elsewhere)[0].outcome == "answer"


def test_talk_of_no_clear_kind_is_met_with_what_can_be_asked(service: Service, turn: Any) -> None:
    shared = (("bot_identity", 0.3), ("greet", 0.2), ("compliment", 0.15), ("other_subject", 0.1))
    unclear = turn("bot_identity", text="wassup bot", confidence=0.3, ranking=shared, scope={ARTICLE: 0.01})
    assert smalltalk(service, unclear)[0].outcome == "smalltalk"
    foreign = (("bot_identity", 0.3), ("other_subject", 0.25), ("ask_cost", 0.1))
    assert smalltalk(service, replace(unclear, ranking=foreign))[0].outcome == "out_of_scope"


@pytest.mark.parametrize(
    ("text", "section"),
    [("no, I meant the treatment", "treatment"), ("sorry, the treatment, not the symptoms", "treatment")],
)
def test_correction_that_names_a_section(service: Service, turn: Any, text: str, section: str) -> None:
    talk = Talk(article=ARTICLE, section="causes", passages=("causes.1",))
    assert smalltalk(service, turn("repair", text=text, talk=talk))[0].section == section
    assert smalltalk(service, turn("deny", text=text, talk=talk))[0].section == (section if "meant" in text else None)


def test_a_passage_that_is_sure_overrules_kind_and_terms(service: Service, turn: Any) -> None:
    def passages(**near: float) -> tuple[str, ...]:
        scores = {name.replace("_", "."): share for name, share in near.items()}
        return question(service, turn("ask_complications", near=scores))[0].passages

    assert passages(symptoms_5=0.9) == ("symptoms.5",)
    assert passages(overview_3=0.9) == ("overview.3",)


def test_more_simply_of_another_term(service: Service, turn: Any) -> None:
    talk = Talk(article=ARTICLE, section="treatment", passages=("treatment.3",))
    reply, _ = simplify(service, turn("simplify", ("hypercalcemia",), talk=talk))
    assert reply.outcome == "answer" and "Hypercalcemia: " in reply.text


def test_more_simply_of_a_term_of_many_passages(service: Service, turn: Any) -> None:
    talk = Talk(article=ARTICLE, section="treatment", passages=("treatment.3",))
    assert simplify(service, turn("simplify", ("calcium",), talk=talk))[0].section == "overview"


@pytest.mark.parametrize(
    ("text", "terms", "passages"),
    [
        ("Biopsy?", ("biopsy",), ["diagnosis.2"]),
        ("hypercalcemia", ("hypercalcemia",), ["overview.3", "symptoms.5"]),
        ("the surgery", ("surgery",), ["treatment.5"]),
        ("prognosis", ("prognosis",), ["prognosis.1", "prognosis.2"]),
        ("Causes", (), ["causes.1", "causes.2", "causes.3"]),
        ("mets", (), ["overview.1", "overview.2", "overview.3"]),
    ],
)
def test_lone_name_is_answered_whatever_the_classifier_says(
    service: Service, turn: Any, text: str, terms: tuple[str, ...], passages: list[str]
) -> None:
    names = {term: text.strip("?").removeprefix("the ") for term in terms}
    for intent in ("ask_self_diagnosis", "greet", "other_subject"):
        found = by_rule(service, turn(intent, terms, text=text, names=names, scope={ARTICLE: 0.05}))
        assert found is not None and found[0].outcome == "answer"
        assert list(found[0].passages) == passages


def test_lone_word_of_the_article_is_answered_where_it_asks(service: Service, turn: Any) -> None:
    near = {"symptoms.2": 0.8, "treatment.2": 0.1}
    found = by_rule(service, turn("follow_up", text="pain?", near=near))
    assert found is not None and found[0].passages == ("symptoms.2",)
    assert by_rule(service, turn("repair", text="pain?", near=near)) is None


@pytest.mark.parametrize("text", ["how is a biopsy done", "biopsy or surgery", "no biopsy", "asthma", "why", "hi"])
def test_more_than_a_name_is_left_to_the_classifier(service: Service, turn: Any, text: str) -> None:
    names = {"biopsy": "biopsy", "surgery": "surgery"}
    assert by_rule(service, turn("ask_diagnosis", ("biopsy", "surgery"), text=text, names=names)) is None


@pytest.mark.parametrize("intent", ["repair", "other_subject", "ask_alternative", "greet"])
def test_words_that_nobody_knows_take_one_way(service: Service, turn: Any, intent: str) -> None:
    found = by_rule(service, turn(intent, text="zxcv mnbv", known=False))
    assert found is not None
    reply, _ = found
    assert reply.outcome == "smalltalk" and reply.offers
    assert reply.text.startswith(service.wording.smalltalk["unclear"][0])


def test_no_rule_is_a_reason_to_miss_an_emergency(service: Service, turn: Any) -> None:
    assert by_rule(service, turn("emergency", text="zxcv", known=False)) is None
    lone = {"text": "paralysis", "names": {"paralysis": "paralysis"}}
    assert by_rule(service, turn("emergency", ("paralysis",), **lone)) is None
    doubted = turn("ask_symptoms", ("paralysis",), ranking=(("emergency", 0.2),), **lone)
    read = by_rule(service, doubted)
    assert read is not None and service.emergency.help_line() in in_doubt(service, doubted, read[0]).text


def test_request_beside_feelings_is_answered_with_a_kind_word_first(service: Service, turn: Any) -> None:
    names = {"chemotherapy": "chemo", "surgery": "surgery"}
    asked = turn("distress", ("chemotherapy",), text="I feel so alone with this, what about chemo", names=names)
    reply, talk = smalltalk(service, asked)
    assert reply.outcome == "answer" and reply.passages == ("treatment.6",)
    assert reply.text.startswith(service.wording.comfort[0])
    short = turn("distress", ("surgery",), text="I'm scared. And the surgery?", names={"surgery": "surgery"})
    assert smalltalk(service, short)[0].passages == ("treatment.5",)
    reply, _ = smalltalk(service, turn("distress", text="I'm so frightened, tell me more", talk=talk))
    assert reply.outcome == "answer" and "treatment.6" not in reply.passages
    assert reply.text.startswith(service.wording.comfort[1])


@pytest.mark.parametrize(
    "text", ["I'm so scared of surgery", "why me? I'm terrified", "I feel so alone", "how should I feel, I'm so sad"]
)
def test_feelings_without_a_request_get_comfort_only(service: Service, turn: Any, text: str) -> None:
    reply, _ = smalltalk(service, turn("distress", ("surgery",), text=text, names={"surgery": "surgery"}))
    assert reply.outcome == "smalltalk"
    assert reply.text.startswith(service.fill(service.wording.smalltalk["distress"][0]))


def test_follow_up_and_more_of_someone_afraid_begin_with_a_kind_word(service: Service, turn: Any) -> None:
    talk = Talk(article=ARTICLE, section="treatment", passages=("treatment.3",))
    for act, text in ((follow_up, "I'm scared. and the surgery?"), (tell_more, "I'm scared, tell me more")):
        reply, _ = act(service, turn("follow_up", ("surgery",), text=text, talk=talk))
        assert reply.outcome == "answer" and reply.text.startswith(service.wording.comfort[0])


@pytest.mark.parametrize(
    ("text", "names"),
    [("what are bone mets", True), ("the Biopsy?", True), ("is it curable", False), ("what are the symptoms", False)],
)
def test_whether_a_text_names_anything_of_an_article(service: Service, text: str, names: bool) -> None:
    assert names_any(service, text) is names


@pytest.mark.parametrize(
    ("intent", "text", "outcome"),
    [
        ("emergency", "it's 3am and i can't sleep, mum was told today it's in her bones", "smalltalk"),
        ("emergency", "woke up at 4am thinking about the news", "smalltalk"),
        ("emergency", "it's 3am, mum was told today it's in her spine and now her legs are numb", "urgent"),
        ("emergency", "can't sleep since they told me, there is no point anymore", "urgent"),
        ("crisis", "it's 3am and i can't sleep, mum was told today", "urgent"),
    ],
)
def test_news_that_keeps_someone_awake_is_no_emergency(
    service: Service, turn: Any, intent: str, text: str, outcome: str
) -> None:
    assert urgent(service, turn(intent, text=text, ranking=((intent, 0.9),)))[0].outcome == outcome


@pytest.mark.parametrize(
    ("text", "is_grief"),
    [("this is so unfair on my mum", True), ("it isn't fair", True), ("your answer is unfair", False)],
)
def test_that_life_is_unfair_is_no_complaint(service: Service, turn: Any, text: str, is_grief: bool) -> None:
    reply, _ = smalltalk(service, turn("repair", text=text))
    assert (
        reply.text.splitlines()[0] in service.wording.smalltalk["distress"][0].replace("{team}", "your care team")
    ) == is_grief


def test_may_include_stands_before_the_whole_list_alone(service: Service, turn: Any) -> None:
    whole, _ = question(service, turn("ask_symptoms", text="what are the symptoms"))
    assert "may include:" in whole.text and len(whole.passages) == 5
    near = {"symptoms.1": 0.5, "symptoms.2": 0.45}
    silent, _ = question(service, turn("ask_self_diagnosis", text="do I have it", near=near))
    assert "may include" not in silent.text
    weighed, _ = question(service, turn("ask_comparison", text="which is best"))
    assert "Options include" not in weighed.text


def test_what_introduces_a_list_brings_all_of_it(service: Service, turn: Any) -> None:
    near = {"symptoms.2": 0.45, "symptoms.1": 0.4, "symptoms.4": 0.1}
    reply, _ = question(service, turn("ask_symptoms", text="what are the signs", near=near))
    assert len(reply.passages) == 5
