"""Several questions in one message."""

from __future__ import annotations

from typing import Any

import pytest

from marrow.answering.answers import question
from marrow.answering.parts import asks_too_much, split_questions
from marrow.answering.service import Service
from marrow.answering.talk import forget, smalltalk
from marrow.reply import Reply, merge


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("what is it?", 1),
        ("what is it", 1),
        ("", 1),
        ("???", 1),
        ("is it bad? really?", 1),
        ("What is denosumab? How is it found?", 2),
        ("I have mets. What is denosumab? How is it found? Thanks", 2),
        ("the usual scan for ?bone mets. Which is it?", 1),
        ("What is it?how is it found?", 2),
        ("Is it curable? or not?", 1),
        ("What causes it? Why?", 1),
        ("Symptoms? Treatment? Prognosis?", 3),
        ("What are bone mets? Symptoms? Treatment?", 3),
        ("Which is it? Benign? Malignant?", 1),
    ],
)
def test_split(text: str, parts: int) -> None:
    found = split_questions(text)
    assert len(found) == parts
    assert "".join(" ".join(found).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("hi, what is it and how is it treated", ["what is it", "how is it treated"]),
        ("what are the signs and also which drugs are given", ["what are the signs", "which drugs are given"]),
        ("what is denosumab, what are the side effects", ["what is denosumab", "what are the side effects"]),
        ("what is it. how is it treated; is it curable", ["what is it", "how is it treated", "is it curable"]),
        ("Is it painful and can it be treated?", ["Is it painful", "can it be treated?"]),
        ("can you tell me what it is and how it is treated", ["can you tell me what it is", "how it is treated"]),
        ("1. What is it 2. how is it treated", ["What is it", "how is it treated"]),
        ("my knee hurts and what can I do", ["my knee hurts and what can I do"]),
        ("how do I know what is normal and what is not", ["how do I know what is normal and what is not"]),
        ("Thanks! And what about surgery?", ["what about surgery?"]),
        ("thanks that was really helpful, what about surgery", ["what about surgery"]),
        ("great answer thank you but what is a biopsy", ["what is a biopsy"]),
        ("thank you that helps, is it painful", ["is it painful"]),
        ("thanks, you're great! how is it treated", ["how is it treated"]),
        ("good morning doctor, my husband has secondaries", ["my husband has secondaries"]),
        ("thank you so much", ["thank you so much"]),
        ("hello dear, yes", ["hello dear, yes"]),
    ],
)
def test_a_second_question_behind_and_and_a_greeting_in_front(text: str, parts: list[str]) -> None:
    assert split_questions(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "the leaflet that says what to do and how long it takes, is on the table",
        "I don't know what to do, how long it takes or who to ask",
        "What does my mother, who is 80, need?",
        "is there a scan, which is safe, for my dad",
        "I fell last month, was x-rayed, nothing broken, is that mets?",
        "had a scan in 2019, all clear, and what now",
        "Is it worse when I lie down and when I stand up",
        "is it ok to pick up my son and do the school run",
        "What is the treatment and should I be worried?",
        "Is it better to rest or is it better to move",
        "I take 1. calcium 2. vitamin D, is that ok?",
        "thank you for telling me what it is",
        "that was very kind, what a relief",
    ],
)
def test_stories_and_clauses_stay_one(text: str) -> None:
    assert split_questions(text) == [text]


def test_three_questions_are_answered_and_more_are_noticed() -> None:
    three = "What is it? What causes it? How is it found?"
    assert not asks_too_much(three)
    assert asks_too_much(f"{three} How is it treated?")
    assert split_questions(f"{three} How is it treated? Thanks") == split_questions(three)


def test_kind_word_comes_first_and_once_in_merged_answers(service: Service, turn: Any) -> None:
    comfort = service.wording.comfort
    treatment, _ = question(service, turn("ask_treatment", ("denosumab",)))
    time, _ = question(service, turn("ask_survival_time", text="I'm so scared, how long have I got?"))
    alone, _ = smalltalk(service, turn("distress", text="I feel so alone"))
    assert time.comfort == comfort[0] and time.text.startswith(comfort[0])
    for replies in ([treatment, time], [treatment, time, alone], [treatment, alone]):
        merged = merge([Reply.from_wire(r.text, r.to_wire()) for r in replies])
        assert merged.text.startswith(comfort[0]) and "to strengthen bones" in merged.text
        assert sum(merged.text.count(line) for line in comfort) == 1
        assert merged.text.endswith(merged.disclaimer)
    assert merge([alone]).text == alone.text


def test_answers_are_one_reply_with_one_disclaimer(service: Service, turn: Any) -> None:
    treatment, _ = question(service, turn("ask_treatment", ("denosumab",)))
    cost, _ = question(service, turn("ask_cost"))
    hello, _ = smalltalk(service, turn("greet"))
    merged = merge([hello, cost, treatment])
    assert merged.outcome == "answer"
    assert merged.section == cost.section and "treatment.3" in merged.passages
    assert "what anything costs" in merged.text and "to strengthen bones" in merged.text
    assert "Hello" not in merged.text
    assert merged.text.count("not a substitute for professional medical advice") == 1
    assert merge([hello, cost]).outcome == "not_covered"
    assert merge([hello, hello]).outcome == "smalltalk"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("forget me. What are the symptoms?", ["forget me.", "What are the symptoms?"]),
        ("Please delete everything I told you! What is bone metastasis?",
         ["Please delete everything I told you!", "What is bone metastasis?"]),
        ("forget everything", ["forget everything"]),
        ("ok forget me!!", ["ok forget me!!"]),
        ("Forget it. What is bone metastasis?", ["Forget it. What is bone metastasis?"]),
    ],
)  # fmt: skip
def test_what_is_to_be_forgotten_is_a_part_of_its_own(text: str, parts: list[str]) -> None:
    assert split_questions(text) == parts


def test_that_a_talk_is_forgotten_is_said_beside_an_answer(service: Service, turn: Any) -> None:
    forgotten = forget(service, turn("forget_me", text="forget me"))[0]
    assert forgotten.erase
    answered = question(service, turn("ask_symptoms"))[0]
    for replies in ([forgotten, answered], [answered, forgotten], [forgotten, answered, answered]):
        merged = merge([Reply.from_wire(r.text, r.to_wire()) for r in replies])
        assert merged.erase and merged.outcome == "answer"
        assert merged.text.startswith(service.wording.smalltalk["forget_me"][0])
        assert "Fractures, due to weakened bone" in merged.text
    assert merge([forgotten]).erase and merge([forgotten, forgotten]).erase
    assert not merge([answered, answered]).erase


def test_no_passage_is_quoted_twice(service: Service, turn: Any) -> None:
    what = question(service, turn("ask_definition", ("denosumab",), names={"denosumab": "denosumab"}))[0]
    effects = question(service, turn("ask_side_effects", ("denosumab",)))[0]
    assert what.passages == effects.passages == ("treatment.3",)
    merged = merge([what, effects])
    assert merged.passages == ("treatment.3",)
    assert merged.text.count("• Bisphosphonates or denosumab") == 1
    assert service.wording.frames["nearest"] not in merged.text
    assert "does not say what the side effects or risks of denosumab are" in merged.text
    other = merge([question(service, turn("ask_treatment", ("surgery",)))[0], effects])
    assert service.wording.frames["nearest"] in other.text and len(other.passages) == 2


@pytest.mark.parametrize(
    ("text", "erases"),
    [
        ("forget about me please", True),
        ("delete this conversation", True),
        ("wipe all of it", True),
        ("forget my messages", True),
        ("Forget it", False),
        ("forget what I said", False),
        ("I'm a bit forgetful", False),
        ("I forget words lately", False),
        ("I forget my pills", False),
        ("everyone will forget me when I die", False),
        ("can surgery remove the tumour", False),
        ("take my data off your computer", True),
        ("I withdraw my consent", True),
        ("forget what i told you", True),
        ("please don't forget me", False),
        ("please forget me, i have cancer", True),
        ("delete the details of my treatment", True),
        ("erase all my words", True),
        ("don't forget to delete my chat", True),
        ("chemo makes me forget things", False),
    ],
)
def test_only_who_asks_for_it_loses_the_conversation(service: Service, turn: Any, text: str, erases: bool) -> None:
    assert forget(service, turn("forget_me", text=text))[0].erase is erases


PARTS = {"causes": "causes", "tests": "diagnosis", "outlook": "prognosis", "signs": "symptoms", "symptoms": "symptoms"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a) causes b) tests c) outlook", ["causes", "tests", "outlook"]),
        ("1. causes 2. what is the outlook", ["causes", "what is the outlook"]),
        ("Symptoms, tests and outlook, please", ["symptoms", "tests", "outlook"]),
        ("signs and symptoms", ["signs and symptoms"]),
        ("causes of tests", ["causes of tests"]),
        ("1) morphine 2) paracetamol", ["1) morphine 2) paracetamol"]),
        ("I have a. pain b. numbness", ["I have a. pain b. numbness"]),
        (
            "which cancers cause it, how is it found and what's the outlook",
            ["which cancers cause it", "how is it found", "what's the outlook"],
        ),
    ],
)
def test_lists_of_parts_are_taken_one_by_one(text: str, parts: list[str]) -> None:
    assert split_questions(text, PARTS) == parts


def test_the_same_answer_twice_is_given_once(service: Service, turn: Any) -> None:
    answered = question(service, turn("ask_treatment", terms=("denosumab",), text="what is denosumab for"))[0]
    merged = merge([answered, answered])
    assert merged.text == answered.text
    cost = question(service, turn("ask_cost", terms=("denosumab",), text="what does denosumab cost"))[0]
    pain = question(service, turn("ask_symptoms", ("pain",), text="does it hurt", near={"symptoms.2": 0.9}))[0]
    symptoms = question(service, turn("ask_symptoms", text="what are the symptoms"))[0]
    listed = merge([pain, symptoms]).text
    lead_in, first = (service.library.articles[0].passage(f"symptoms.{n}").text for n in (1, 2))
    assert listed.count(first) == 1 and lead_in in listed
    both = merge([cost, answered])
    quoted = "Bisphosphonates or denosumab, to strengthen bones"
    assert both.text.count(quoted) == 1 and both.outcome == "answer"
    assert both.text.index("does not say") < both.text.index(quoted)
