"""Marrow's commands: `python -m marrow COMMAND`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from marrow.errors import MarrowError


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns its exit code. Errors Marrow knows are one line, not a traceback."""
    argv = sys.argv[1:] if argv is None else argv
    try:
        if argv[:1] == ["content"]:
            from marrow.content.cli import main as content

            return content(argv[1:])
        return _run(_parser().parse_args(argv))
    except MarrowError as error:
        print(f"marrow: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="marrow", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("content", help="import, check or review articles")
    serve = commands.add_parser("serve", help="serve the assistant and the page with the widget")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    serve.add_argument("--port", type=int, default=5005)
    serve.add_argument("--model", type=Path, help="a model file (default: the newest in models/)")
    serve.add_argument("--no-train", action="store_true", help="serve what is there, even if it is out of date")
    train = commands.add_parser("train", help="train a model")
    train.add_argument("--if-needed", action="store_true", help="only if data, articles or configuration have changed")
    chat = commands.add_parser("chat", help="talk with a running assistant in the terminal")
    chat.add_argument("--url", default="http://localhost:5005")
    channels = commands.add_parser("channels", help="show which messaging apps are configured, verified and reachable")
    channels.add_argument("--url", default="http://localhost:5005", help="a running assistant, whose counts are shown")
    return parser


def _run(args: argparse.Namespace) -> int:
    if args.command == "train":
        from marrow.rasa.training import train

        print(f"model: {train(if_needed=args.if_needed).name}")
    elif args.command == "serve":
        if not args.model and not args.no_train:
            from marrow.rasa.training import train

            train(if_needed=True)
        from marrow.rasa.server import run

        run(args.host, args.port, args.model)
    elif args.command == "chat":
        from marrow.chat import chat

        return chat(args.url)
    elif args.command == "channels":
        from marrow.rasa.channels.table import show

        return show(args.url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
