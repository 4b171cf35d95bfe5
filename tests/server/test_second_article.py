"""A second article dropped into data/articles is answered after training, with no change of code or intents."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.running import ROOT, Running, serving

pytestmark = pytest.mark.server
FIXTURES = ROOT / "tests" / "fixtures" / "articles"


def thinned(questions: str, keep: int = 10) -> str:
    """Every tenth training question: enough to see that a new article needs none of its own, in less time."""
    lines, seen = [], 0
    for line in questions.splitlines():
        seen += line.startswith("    - ")
        if not line.startswith("    - ") or seen % keep == 0:
            lines.append(line)
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A copy of the project with a second, made-up article; its own model; its own server."""
    copy = tmp_path_factory.mktemp("two") / "project"
    for name in ("marrow", "actions", "data", "widget/page", "widget/dist"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml", "requirements.lock"):
        shutil.copy(ROOT / name, copy / name)
    (copy / "models").mkdir()
    shutil.copytree(FIXTURES, copy / "data" / "articles", dirs_exist_ok=True)
    for file in (copy / "data" / "nlu").glob("*.yml"):
        file.write_text(thinned(file.read_text(encoding="utf-8")), encoding="utf-8")
    environment = {"PYTHONPATH": str(copy)}
    done = subprocess.run(
        [sys.executable, "-m", "marrow", "train"], cwd=copy, capture_output=True, text=True, timeout=900, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    with serving(copy.parent, MARROW_REST_BURST="0", folder=copy, **environment) as running:
        yield running


QUESTIONS = {
    "overview": ["what is {}", "tell me about {} please"],
    "causes": ["what causes {}", "why do people get {}"],
    "symptoms": ["what are the symptoms of {}", "signs of {}"],
    "diagnosis": ["how is {} diagnosed", "what tests are done for {}"],
    "treatment": ["how is {} treated", "what are the treatments for {}"],
    "prognosis": ["what is the outlook for {}", "prognosis of {}"],
}


@pytest.mark.parametrize(
    ("name", "article"), [("glimmer elbow", "glimmer-elbow"), ("bone metastasis", "bone-metastasis")]
)
@pytest.mark.parametrize("section", QUESTIONS)
def test_each_article_answers_its_own_questions(two: Running, name: str, article: str, section: str) -> None:
    for number, question in enumerate(QUESTIONS[section]):
        reply = two.say(question.format(name), f"{article}-{section}-{number}")
        assert (reply["outcome"], reply["article"]) == ("answer", article), question
        if section != "symptoms":
            assert reply["section"] == section, question


def test_question_that_fits_both_is_asked_back_and_the_choice_answered(two: Running) -> None:
    reply = two.say("how is it treated?", "both")
    assert reply["outcome"] == "smalltalk"
    titles = {button["title"]: button["payload"] for button in reply["buttons"]}
    assert len(titles) == 2
    for title, payload in titles.items():
        chosen = two.say(payload, "both")
        assert (chosen["outcome"], chosen["section"]) == ("answer", "treatment")
        assert chosen["citations"][0]["title"] == title


def test_talk_stays_with_its_article_until_another_is_named(two: Running) -> None:
    def ask(text: str) -> Any:
        return two.say(text, "talk")

    assert ask("what is glimmer elbow?")["article"] == "glimmer-elbow"
    assert ask("how is it treated?")["article"] == "glimmer-elbow"
    assert ask("what are bone mets")["article"] == "bone-metastasis"
    assert ask("what are the symptoms?")["article"] == "bone-metastasis"


def test_what_neither_has_is_refused(two: Running) -> None:
    assert two.say("how is asthma treated")["outcome"] in {"out_of_scope", "not_covered"}
    assert two.say("how much does a tennis racket cost")["outcome"] == "out_of_scope"


@pytest.mark.parametrize(
    "question",
    [
        "how much does treatment of {} cost",
        "how long will I live with {}",
        "is {} hereditary",
        "what should I eat with {}",
    ],
)
@pytest.mark.parametrize("name", ["glimmer elbow", "bone metastasis"])
def test_what_a_named_article_lacks_is_not_covered_but_on_the_subject(two: Running, name: str, question: str) -> None:
    assert two.say(question.format(name), f"{name} {question}")["outcome"] == "not_covered"
