"""Conversations in process, through the guard, NLU, rules and actions. Each is one behaviour."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from marrow import settings
from marrow.answering.answers import entries_of
from marrow.answering.service import load_service

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def talk(model: Path) -> Iterator[Any]:
    """talk([(said, outcome, passage or phrase), ...]) has a conversation of its own and checks each turn."""
    from rasa.core.agent import Agent

    from marrow.rasa.guard import Guard
    from marrow.rasa.identity import Identity
    from marrow.rasa.in_process import InProcessActions, validate_actions_once
    from marrow.rasa.lanes import Lanes

    validate_actions_once()
    agent = Agent.load(str(model), action_endpoint=InProcessActions())
    guard = Guard(settings.load({}), Identity(b"1" * 32), load_service(), Lanes())
    numbers = iter(range(1000))

    def converse(turns: list[tuple[str, str, str]]) -> None:
        who = f"talk-{next(numbers)}"

        async def all_turns() -> None:
            for said, outcome, expected in turns:
                answered = await guard.answer(agent.handle_message, "test", who, said)
                reply = answered.reply
                assert reply.outcome == outcome, (said, reply.outcome, reply.text)
                assert reply.text.count("not a substitute for professional medical advice") == 1
                if expected:
                    assert expected in reply.passages or expected in reply.text, (said, reply.passages, reply.text)

        asyncio.run(all_turns())

    yield converse
    guard.lanes.stop()


def test_context_is_carried(talk: Any) -> None:
    talk(
        [
            ("hi", "smalltalk", ""),
            ("what is a biopsy for?", "answer", "diagnosis.2"),
            ("what about surgery?", "answer", "treatment.5"),
            ("say it more simply please", "answer", "Surgery"),
            ("tell me more", "answer", "treatment.4"),
            ("thanks a lot", "smalltalk", ""),
        ]
    )


def test_pain_is_understood_from_the_talk(talk: Any) -> None:
    talk([("what are bone mets?", "answer", "overview.1"), ("is it painful?", "answer", "symptoms.2")])


def test_correction_is_followed(talk: Any) -> None:
    talk([("tell me about radiotherapy", "answer", "treatment.4"), ("no, i meant chemo", "answer", "treatment.6")])


def test_subject_is_dropped_when_another_comes(talk: Any) -> None:
    talk(
        [
            ("how are bone metastases treated?", "answer", "treatment.2"),
            ("how do I bake sourdough bread", "out_of_scope", ""),
            ("and the symptoms?", "answer", "symptoms.2"),
        ]
    )


def test_emergency_in_the_middle_and_a_calm_question_after(talk: Any) -> None:
    talk(
        [
            ("what does hypercalcemia do?", "answer", "symptoms.5"),
            ("dad can't get up and has wet himself", "urgent", "Call"),
            ("the ambulance is here. what are the treatments for bone mets?", "answer", "treatment.1"),
        ]
    )


def test_what_the_article_lacks_is_said(talk: Any) -> None:
    talk(
        [
            ("how many years can you live with bone metastases?", "not_covered", "how long someone lives"),
            ("what are the side effects of Xgeva", "not_covered", "treatment.3"),
            ("how much does zometa cost", "not_covered", "what the cost of Zometa is"),
        ]
    )


def test_other_subjects_are_refused(talk: Any) -> None:
    talk(
        [
            ("how is asthma treated?", "out_of_scope", ""),
            ("who won the world cup", "out_of_scope", ""),
            ("write me a poem about rain", "out_of_scope", ""),
        ]
    )


def test_full_disclaimer_is_one_step_away(talk: Any) -> None:
    talk([("show me the full disclaimer", "smalltalk", "WikiMD expressly disclaims responsibility")])


def test_forgotten_talk_is_forgotten(talk: Any) -> None:
    talk(
        [
            ("what is denosumab for?", "answer", "treatment.3"),
            ("please forget everything i said", "smalltalk", "deleted"),
            ("say it more simply", "smalltalk", ""),
        ]
    )


def test_fear_is_met_kindly(talk: Any) -> None:
    talk([("i'm so scared, they just told me", "smalltalk", "")])


def test_repair(talk: Any) -> None:
    talk([("how is it treated", "answer", "treatment.1"), ("that's not what i asked", "smalltalk", "sorry")])


def test_long_conversation_stays_quick_and_sane(talk: Any) -> None:
    talk([("what about chemo?", "answer", "treatment.6"), ("and surgery", "answer", "treatment.5")] * 20)


@pytest.mark.parametrize("wording", ["what does {} mean?", "what is {}", "{} meaning?"])
def test_every_term_and_name_is_explained(talk: Any, wording: str) -> None:
    article = load_service().library.article("bone-metastasis")
    meant = {entry.term: entry.term for entry in article.glossary}
    meant |= {name.text: name.means for name in article.names if name.kind in {"lay", "abbreviation"}}
    for name, term in meant.items():
        for entry in entries_of(article, [term]):
            talk([(wording.format(name), "answer", entry.explanation)])


def test_more_simply_explains_what_was_asked(talk: Any) -> None:
    talk(
        [
            ("what does hypercalcemia mean?", "answer", "symptoms.5"),
            ("say it more simply", "answer", "Hypercalcemia: High calcium levels in the blood."),
            ("what does compression mean?", "answer", "Spinal cord compression: "),
            ("what does detach mean?", "not_covered", "what the word “detach” means"),
        ]
    )


def test_several_questions_in_one_message(talk: Any) -> None:
    talk(
        [
            ("Symptoms? Treatment? Prognosis?", "answer", "prognosis.1"),
            ("Is it painful and can it be treated?", "answer", "symptoms.2"),
            ("what is denosumab, what are the side effects", "answer", "treatment.3"),
            ("What is it? What causes it? How is it found? How is it treated?", "answer", "three questions at a time"),
            ("What is asthma? What are bone metastases?", "answer", "nothing on the other question"),
            ("What is asthma and how is it treated?", "out_of_scope", ""),
        ]
    )


def test_request_beside_feelings_is_answered(talk: Any) -> None:
    talk(
        [
            ("I feel so alone with this, what about chemo", "answer", "treatment.6"),
            ("I'm so frightened, tell me more", "answer", "treatment.1"),
            ("I feel so alone with this", "smalltalk", "care team"),
        ]
    )


def test_lone_word_is_answered(talk: Any) -> None:
    for word, passage in (("pain", "symptoms.2"), ("mets", "overview.1"), ("treatment?", "treatment.1")):
        talk([(word, "answer", passage)])


def test_thanks_before_a_question_do_not_hide_it(talk: Any) -> None:
    talk(
        [
            ("thanks that was really helpful, what about surgery", "answer", "treatment.5"),
            ("great answer thank you but what is a biopsy", "answer", "diagnosis.2"),
        ]
    )


def test_words_that_nobody_knows_are_asked_back(talk: Any) -> None:
    for text in ("asdf qwer", "zxcv mnbv", "jkl;", "....", "😀😀"):
        talk([(text, "smalltalk", "I am not sure what you mean")])


def test_a_symptom_that_was_asked_about_and_happens_is_an_emergency(talk: Any) -> None:
    talk(
        [
            ("does bone metastasis make your legs weak", "answer", "symptoms.4"),
            ("mine just went", "urgent", "Lie flat"),
            ("a minute ago", "urgent", "Lie flat"),
            ("the ambulance crew are here now", "smalltalk", "Good that help is there"),
        ]
    )
    talk([("what are the symptoms", "answer", "symptoms.4"), ("i have the third one", "urgent", "Lie flat")])


def test_an_emergency_is_talked_down(talk: Any) -> None:
    talk(
        [
            ("i fell and my hip is in agony", "urgent", "broken bone"),
            ("no that was four years ago", "smalltalk", "Thank you for telling me"),
            ("I said it was FOUR YEARS AGO. my hip is fine now", "smalltalk", "Thank you"),
            ("what are the treatments", "answer", "treatment.1"),
        ]
    )
    talk(
        [
            ("i cant feel my legs", "urgent", "Lie flat"),
            ("it passed after an hour", "smalltalk", "I am glad"),
            ("what is a biopsy", "answer", "diagnosis.2"),
            ("they are numb again", "urgent", "Lie flat"),
        ]
    )


def test_the_bereaved_are_met_as_such(talk: Any) -> None:
    talk([("my mum died of this last month", "smalltalk", "sorry for your loss")])
    talk([("my wife is dying", "smalltalk", "This is a lot to take in")])


def test_what_to_ask_the_doctor(talk: Any) -> None:
    talk([("What questions should I ask the doctor?", "not_covered", "what to ask your care team")])


def test_who_has_it_is_thanked_for_telling(talk: Any) -> None:
    talk([("I have bone mets", "smalltalk", "Thank you for telling me"), ("what is it", "answer", "overview.1")])
    talk([("hello, my mum is 82 and has bone mets", "smalltalk", "Thank you for telling me")])
    talk([("👍", "smalltalk", "welcome")])


def test_what_the_article_lacks_of_a_thing_it_has_is_named(talk: Any) -> None:
    talk([("how is high calcium treated?", "not_covered", "what the treatment of high calcium is")])


def test_one_of_those_shown_is_shown_for_its_place(talk: Any) -> None:
    talk([("what are the treatments", "answer", "treatment.1"), ("the second one", "answer", "treatment.3")])


def test_prevention_is_not_answered_with_treatment(talk: Any) -> None:
    talk(
        [("what is the outlook", "answer", "prognosis.1"), ("can it be prevented?", "not_covered", "how to prevent it")]
    )


@pytest.mark.parametrize("text", ["he has no chest pain", "she does not have any numbness", "he isn't fitting"])
def test_a_sign_that_is_not_there_is_no_emergency(talk: Any, text: str) -> None:
    talk([(text, "smalltalk", "")])
