"""The rules of the house that a newcomer could break without noticing."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
ENGINE = [p for p in (ROOT / "marrow").rglob("*.py") if "rasa" not in p.relative_to(ROOT / "marrow").parts]


def load(name: str) -> dict:  # type: ignore[type-arg]
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", ENGINE, ids=lambda p: str(p.relative_to(ROOT)))
def test_engine_imports_neither_rasa_nor_sanic_nor_tensorflow(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            assert name.split(".")[0] not in {"rasa", "rasa_sdk", "sanic", "tensorflow", "actions"}, name
            if name.startswith("marrow.rasa"):
                # The command line starts servers and training; it is the one place that reaches down.
                assert path.name == "__main__.py", name


def test_every_intent_has_a_rule_and_every_rule_an_action() -> None:
    domain = load("domain.yml")
    intents = {next(iter(i)) if isinstance(i, dict) else i for i in domain["intents"]} | {"nlu_fallback"}
    rules = load("data/rules.yml")["rules"]
    assert {r["steps"][0]["intent"] for r in rules} == intents
    assert {r["steps"][1]["action"] for r in rules} == set(domain["actions"])


def test_every_intent_is_trained_and_every_trained_intent_known() -> None:
    intents = {next(iter(i)) for i in load("domain.yml")["intents"]}
    trained = {
        b["intent"] for p in (ROOT / "data/nlu").glob("*.yml") for b in yaml.safe_load(p.read_text("utf-8"))["nlu"]
    }
    assert trained == intents - {"choice"}  # a button, which nobody can type


def test_every_action_exists() -> None:
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package("actions")
    assert set(executor.actions) == set(load("domain.yml")["actions"])


def test_every_question_kind_is_answered_or_has_its_silence() -> None:
    from marrow.answering.turn import SECTIONS_OF

    kinds = {i for i in (next(iter(i)) for i in load("domain.yml")["intents"]) if i.startswith("ask_")} - {"ask_source"}
    silences = {name for name in load("data/wording/not_covered.yml") if name.startswith("ask_")}
    assert silences | set(SECTIONS_OF) == kinds and not silences & set(SECTIONS_OF)


def test_every_channel_is_guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.shared.utils.common import class_from_module_path

    from marrow.rasa.channels.base import GuardedChannel

    for name in load("credentials.yml"):
        assert issubclass(class_from_module_path(name), GuardedChannel), name


def test_conversations_are_kept_in_the_store_that_can_forget() -> None:
    assert load("endpoints.yml")["tracker_store"]["type"] == "marrow.rasa.store.MarrowTrackerStore"


def test_enough_training_questions_of_enough_kinds() -> None:
    lines = [
        line
        for path in (ROOT / "data/nlu").glob("*.yml")
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]
        for line in block["examples"].splitlines()
    ]
    assert len(lines) >= 1500 and len({re.sub(r"\W+", " ", line.lower()) for line in lines}) > 0.99 * len(lines)


def test_rasas_yaml_needs_no_environment() -> None:
    for name in ("config.yml", "credentials.yml", "endpoints.yml", "domain.yml"):
        assert "${" not in (ROOT / name).read_text(encoding="utf-8")


def test_no_rasa_key_outside_rasas_files() -> None:
    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(map(str, value)) | {k for v in value.values() for k in keys(v)}
        return {k for v in value for k in keys(v)} if isinstance(value, list) else set()

    for path in [p for folder in ("safety", "wording", "channels") for p in (ROOT / "data" / folder).glob("*.yml")]:
        assert not keys(yaml.safe_load(path.read_text("utf-8"))) & {"nlu", "rules", "stories", "responses"}, path


def test_lock_files_hold_hashes_no_addresses_and_no_pytorch() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text and "--index-url" not in text
        assert not re.search(r"^(torch|sentence-transformers)\b", text, re.MULTILINE)
        assert text.count("==") <= text.count("--hash=")


def test_settings_are_documented() -> None:
    documented = set(re.findall(r"`(MARROW_\w+)`", (ROOT / "docs/configuration.md").read_text(encoding="utf-8")))
    code = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "marrow").rglob("*.py"))
    used = set(re.findall(r'"(MARROW_\w+)"', code))
    limits = {u for u in used if f'_limit(env, "{u}"' in code}
    used = (used - limits) | {f"{u}_{part}" for u in limits for part in ("BURST", "PER_SECOND")}
    platforms = load("data/channels/platforms.yml").values()
    used |= {field["variable"] for platform in platforms for field in platform["settings"].values()}
    assert used == documented


def test_readmes_files_and_make_targets_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", readme, re.MULTILINE)) <= targets
    for link in re.findall(r"\]\(([^)h#][^)]*)\)", readme):
        assert (ROOT / link).exists(), link
    for name in re.findall(r"^(?:marrow|data|actions)/[\w/.]*", readme, re.MULTILINE):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("name", ["US", "UK", "EU", "us", ""])
def test_regions(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from marrow.answering.service import load_service

    monkeypatch.setitem(os.environ, "MARROW_REGION", name)
    numbers = {"US": {"911"}, "UK": {"999"}, "EU": {"112"}}.get(name.upper(), {"911", "999", "112"})
    line = load_service().emergency.help_line()
    assert {n for n in ("911", "999", "112") if n in line} == numbers
