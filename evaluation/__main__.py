"""Ask a running assistant every set of questions, and say how much of it is right.

    python -m evaluation [--url http://localhost:5005] [--sets tuning,dev] [--failures 3] [--gate] [--serve]

It trains nothing. docs/evaluation.md says what the sets are and how to read the tables.
"""

from __future__ import annotations

import argparse
import json
import queue
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evaluation.asking import Ask, ask_all, asking, served_model
from evaluation.gates import broken, load_gates
from evaluation.measures import Result, measure
from evaluation.report import render
from evaluation.serving import own_assistants
from evaluation.sets import QuestionSet, load_sets, load_targets
from marrow import settings
from marrow.client import Client
from marrow.errors import MarrowError
from marrow.rasa.card import add_scores

REPORT = settings.ROOT / "reports" / "eval"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; returns 1 when nothing could be asked or, with --gate, a gate is broken."""
    args = _parser().parse_args(argv)
    try:
        if not args.serve:
            return _evaluate(args, [args.url])
        with own_assistants(args.serve) as servers:
            return _evaluate(args, [f"http://127.0.0.1:{server.port}" for server in servers])
    except MarrowError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="http://localhost:5005", help="where the assistant runs")
    parser.add_argument(
        "--serve",
        type=int,
        nargs="?",
        const=1,
        default=0,
        metavar="N",
        help="start N of them for the time, with the newest model, limits off; each is asked other sets",
    )
    parser.add_argument("--sets", default="", help="only these, separated by commas")
    parser.add_argument("--gate", action="store_true", help="ask the gated sets only; fail where one falls")
    parser.add_argument("--failures", type=int, default=3, metavar="N", help="worst errors to list of each kind")
    parser.add_argument(
        "--questions", action="store_true", help="also what was asked, of sets nobody has read: that spends them"
    )
    parser.add_argument("--report", type=Path, default=REPORT, help="where to write, without .md and .json")
    return parser


def _evaluate(args: argparse.Namespace, urls: Sequence[str]) -> int:
    gates = load_gates() if args.gate else {}
    wanted = [s for s in args.sets.split(",") if s] or list(gates)
    sets = _chosen(load_sets(), wanted)
    clients = [Client(url) for url in urls]
    model, targets = served_model(clients[0]), load_targets()
    results: list[Result] = []
    for result in measured(sets, [asking(client) for client in clients]):
        results.append(result)
        show = result.set.read or args.questions
        print(render(result, targets, failures=args.failures, texts=show), flush=True)
    _write(args, model, results, targets)
    scores = {r.set.name: r.as_dict() | {"measured_on": time.strftime("%Y-%m-%d")} for r in results}
    card = add_scores(model, scores)
    print(f"Model card: {_short(card)}" if card else "The served model has no card here; none was written.")
    lines = broken(gates, results)
    for line in lines:
        print(f"gate: {line}", file=sys.stderr)
    if args.gate and not lines:
        print(f"All gates of {', '.join(gates)} hold.")
    return 1 if lines else 0


def measured(sets: Sequence[QuestionSet], asks: Sequence[Ask]) -> Iterator[Result]:
    """The sets' results in their order; each of several assistants is asked the next set that nobody is asked yet."""
    free: queue.SimpleQueue[Ask] = queue.SimpleQueue()
    for ask in asks:
        free.put(ask)

    def one(questions: QuestionSet) -> Result:
        ask = free.get()
        try:
            return measure(questions, ask_all(questions.conversations, ask))
        finally:
            free.put(ask)

    with ThreadPoolExecutor(len(asks)) as pool:
        yield from pool.map(one, sets)


def _chosen(sets: list[QuestionSet], wanted: list[str]) -> list[QuestionSet]:
    """The sets that are wanted (all, for none) and here. Raises MarrowError for a name that there is not."""
    names = [s.name for s in sets]
    if unknown := [w for w in wanted if w not in names]:
        raise MarrowError(f"there is no set {', '.join(unknown)}; there are {', '.join(names)}")
    chosen = [s for s in sets if not wanted or s.name in wanted]
    for questions in chosen:
        if not questions.conversations:
            print(f"(the set {questions.name} is not here)\n")
    return [s for s in chosen if s.conversations]


def _write(args: argparse.Namespace, model: dict[str, str], results: list[Result], targets: dict[str, float]) -> None:
    """The report; outside questions stay outside, and unread ones unread."""
    named = model.get("name", "a model that did not say its name")
    lines = [f"# Marrow, measured on {time.strftime('%Y-%m-%d')}", "", f"Model: {named}.", ""]
    lines += [
        render(r, targets, failures=args.failures, texts=not r.set.outside and (r.set.read or args.questions))
        for r in results
    ]
    stored = {"model": model, "targets": targets, "sets": {r.set.name: r.as_dict() for r in results}}
    args.report.parent.mkdir(parents=True, exist_ok=True)
    for suffix, text in (("md", "\n".join(lines)), ("json", json.dumps(stored, indent=2, ensure_ascii=False))):
        path = args.report.with_name(f"{args.report.name}.{suffix}")
        path.write_text(text.rstrip() + "\n", encoding="utf-8")
        print(f"Report: {_short(path)}")


def _short(path: Path) -> str:
    return str(path.relative_to(settings.ROOT)) if path.is_relative_to(settings.ROOT) else str(path)


if __name__ == "__main__":
    sys.exit(main())
