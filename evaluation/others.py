"""What a user would pick instead of Marrow, trained on the same data and asked the same questions.

    python -m evaluation.others encoder|tfidf|stock|train-stock FILE [--epochs 100]

FILE is a JSON list of conversations, each a list of texts; the replies, and what they cost, go to FILE with `.out`.
Each runs in a process of its own, so that its memory is its own. `make compare` calls this.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from evaluation.judging import Reply
from marrow import settings
from marrow.answering import encoder
from marrow.answering.scope import Example
from marrow.answering.turn import EMERGENCIES, SECTIONS_OF, is_question
from marrow.answering.wording import load_wording
from marrow.content import Article, Passage, load_library
from marrow.rasa.card import MODELS
from marrow.rasa.examples import read_examples

STOCK = MODELS / "stock"
OTHER_SUBJECT = "other_subject"
FALLBACK = "nlu_fallback"
#: As `rasa init` has it.
STOCK_EPOCHS = 100
#: Talk about the answer before: a stock bot would keep the section in a slot and show it again.
ABOUT_THE_LAST = {"simplify", "tell_more", "follow_up"}
#: Training questions the refusal's threshold is chosen on: every n-th, so that there are about so many.
THRESHOLD_EXAMPLES = 3000

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Cost:
    """What an approach took: seconds of training, and the most memory (MB) of the process that answers."""

    train_seconds: float
    peak_mb: float
    note: str = ""


def asked_article() -> Article:
    """The article that is asked about: the first, as the questions' sets are about it."""
    return load_library(settings.DATA / "articles").articles[0]


def is_about(example: Example, article: Article) -> bool:
    """Whether a training question is the article's: it names no subject, or one of its own, or was written for it."""
    own = {term.casefold() for term in article.terms()}
    return not example.subject or example.written_for == article.id or example.subject.casefold() in own


# -- the nearest passage -----------------------------------------------------------------------------------------------


def passage_texts(article: Article) -> tuple[list[str], list[Passage]]:
    """What a question is compared with, and whose each text is: passages, plain wordings, the questions they answer."""
    pairs = [(text, p) for p in article.passages() for text in (p.text, p.plain, *p.asks) if text]
    return [text for text, _ in pairs], [p for _, p in pairs]


def best_threshold(similarities: npt.NDArray[Any], answered: npt.NDArray[np.bool_]) -> float:
    """The similarity from which on to answer: where Youden's index is greatest.

    That is the share answered of what should be (`answered`), less the share answered of what should not.
    """
    candidates = np.unique(np.quantile(similarities, np.linspace(0, 1, 201)))
    index = [(similarities[answered] >= c).mean() - (similarities[~answered] >= c).mean() for c in candidates]
    return float(candidates[int(np.argmax(index))])


def nearest(vectorise: Callable[[Sequence[str]], Matrix], article: Article) -> tuple[Callable[[str], Reply], str]:
    """Answers with the nearest passage, or refuses below a threshold that is chosen on the training questions only.

    `vectorise` gives unit vectors. It knows neither emergencies nor small talk; a refusal is `not_covered`, which is
    right for what the article lacks and for other subjects alike.
    """
    texts, owners = passage_texts(article)
    known = vectorise(texts)
    examples = [e for e in read_examples() if not e.in_talk]
    examples = examples[:: max(1, len(examples) // THRESHOLD_EXAMPLES)]
    answered = np.array([e.intent in SECTIONS_OF and is_about(e, article) for e in examples])
    similarities = (vectorise([e.text for e in examples]) @ known.T).max(axis=1)
    threshold = best_threshold(similarities, answered)

    def reply(text: str) -> Reply:
        scores = (vectorise([text]) @ known.T)[0]
        best = int(np.argmax(scores))
        if scores[best] < threshold:
            return Reply("not_covered", "The article does not say.")
        return Reply("answer", owners[best].text, owners[best].section)

    return reply, f"answers from a similarity of {threshold:.2f} on"


def by_encoder(article: Article) -> tuple[Callable[[str], Reply], str]:
    """The published encoder, as it comes: without whatever Marrow learned on top of it."""
    plain = encoder.load_encoder(adapter=None)
    return nearest(plain.encode, article)


def by_tfidf(article: Article) -> tuple[Callable[[str], Reply], str]:
    """scikit-learn's TF-IDF of words and pairs of words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    model = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit(passage_texts(article)[0])
    return nearest(lambda texts: model.transform(texts).toarray().astype(np.float32), article)


# -- the stock pipeline ------------------------------------------------------------------------------------------------


def stock_config(epochs: int) -> dict[str, Any]:
    """The pipeline that `rasa init` uses, read from the installed Rasa, with so many epochs.

    Its project names no pipeline, so Rasa takes this default. The ResponseSelector is left out: without retrieval
    intents in the training data it has nothing to learn. So are the policies: what an intent leads to is a rule here.
    """
    import rasa

    path = Path(rasa.__file__).parent / "engine" / "recipes" / "config_files" / "default_config.yml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    pipeline = [dict(c) for c in config["pipeline"] if c["name"] != "ResponseSelector"]
    for component in pipeline:
        if "epochs" in component:
            component["epochs"] = epochs
    return {"recipe": config["recipe"], "language": config["language"], "assistant_id": "stock", "pipeline": pipeline}


def stock_data(article: Article) -> str:
    """The training data as a stock bot needs it, in Rasa's YAML.

    Marrow finds a question's subject apart from its kind; stock Rasa has intents only. So a question of another subject
    ("what is asthma") becomes an example of `other_subject`, or the bot would quote the article for it.
    """
    by_intent: dict[str, list[str]] = {}
    for e in (e for e in read_examples() if not e.in_talk):
        intent = OTHER_SUBJECT if is_question(e.intent) and not is_about(e, article) else e.intent
        by_intent.setdefault(intent, []).append(e.about(f"[{e.subject}](subject)") if e.subject else e.text)
    nlu = [{"intent": i, "examples": "".join(f"- {t}\n" for t in texts)} for i, texts in sorted(by_intent.items())]
    return yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True, width=1000)


def stock_key(data: str, config: Mapping[str, Any]) -> str:
    """What names a trained stock model: its data, configuration and Rasa's version."""
    text = "\0".join((data, json.dumps(config, sort_keys=True), version("rasa")))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def train_stock(epochs: int) -> Path:
    """Train the stock pipeline, unless it was on the same data; returns its model file. Its cost lies beside it."""
    data, config = stock_data(asked_article()), stock_config(epochs)
    model = STOCK / f"stock-{stock_key(data, config)}.tar.gz"
    if model.is_file():
        return model
    from rasa.model_training import train_nlu

    STOCK.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "nlu.yml").write_text(data, encoding="utf-8")
        (Path(folder) / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        # A name of its own until it is whole: a training that is broken off leaves no model to be found.
        made = train_nlu(
            config=f"{folder}/config.yml", nlu_data=f"{folder}/nlu.yml", output=folder, fixed_model_name="stock"
        )
        if made is None:
            raise SystemExit("the stock pipeline could not be trained; the lines above say why")
        cost = Cost(time.monotonic() - started, peak_mb(), f"trained for {epochs} epochs (rasa init: {STOCK_EPOCHS})")
        model.with_suffix(".json").write_text(json.dumps(asdict(cost)), encoding="utf-8")
        Path(made).replace(model) if Path(made).stat().st_dev == STOCK.stat().st_dev else _copy(Path(made), model)
    return model


def _copy(made: Path, model: Path) -> None:
    half = model.with_suffix(".half")
    half.write_bytes(made.read_bytes())
    half.replace(model)


def by_intent(article: Article, intent: str, silences: Collection[str], last: Reply | None) -> Reply:
    """What rules make of an intent: for an answered kind its first section, all of it.

    `silences` are the intents articles do not answer, `last` is the answer before, if there was one.
    An unsure intent (FallbackClassifier) is a refusal, `out_of_scope`: the likeliest to be right of what stock bots do.
    """
    if intent in SECTIONS_OF:
        section = next(s for kind in SECTIONS_OF[intent] if (s := article.section(kind)))
        return Reply("answer", "\n".join(p.text for p in section.passages), section.kind)
    if intent in silences:
        return Reply("not_covered", "The article does not say.")
    if intent in EMERGENCIES:
        return Reply("urgent", "Call for help now.")
    if intent in {OTHER_SUBJECT, FALLBACK}:
        return Reply("out_of_scope", "I cannot help with that.")
    return last if intent in ABOUT_THE_LAST and last is not None else Reply("smalltalk", "How can I help?")


def ask_stock(model: Path, conversations: Sequence[Sequence[str]]) -> list[Reply]:
    """Parse every question with a trained stock model, in this process."""
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)  # or it prints every question, and takes its time for it
    article, agent = asked_article(), Agent.load(str(model))
    silences = set(load_wording(settings.DATA / "wording").silences)

    async def ask() -> list[Reply]:
        replies = []
        for texts in conversations:
            last: Reply | None = None
            for text in texts:
                started = time.perf_counter()
                parsed = await agent.parse_message(text)
                wait = (time.perf_counter() - started) * 1000
                reply = replace(
                    by_intent(article, parsed["intent"]["name"] or FALLBACK, silences, last), milliseconds=wait
                )
                last = reply if reply.outcome == "answer" else last
                replies.append(reply)
        return replies

    return asyncio.run(ask())


# -- one process an approach -------------------------------------------------------------------------------------------


def peak_mb() -> float:
    """The most memory this process has held, in MB (Linux counts KB, macOS bytes)."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def run(name: str, conversations: Sequence[Sequence[str]], epochs: int) -> tuple[list[Reply], Cost]:
    """Train one approach and ask it everything."""
    if name == "stock":
        # Training takes far more memory than answering: it has a process of its own.
        command = [sys.executable, "-m", "evaluation.others", "train-stock", "-", "--epochs", str(epochs)]
        subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603
        model = train_stock(epochs)
        trained = json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))
        replies = ask_stock(model, conversations)
        note = f"{trained['note']}; training took up to {trained['peak_mb']:.0f} MB"
        return replies, Cost(trained["train_seconds"], peak_mb(), note)
    started = time.monotonic()
    reply, note = {"encoder": by_encoder, "tfidf": by_tfidf}[name](asked_article())
    seconds = time.monotonic() - started
    replies = []
    for text in (text for texts in conversations for text in texts):
        at = time.perf_counter()
        answer = reply(text)
        replies.append(replace(answer, milliseconds=(time.perf_counter() - at) * 1000))
    return replies, Cost(seconds, peak_mb(), note)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one approach for `make compare`."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=("encoder", "tfidf", "stock", "train-stock"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--epochs", type=int, default=STOCK_EPOCHS)
    args = parser.parse_args(argv)
    if args.name == "train-stock":
        print(train_stock(args.epochs))
        return 0
    replies, cost = run(args.name, json.loads(args.file.read_text(encoding="utf-8")), args.epochs)
    stored = {"replies": [asdict(r) for r in replies], "cost": asdict(cost)}
    args.file.with_suffix(".out").write_text(json.dumps(stored), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
