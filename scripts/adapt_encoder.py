"""Fine-tune the sentence encoder on Marrow's own questions, and write the change as a small adapter.

    python scripts/adapt_encoder.py [--talk] [--epochs 4] [--rank 16] [--begin ADAPTER] [--out ADAPTER]

Low-rank adaptation (Hu et al. 2021, "LoRA") of all linear layers of all-MiniLM-L6-v2, on four tasks at once: the kind
of question (data/nlu), its family (answered, silent, urgent, ...), whether it is about a loaded article (the same
questions), and which passage answers it (`Asks:` of data/articles). Each epoch sees each question with other slips, so
that typing matters less. Run it after the training data has changed a lot; `make train` uses whatever adapter lies
there. It takes six minutes an epoch on two cores, and needs JAX, which comes with TensorFlow.

With `--talk` it learns the second adapter, for questions read behind the topic of their talk (data/nlu/in_talk.yml),
going on from the first; some of all other questions stand behind a topic there too, so that it learns which those are
that do not lean on it. That takes ten minutes.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from marrow import settings
from marrow.answering.encoder import (
    ADAPTER,
    DIMENSIONS,
    LAYERS,
    LINEAR_LAYERS,
    TALK_ADAPTER,
    base_file,
    encoder_files,
)
from marrow.answering.scope import owners_of, training_set
from marrow.answering.terms import article_terms
from marrow.answering.topic import behind_one, topics_of
from marrow.answering.turn import family_of, is_question
from marrow.content import load_library
from marrow.digest import sha256
from marrow.rasa.examples import read_examples
from marrow.rasa.nlu.terms import build_finder
from marrow.safety.hygiene import normalise

HEADS = 12
LENGTHS = (12, 16, 24, 32, 48, 64)  # tokens a batch is padded to: each length is compiled once
BATCH = 32
DROPOUT = 0.1
SCALE = 20.0  # unit vectors times this are what the heads see
SMOOTHING = 0.05
FAMILY_WEIGHT, SCOPE_WEIGHT = 0.7, 0.7
DECAY = 0.01
TASKS = ("intent", "family", "passage", "scope")
NONE = -1  # a row that says nothing for a task
ANYTHING = 5000  # questions that do not lean on a talk, among those that do


@dataclass(frozen=True)
class Row:
    """One text and its labels: indexes of intent and passage, the article whose subject it is or is not, and which."""

    text: str
    intent: int = NONE
    passage: int = NONE
    article: int = 0
    own: int = NONE


@dataclass(frozen=True)
class Tasks:
    """All rows, the family of each intent, and how many passages and articles there are."""

    rows: tuple[Row, ...]
    families: tuple[int, ...]
    passages: int
    articles: int


def read_tasks() -> Tasks:
    """The rows of data/nlu, but for those written behind a topic, and of the articles' `Asks:`."""
    library = load_library(settings.DATA / "articles")
    finder = build_finder(library)
    examples = list(read_examples())
    names = sorted({e.intent for e in examples})
    intents = {name: i for i, name in enumerate(names)}
    of_text = {e.text: intents[e.intent] for e in examples}
    asked = [n for n in names if is_question(n)]
    belongs = {s: owners_of(s, finder) for s in {e.subject.casefold() for e in examples if e.subject}}
    examples = [e for e in examples if not e.in_talk]
    rows = [Row(e.text, intents[e.intent]) for e in examples]
    places: dict[str, int] = {}
    for number, article in enumerate(library.articles):
        for text, own in zip(*training_set(article, examples, asked, belongs), strict=True):
            # A question put about this article's subject keeps the kind it had about another's.
            rows.append(Row(text, of_text.get(text, NONE), article=number, own=own))
        for passage in article.passages():
            place = places.setdefault(f"{article.id}/{passage.id}", len(places))
            rows += [Row(ask, passage=place, article=number, own=1) for ask in passage.asks for _ in range(2)]
    return Tasks(tuple(_joined(rows)), _families(names), len(places), len(library.articles))


def read_talk_tasks() -> Tasks:
    """The rows that are written behind a topic, and about ANYTHING others, put behind some topic."""
    library = load_library(settings.DATA / "articles")
    every = read_tasks()
    names = sorted({e.intent for e in read_examples()})
    rows = [Row(e.text, names.index(e.intent)) for e in read_examples() if e.in_talk]
    for number, article in enumerate(library.articles):
        topics = topics_of(article, article_terms(article))
        mine = [row for row in every.rows if row.article == number]
        behind, alone = {topic.casefold() for topic in topics}, []
        for row in mine:
            topic = row.text.partition(":")[0].casefold()
            own = {topic, topic.partition(" and ")[0]} & behind  # "Pain and Fractures: ..."
            (rows if own else alone).append(row)
        chosen = behind_one(topics, [row.text for row in alone], ANYTHING // len(library.articles))
        rows += [replace(alone[at], text=text) for at, text in chosen.items()]
    return Tasks(tuple(_joined(rows)), every.families, every.passages, every.articles)


def _families(names: Sequence[str]) -> tuple[int, ...]:
    families = sorted({family_of(name) for name in names})
    return tuple(families.index(family_of(name)) for name in names)


def _joined(rows: Sequence[Row]) -> list[Row]:
    """Rows of the same text made one where the one says what the other leaves open."""
    known: dict[str, int] = {}
    joined: list[Row] = []
    for row in rows:
        at = known.setdefault(row.text, len(joined))
        both = _both(joined[at], row) if at < len(joined) else None
        if both is None:
            joined.append(row)
        else:
            joined[at] = both
    return joined


def _both(row: Row, other: Row) -> Row | None:
    """What two rows of a text say together; None where they disagree, or where the other says nothing new."""
    mine, theirs = (row.intent, row.passage, row.own), (other.intent, other.passage, other.own)
    if any(NONE not in pair and pair[0] != pair[1] for pair in zip(mine, theirs, strict=True)):
        return None
    intent, passage, own = (max(pair) for pair in zip(mine, theirs, strict=True))
    both = Row(row.text, intent, passage, row.article if row.own != NONE else other.article, own)
    return None if both == row else both


def slip(text: str, random: np.random.Generator) -> str:
    """The text as somebody else would have typed it: often the same, else lower case, no marks, or a typo or two."""
    kind = random.integers(0, 10)
    if kind < 4:
        return text
    if kind == 4:
        return text.lower()
    if kind == 5:
        return "".join(c for c in text if c.isalnum() or c.isspace()).lower()
    if kind == 6:
        return text.upper() if random.random() < 0.3 else text.lower().rstrip("?.!")
    for _ in range(2 if kind == 9 else 1):
        inner = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i - 1].isalpha()]
        if not inner:
            return text
        at = int(random.choice(inner))
        other = "abcdefghijklmnopqrstuvwxyz"[random.integers(26)]
        swapped = text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
        left_out, doubled = text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:]
        text = (left_out, doubled, swapped, text[:at] + other + text[at + 1 :])[random.integers(4)]
    return text


# -- the encoder -------------------------------------------------------------------------------------------------------


def encode(base: dict[str, Any], adapter: dict[str, Any], ids: Any, mask: Any, key: Any) -> Any:
    """BERT's forward pass with the adapter beside each linear layer: unit vectors float32[batch, 384]."""

    def drop(x: Any) -> Any:
        nonlocal key
        key, mine = jax.random.split(key)
        return x * jax.random.bernoulli(mine, 1 - DROPOUT, x.shape) / (1 - DROPOUT)

    def norm(x: Any, name: str) -> Any:
        centred = x - x.mean(-1, keepdims=True)
        spread = jnp.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return centred / spread * base[f"{name}.weight"] + base[f"{name}.bias"]

    def linear(x: Any, name: str) -> Any:
        down, up = adapter[name]
        return x @ base[f"{name}.weight"].T + base[f"{name}.bias"] + (x @ down) @ up

    size, length = ids.shape
    x = base["embeddings.word_embeddings.weight"][ids] + base["embeddings.position_embeddings.weight"][:length]
    x = drop(norm(x + base["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm"))
    padding = (1 - mask)[:, None, None, :] * -1e9
    query, key_, value, attended, wide, narrow = LINEAR_LAYERS
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        q, k, v = (
            linear(x, f"{at}.{n}").reshape(size, length, HEADS, DIMENSIONS // HEADS).transpose(0, 2, 1, 3)
            for n in (query, key_, value)
        )
        shares = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) / math.sqrt(DIMENSIONS // HEADS) + padding, -1)
        mixed = (shares @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        x = norm(x + drop(linear(mixed, f"{at}.{attended}")), f"{at}.attention.output.LayerNorm")
        hidden = jax.nn.gelu(linear(x, f"{at}.{wide}"), approximate=False)
        x = norm(x + drop(linear(hidden, f"{at}.{narrow}")), f"{at}.output.LayerNorm")
    pooled = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
    return pooled / jnp.maximum(jnp.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)


def cross_entropy(logits: Any, labels: Any, weights: Any) -> Any:
    """Mean over the batch, with smoothed labels, of the rows that have one."""
    logs = jax.nn.log_softmax(logits)
    given = labels != NONE
    safe = jnp.where(given, labels, 0)
    hit = jnp.take_along_axis(logs, safe[:, None], 1)[:, 0]
    loss = -(1 - SMOOTHING) * hit - SMOOTHING * logs.mean(1)
    return (loss * given * weights[safe]).sum() / labels.shape[0]


# -- learning ----------------------------------------------------------------------------------------------------------


def batches(tasks: Tasks, tokenizer: Tokenizer, random: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """One epoch: (ids, mask, intents, passages, articles, own), texts of like length together, in random order."""
    ids = [tokenizer.encode(slip(normalise(row.text), random)).ids for row in tasks.rows]
    order = random.permutation(len(ids))
    chunks: list[list[int]] = []
    pool = BATCH * 40
    for start in range(0, len(order), pool):
        near = sorted(order[start : start + pool], key=lambda i: len(ids[i]))
        chunks += [near[at : at + BATCH] for at in range(0, len(near) - BATCH + 1, BATCH)]
    for chunk in (chunks[i] for i in random.permutation(len(chunks))):
        longest = max(len(ids[i]) for i in chunk)
        width = next(length for length in LENGTHS if length >= longest)
        padded, mask = np.zeros((BATCH, width), np.int32), np.zeros((BATCH, width), np.float32)
        for at, i in enumerate(chunk):
            padded[at, : len(ids[i])] = ids[i]
            mask[at, : len(ids[i])] = 1
        rows = [tasks.rows[i] for i in chunk]
        yield (
            padded, mask, np.array([r.intent for r in rows]), np.array([r.passage for r in rows]),
            np.array([r.article for r in rows]), np.array([r.own for r in rows]),
        )  # fmt: skip


def learn(
    tasks: Tasks, *, epochs: int, rank: int, rate: float, seed: int = 0, begin: Path | None = None
) -> dict[str, Any]:
    """The adapter: {layer: (down float32[in, rank], up float32[rank, out])}. Adam, linear warm-up and decay.

    `begin` is an adapter of the same rank to go on from; without one it begins at the published encoder.
    """
    random = np.random.default_rng(seed)
    base = {name: jnp.asarray(value) for name, value in load_file(str(base_file())).items()}
    tokenizer = Tokenizer.from_file(str(encoder_files()[1]))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LENGTHS[-1])
    adapter = {}
    for name in (f"encoder.layer.{layer}.{n}" for layer in range(LAYERS) for n in LINEAR_LAYERS):
        out, into = base[f"{name}.weight"].shape
        down = random.normal(0, 1 / math.sqrt(into), (into, rank))
        adapter[name] = (jnp.asarray(down, jnp.float32), jnp.zeros((rank, out)))
    if begin is not None:
        with np.load(begin, allow_pickle=False) as stored:
            adapter = {
                name: tuple(jnp.asarray(stored[f"{name}|{part}"], jnp.float32) for part in ("down", "up"))
                for name in adapter
            }

    def head(classes: int) -> tuple[Any, Any]:
        return jnp.zeros((DIMENSIONS, classes)), jnp.zeros(classes)

    family_of_intent = np.array(tasks.families)
    counts = np.bincount([r.intent for r in tasks.rows if r.intent != NONE], minlength=len(family_of_intent))
    family_counts = np.bincount(family_of_intent, weights=counts)
    values = {
        "adapter": adapter,
        "intent": head(len(counts)),
        "family": head(len(family_counts)),
        "passage": head(tasks.passages),
        "scope": head(2 * tasks.articles),
    }

    def rare(counts: Any) -> Any:
        return jnp.asarray(np.sqrt(counts.mean() / np.maximum(counts, 1)), jnp.float32)

    rare_intents, rare_families = rare(counts), rare(family_counts)
    families = jnp.asarray(family_of_intent)

    def loss(values: Any, ids: Any, mask: Any, intents: Any, passages: Any, articles: Any, own: Any, key: Any) -> Any:
        vectors = SCALE * encode(base, values["adapter"], ids, mask, key)
        logits = {task: vectors @ values[task][0] + values[task][1] for task in TASKS}
        family = jnp.where(intents == NONE, NONE, families[jnp.maximum(intents, 0)])
        pairs = logits["scope"].reshape(ids.shape[0], tasks.articles, 2)
        mine = jnp.take_along_axis(pairs, articles[:, None, None], 1)[:, 0]
        return (
            cross_entropy(logits["intent"], intents, rare_intents)
            + FAMILY_WEIGHT * cross_entropy(logits["family"], family, rare_families)
            + cross_entropy(logits["passage"], passages, jnp.ones(tasks.passages))
            + SCOPE_WEIGHT * cross_entropy(mine, own, jnp.ones(2))
        )

    steps = epochs * (len(tasks.rows) // BATCH)
    mapped = jax.tree_util.tree_map

    @jax.jit
    def step(values: Any, mean: Any, square: Any, count: Any, batch: Any, key: Any) -> Any:
        value, slope = jax.value_and_grad(loss)(values, *batch, key)
        now = rate * jnp.minimum(1.0, count / (0.06 * steps)) * jnp.maximum(0.0, (steps - count) / steps)
        mean = mapped(lambda m, g: 0.9 * m + 0.1 * g, mean, slope)
        square = mapped(lambda s, g: 0.999 * s + 0.001 * g * g, square, slope)

        def moved(p: Any, m: Any, s: Any) -> Any:
            towards = (m / (1 - 0.9**count)) / (jnp.sqrt(s / (1 - 0.999**count)) + 1e-8)
            return p - now * (towards + DECAY * p)

        return mapped(moved, values, mean, square), mean, square, value

    mean, square = mapped(jnp.zeros_like, values), mapped(jnp.zeros_like, values)
    key = jax.random.PRNGKey(seed)
    started, count, shown = time.monotonic(), 0, 0.0
    for epoch in range(epochs):
        for batch in batches(tasks, tokenizer, random):
            count += 1
            key, mine = jax.random.split(key)
            values, mean, square, value = step(values, mean, square, float(count), batch, mine)
            shown = float(value) if count == 1 else 0.98 * shown + 0.02 * float(value)
            if count % 100 == 0:
                seconds = time.monotonic() - started
                print(f"epoch {epoch + 1}, step {count} of {steps}, loss {shown:.3f}, {seconds:.0f} s", flush=True)
    return {name: tuple(np.asarray(part) for part in parts) for name, parts in values["adapter"].items()}


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--begin", type=Path, help="an adapter to go on from, when only some questions are new")
    parser.add_argument("--talk", action="store_true", help="the adapter for questions behind the topic of a talk")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    arguments.out = arguments.out or (TALK_ADAPTER if arguments.talk else ADAPTER)
    arguments.begin = arguments.begin or (ADAPTER if arguments.talk else None)
    tasks = read_talk_tasks() if arguments.talk else read_tasks()
    print(f"{len(tasks.rows)} rows, {len(tasks.families)} kinds of question, {tasks.passages} passages", flush=True)
    options = {"epochs": arguments.epochs, "rank": arguments.rank, "rate": arguments.rate}
    adapter = learn(tasks, begin=arguments.begin, **options)
    about = {
        "base": "all-MiniLM-L6-v2", "begun_at": arguments.begin and arguments.begin.name,
        "rank": arguments.rank, "epochs": arguments.epochs, "rows": len(tasks.rows),
        "nlu_sha256": sha256(settings.DATA / "nlu"), "articles_sha256": sha256(settings.DATA / "articles"),
    }  # fmt: skip
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    tensors = {f"{name}|{part}": value.astype(np.float16) for name, parts in adapter.items()
               for part, value in zip(("down", "up"), parts, strict=True)}  # fmt: skip
    np.savez_compressed(arguments.out, about=np.array(json.dumps(about)), **tensors)
    print(f"{arguments.out.name}: {arguments.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
