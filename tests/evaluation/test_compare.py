"""The others: trained on the same data, judged the same, and given what is fair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import yaml

from evaluation import others
from evaluation.compare import render, row
from evaluation.judging import Reply
from marrow.answering.scope import Example
from tests.evaluation.made import judged, result

SILENCES = {"ask_cost"}


def test_stock_config_is_that_of_rasa_init_without_a_response_selector() -> None:
    config = others.stock_config(100)
    names = [c["name"] for c in config["pipeline"]]
    assert names == [
        "WhitespaceTokenizer", "RegexFeaturizer", "LexicalSyntacticFeaturizer", "CountVectorsFeaturizer",
        "CountVectorsFeaturizer", "DIETClassifier", "EntitySynonymMapper", "FallbackClassifier",
    ]  # fmt: skip
    diet, fallback = config["pipeline"][5], config["pipeline"][-1]
    assert diet["epochs"] == 100 and fallback["threshold"] == 0.3
    assert (
        others.stock_key("a", config) != others.stock_key("b", config) != others.stock_key("b", others.stock_config(3))
    )


def test_stock_data_sends_other_subjects_away() -> None:
    article = others.asked_article()
    blocks = {b["intent"]: b["examples"] for b in yaml.safe_load(others.stock_data(article))["nlu"]}
    assert "(subject)" in blocks["ask_definition"] and len(blocks["other_subject"].splitlines()) > 800
    assert not others.is_about(Example("what is gout", "ask_definition", 8, 12), article)
    assert others.is_about(Example("what is it", "ask_definition"), article)
    assert others.is_about(Example("what is bone mets", "ask_definition", 8, 17), article)


def test_by_intent_follows_the_rules_a_stock_bot_would_have() -> None:
    article = others.asked_article()
    answer = others.by_intent(article, "ask_treatment", SILENCES, None)
    assert (answer.outcome, answer.section) == ("answer", "treatment") and "denosumab" in answer.text
    outcomes = {i: others.by_intent(article, i, SILENCES, None).outcome for i in
                ("ask_cost", "emergency", "other_subject", "nlu_fallback", "greet", "simplify")}  # fmt: skip
    assert list(outcomes.values()) == [
        "not_covered",
        "urgent",
        "out_of_scope",
        "out_of_scope",
        "smalltalk",
        "smalltalk",
    ]
    assert others.by_intent(article, "simplify", SILENCES, answer) == answer


def test_best_threshold_separates() -> None:
    similarities = np.array([0.1, 0.2, 0.3, 0.8, 0.9])
    threshold = others.best_threshold(similarities, np.array([False, False, False, True, True]))
    assert 0.3 < threshold <= 0.8


def test_nearest_answers_what_is_near_and_refuses_the_rest() -> None:
    def vectorise(texts: Sequence[str]) -> others.Matrix:
        marks = ("bisphosphonates", "fracture", "sourdough")
        rows = np.array([[m in t.lower() for m in marks] for t in texts], dtype=np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    reply, note = others.nearest(vectorise, others.asked_article())
    assert reply("what do bisphosphonates do").outcome == "answer"
    assert reply("nice sourdough").outcome == "not_covered" and "similarity" in note


def test_table_has_a_row_for_each_approach_and_says_what_is_not_known() -> None:
    rows = [judged("in_scope", "answer"), judged("urgent", "smalltalk")]
    questions = result(rows).set
    text = render([row(questions, "tfidf", rows, 2.0, 100.0), row(questions, "marrow", rows, None, None)], ["A note."])
    lines = text.splitlines()
    assert lines[2].startswith("| Marrow") and lines[2].count("not known") == 2
    assert "TF-IDF" in lines[3] and "100.0" in lines[3] and "- A note." in lines


def test_replies_are_judged_in_order() -> None:
    from evaluation.asking import replay

    first, second = judged("in_scope", "answer"), judged("urgent", "urgent")
    replayed = replay([(first.question,), (second.question,)], [Reply("smalltalk", ""), Reply("urgent", "")])
    assert [j.right for j in replayed] == [False, True]
