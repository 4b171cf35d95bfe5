"""Red flags: nobody in an emergency is missed, and hardly anybody else is alarmed.

phrasings.yml and calm.yml were written in waves, each after the patterns had been mended on the waves before, half of
each held back (`set: held`). Missed of the urgent and alarmed of the calm when a set was first measured:

    wave 1, held, before any mending         22 of 195, 13 of 359
    wave 1, held, mended on the shown half    8 of 195, 11 of 359
    waves 2, 3, 4, 5                         51 of 215, 39 of 176, 10 of 104, 27 of 112 and 14, 9, 12, 6 of 707 calm
    waves 6, 7, 8                             2 of 87, 10 of 68, 1 of 40 and 2, 0 of 130 calm (none in wave 7)

Waves 9 to 16 were written by one author against the floor, in other voices each, with many oblique ways to put it; all
of a wave was measured before the patterns were mended on it, whatever its `set` says:

    wave 9, understatement, suicide told matter-of-factly    48 of 72 and 8 of 70 calm
    wave 10, learners of English, texting, dictation         27 of 71 and 4 of 70 calm
    wave 11, long stories, "is it normal that"               38 of 70 and 4 of 70 calm
    wave 12, American, curt                                  20 of 74 and 9 of 70 calm
    wave 13, formal, indirect                                23 of 72 and 3 of 70 calm
    wave 14, plain and mixed                                 23 of 71 and 3 of 70 calm
    wave 15, Spanish                                         20 of 62 and 2 of 44 calm
    wave 16, plain, after all that                           6 of 38 and 2 of 30 calm
    wave 17, many new authors: the half nobody read          286 of 881 and 46 of 5,273 calm, then 255 and 42

Wave 17 was mended on the other half of those messages (not kept here: its rows are new ones), where 314 of 878 and 51
of 5,275 calm became 50 and 13: most of what was mended there helps nobody else. The counts of the half nobody read were
looked at after each step, so that 255 and 42 are a little kind.

Wave 18 is no measure: it is what was found missed in Spanish, and calm sentences near to it.

Wave 20 is no measure either: it is what was written to mend and to check the classes of fault that four authors' 2,260
new messages had shown (342 of 660 emergencies missed, 36 of 1,600 calm ones alarmed). Nor is wave 21: it stands for
what the set `fifth` had shown.

Wave 22 is no measure: it stands for what four more authors' 1,040 emergencies and 680 calm messages had shown (169 of
the former missed by the floor, 18 of the latter alarmed). Now 4 are missed and none alarms, but all of them were read
while the patterns were mended.

Wave 23 is no measure: it stands for what four new authors' 2,010 plain statements had shown, 35 of them wrongly
alarmed. Now none of those alarms, but all of them were read while the patterns were mended.

Wave 24 is no measure: it stands for what ten authors' 2,055 emergencies and a reviewer's 1,377 calm messages had shown.

Wave 25 is no measure: it stands for what five authors' 1,160 emergencies in formal letters, disclosures and notes had
shown (615 missed by the floor, 601 now: what is told in such voices is for the classifier) and their and another's
1,060 calm messages, of which the floor had alarmed for 77 and now does for 52. Its first draft silenced 146 of 229
emergencies that a reviewer wrote against it; now it silences none of them.

Wave 26 is no measure: it stands for what five authors' 650 calm messages had shown, of which the floor had alarmed
for 82 and now does for 68; of the next author's 200 it had alarmed for 10, which were read, and now does for 6. Its
first draft silenced 329 of 837 emergencies that a reviewer wrote against it, its second 84 of 446 of another's; now
it silences none of them.

Wave 27 is no measure: it stands for what a reader with fresh eyes found in 850 messages.

So what is said in a way that nobody here thought of is still missed in one case of six or more, oblique crises most.
Mending on one wave
helps the next only a little.

The emergency and crisis examples of data/nlu, by another author, served to mend the patterns as well: 433 of 563 were
found at first, nearly all now; of its 17,000 calm lines about 50 (0.3 %) alarm. Of tests/heldout only the counts were
taken, before wave 9, nobody looked at a row: 98 of 108 urgent ones were found at first, 103 then; of the others 8 of
640 alarmed at first, 5 then.

Waves 2, 3, 5 and 9 to 14 were meant to be hard. What is written next will be missed at some such rate: the patterns are
a floor, and the classifier behind them has a say as well.
"""

import cProfile
import random
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from variants import GENERATORS, variants

from marrow.errors import DataError
from marrow.safety.hygiene import MAX_BODY_BYTES
from marrow.safety.red_flags import KINDS, RedFlags

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "data" / "safety"


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return rows


PHRASINGS = _rows("phrasings.yml")
CALM = _rows("calm.yml")


@cache
def _loaded() -> RedFlags:
    return RedFlags.load(DATA)


@pytest.fixture
def flags() -> RedFlags:
    return _loaded()


# --- what must be found, and what must not


def test_phrasings_are_many_of_every_kind_and_half_held_back() -> None:
    assert len(PHRASINGS) >= 250
    assert len(CALM) >= 500
    for rows in (PHRASINGS, CALM):
        held = sum(row["set"] == "held" for row in rows)
        assert 0.45 < held / len(rows) < 0.55
    assert {row["kind"] for row in PHRASINGS if isinstance(row["kind"], str)} == set(KINDS)


def test_find_misses_no_phrasing(flags: RedFlags) -> None:
    missed = [row["text"] for row in PHRASINGS if flags.find(row["text"]) is None]
    assert not missed


def test_find_names_the_kind_and_the_language(flags: RedFlags) -> None:
    wrong = []
    for row in PHRASINGS:
        alarm = flags.find(row["text"])
        kinds = [row["kind"]] if isinstance(row["kind"], str) else row["kind"]
        if alarm is None or alarm.kind not in kinds or alarm.language != row.get("lang", "en"):
            wrong.append((row["text"], alarm))
    assert not wrong


def test_find_misses_no_variant(flags: RedFlags) -> None:
    # A third of them all, of every form: still seven times the 3,000 that are to be missed by none.
    made = list(variants([row["text"] for row in PHRASINGS]))
    made = random.Random(2026).sample(made, len(made) // 3)
    assert len(made) >= 20_000
    assert {name for name, _, _ in made} == {generator.__name__ for generator in GENERATORS}
    missed = [(name, ascii(variant)) for name, _, variant in made if flags.find(variant) is None]
    assert not missed


def test_find_alarms_at_most_one_calm_sentence_in_a_hundred(flags: RedFlags) -> None:
    false = [(row["text"], alarm.sign) for row in CALM if (alarm := flags.find(row["text"]))]
    assert len(false) <= len(CALM) / 100, false


def test_find_alarms_few_calm_sentences_with_slips(flags: RedFlags) -> None:
    made = [
        variant
        for name, _, variant in variants([row["text"] for row in CALM[::8]])
        if name in ("slips", "spacing", "case")
    ]
    false = [variant for variant in made if flags.find(variant)]
    assert len(false) <= len(made) / 50, false


# --- who, when, and whether


@pytest.mark.parametrize(
    ("text", "carer"),
    [
        ("my legs have gone numb", False),
        ("my mum's legs have gone numb", True),
        ("dad can't get up", True),
        ("I can't wake my husband", True),
        ("my husband noticed that my legs are weak", False),
        ("she says her legs feel dead", True),
        ("he says I am talking nonsense and I am so thirsty", False),
        ("the patient cannot breathe", True),
        ("a woman here has collapsed", True),
        ("my wife says she wants to die", True),
        ("I want to die", False),
        ("mi madre no puede respirar", True),
        ("no puedo respirar", False),
        ("él no puede respirar", True),
        ("perdí el control de la vejiga", False),
        ("mi hermana quiere morirse", True),
    ],
)
def test_find_tells_who_it_happens_to(flags: RedFlags, text: str, carer: bool) -> None:
    alarm = flags.find(text)
    assert alarm is not None
    assert alarm.carer is carer


@pytest.mark.parametrize(
    ("calm", "alarm"),
    [
        ("can it make your legs numb?", "it has made my legs numb"),
        ("what if I couldn't walk one day?", "I couldn't walk this morning"),
        ("no numbness so far, legs fine", "no, my legs are numb"),
        ("last year I broke my hip", "last year I had a scan, today I broke my hip"),
        ("does it make people feel confused?", "does it matter that my husband is confused?"),
        ("my legs are not numb", "I can't say why my legs are numb"),
        ("my dog can't walk", "I was walking my dog when my legs gave way"),
        ("I don't want to die", "I don't want to live"),
        ("I had chest pain two years ago", "I had chest pain two years ago and now it hurts again in my chest"),
        ("if my leg broke would they operate?", "if I felt like ending it, who would listen?"),
        ("I'm confused by your answer", "she is confused and very sleepy"),
        ("He died in June. His legs had stopped working.", "He died in June. My legs have stopped working."),
        ("I took 2 of my pills this morning", "I took 5 of my pills this morning"),
        ("I took a tablet 2x a day", "took 2x my slow release by accident"),
    ],
)
def test_find_parts_a_topic_from_a_person_in_the_present(flags: RedFlags, calm: str, alarm: str) -> None:
    assert flags.find(calm) is None
    assert flags.find(alarm) is not None


@pytest.mark.parametrize(
    "text",
    [
        "¿Qué es la metástasis ósea?",
        "que es esto y como se trata",
        "CUAL ES EL TRATAMIENTO",
        "¿hablas español?",
        "¿dolor?",
        "mi médico",
        "mi madre tiene cancer de huesos y no come",
    ],
)
def test_language_knows_plain_spanish(flags: RedFlags, text: str) -> None:
    assert flags.language(text) == "es"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "hola",
        "dolor",
        "¿",
        "café",
        "¡Hola!",
        "José de la Peña",
        "El Niño",
        "mi casa es su casa",
        "no me",
        "¿How they discover? With image, with biopsia?",
        "qué es metástasis ósea, sorry my english, what is it",
        "¿Qué es la metástasis? What is bone metastasis, please?",
        "my madre tiene bone cancer and she is in pain",
        "o que é metástase óssea",
        "qu'est-ce que la métastase osseuse",
        "che cosa è la metastasi ossea",
    ],
)
def test_language_takes_nothing_else_for_spanish(flags: RedFlags, text: str) -> None:
    assert flags.language(text) is None


def test_language_takes_no_english_sentence_for_spanish(flags: RedFlags) -> None:
    texts = [row["text"] for row in PHRASINGS if row["text"].isascii() and row.get("lang") != "es"]
    asked = (DATA.parent / "nlu" / "answered.yml").read_text(encoding="utf-8")
    texts += [re.sub(r"\[(.*?)\][({].*?[)}]", r"\1", line) for line in re.findall(r"^    - (.*)", asked, re.MULTILINE)]
    assert len(texts) > 5_000
    assert not [text for text in texts if flags.language(text)]


def test_find_takes_the_gravest_sign(flags: RedFlags) -> None:
    alarm = flags.find("I have a fever on chemo, my legs are numb and I can't breathe")
    assert alarm is not None
    assert alarm.sign == "not-breathing"


def test_find_sees_an_emergency_anywhere_in_a_long_text(flags: RedFlags) -> None:
    calm = [row["text"].rstrip(".!?") for row in CALM if flags.find(row["text"]) is None and row["text"].isascii()]
    for before in (5, 60, 150):
        alarm = flags.find(". ".join([*calm[:before], "My legs have gone numb", *calm[before : before + 20]]))
        assert alarm is not None, before


# --- what it must withstand


def _random_text(rng: random.Random) -> str:
    ranges = ((32, 127), (32, 127), (0, 0x250), (0x300, 0x370), (0x2000, 0x2100), (0xD800, 0xE000), (0xFF00, 0x10000))
    pieces = (
        "can't ",
        "legs",
        " numb",
        "?",
        "...",
        "'",
        "''",
        "n't",
        "38.5",
        "١٢",
        "½",
        "²",
        "a b c d",
        "!",
        "\x00",
        "ﷺ",
        "🆘",
    )
    return "".join(
        rng.choice(pieces) if rng.random() < 0.4 else chr(rng.randrange(*rng.choice(ranges)))
        for _ in range(rng.randrange(0, 40))
    )


def test_find_never_raises(flags: RedFlags) -> None:
    rng = random.Random(11)
    for _ in range(2_000):
        flags.find(_random_text(rng))
    for text in ("", " ", "'", "?", "\ud800", "'s", "_", "^ $", "<hot>", "9" * 400, "1." * 99, "a" * 5000, "ﷺ" * 5000):
        flags.find(text)


def _fill(piece: Callable[[], str]) -> str:
    return " ".join(piece() for _ in range(MAX_BODY_BYTES // 4))[:MAX_BODY_BYTES]


@cache
def _long_texts() -> dict[str, str]:
    rng = random.Random(5)
    urgent = " ".join(row["text"] for row in PHRASINGS).split()
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {
        "calm sentences": _fill(lambda: rng.choice(CALM)["text"] + "."),
        "calm words without stops": _fill(lambda: re.sub(r"[^\w ']", "", rng.choice(CALM)["text"])),
        "urgent words, all denied": _fill(lambda: "no " + rng.choice(urgent)),
        "urgent words in any order": _fill(lambda: "if " + rng.choice(urgent)),
        "words of no language": _fill(lambda: "".join(rng.choice(letters) for _ in range(rng.randrange(3, 13)))),
        "signs of letters": _fill(lambda: "".join(rng.choice("a3$1!'|@s*0") for _ in range(9))),
        "one word": "a" * MAX_BODY_BYTES,
        "words run together": ("mylegsarenumb" * 2000)[:MAX_BODY_BYTES],
        "letters set apart": ("l e g s " * 3000)[:MAX_BODY_BYTES],
        "marks": "?!.,;" * (MAX_BODY_BYTES // 5),
        "quotes": "a'" * (MAX_BODY_BYTES // 2),
        "long ligatures": "ﷺ" * MAX_BODY_BYTES,
        "any characters": "".join(chr(rng.randrange(32, 0x3000)) for _ in range(MAX_BODY_BYTES)),
    }


def _calls(do: Callable[[], object]) -> int:
    """How many functions are called meanwhile: as much on a slow or busy machine as on any other, which time is not."""
    profile = cProfile.Profile()
    profile.enable()
    try:
        do()
    finally:
        profile.disable()
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize("name", list(_long_texts()))
def test_find_reads_16_kb_with_work_in_proportion(flags: RedFlags, name: str) -> None:
    text = _long_texts()[name]
    quarter, whole = (_calls(lambda end=end: flags.find(text[:end])) for end in (MAX_BODY_BYTES // 4, MAX_BODY_BYTES))
    assert whole < 9 * quarter  # 6 at most when measured; 16 where every word is compared with every other
    assert whole < 300 * MAX_BODY_BYTES  # 144 at most when measured


def test_find_reads_a_sentence_with_little_work(flags: RedFlags) -> None:
    texts = [row["text"] for row in PHRASINGS + CALM][::20]
    assert _calls(lambda: [flags.find(text) for text in texts]) < 4_000 * len(texts)  # 1,720 when measured


@pytest.mark.parametrize(
    ("text", "kind", "carer"),
    [
        ("what should I do if her legs go numb?", "spine", True),
        ("my legs were numb in March, long before all this", "spine", False),
        ("hes blue", "general", True),
        ("my colour is odd and my husband worries about me", "general", False),
        ("", "general", False),
        ("...?!", "general", False),
        ("\U0001f198\ud800 \x00", "general", False),
    ],
)
def test_suspect_names_a_sign_whatever_excuses_it_and_whom_it_is_about(
    flags: RedFlags, text: str, kind: str, carer: bool
) -> None:
    alarm = flags.suspect(text)
    assert (alarm.kind, alarm.carer, alarm.language) == (kind, carer, "en")


def test_suspect_names_a_sign_where_find_does(flags: RedFlags) -> None:
    texts = [row["text"] for row in PHRASINGS if row.get("lang", "en") == "en"][::5]
    assert [text for text in texts if not flags.suspect(text).sign] == []


def test_find_keeps_no_word_of_a_text(flags: RedFlags) -> None:
    flags.find("my legs are numb says Zyxwvutia Qrstuvwia")
    for language in flags._languages:
        assert not {"zyxwvutia", "Zyxwvutia", "qrstuvwia"} & set(language._vocab.strings)


def test_find_serves_many_threads(flags: RedFlags) -> None:
    texts = [row["text"] for row in (PHRASINGS + CALM)[::27]]
    alone = [flags.find(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        for together in pool.map(lambda _: [flags.find(text) for text in texts], range(8)):
            assert together == alone


# --- errors in the data file


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("LEG ..4 NUMB|WEAK", "LEGGS ..4 NUMB|WEAK", r"there is no class LEGGS"),
        ("LEG ..4 NUMB|WEAK", "& LEG", r"cannot read the pattern"),
        ("LEG ..4 NUMB|WEAK", "..4", r"a pattern fits any text"),
        ("LEG ..4 NUMB|WEAK", "LEG ..13 NUMB|WEAK", r"a gap of 13 words"),
        ("kind: spine", "kind: spines", r"there is no kind 'spines'"),
        ("id: talks-to-the-dead", "id: arm-weak", r"two signs are called arm-weak"),
        ("reach: sentence", "reach: everywhere", r"reach is 'everywhere'"),
        ("within: 7", "within: few", r"within is 'few'"),
        ("lifted_by: [present, happened]", "lifted_by: [presence]", r"there is no 'presence' here"),
        ("celsius: 38 43", "celsius: hot", r"'hot' is not a range"),
        ("\n      LEG: ", "\n      UNUSED: word\n      LEG: ", r"nothing uses the class UNUSED"),
        ("\n      LEG: ", "\n      SELF: me\n      LEG: ", r"twice"),
        ("    hints: >-", "   hints: >-", r"YAML error"),
    ],
)
def test_load_names_file_and_line_of_an_error(tmp_path: Path, old: str, new: str, message: str) -> None:
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "red_flags.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=rf"red_flags\.yml:\d+: .*{message}"):
        RedFlags.load(tmp_path)


def test_load_of_nothing_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        RedFlags.load(tmp_path)
    (tmp_path / "red_flags.yml").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(DataError, match="empty"):
        RedFlags.load(tmp_path)


def test_data_is_hidden_from_rasa() -> None:
    for path in DATA.glob("*.yml"):
        assert not re.search(
            r"^\s*-?\s*[\"']?(nlu|rules|stories|responses)[\"']?\s*:", path.read_text("utf-8"), re.MULTILINE
        )


@pytest.mark.parametrize(
    ("text", "alarms"),
    [
        ("My dad's friend lost all feeling below the waist", False),
        ("my mum's boss rang, she collapsed at work", True),
        ("my mum's neighbour found her collapsed on the floor", True),
        ("My left leg has been weak since my stroke in 2011. Can I have denosumab?", False),
        ("I can't move my legs, had cancer since 2019", True),
        ("My legs have gone numb since my fall 3 years ago got worse today", True),
        ("mum broke her hip, she's in hospital being looked after", False),
        ("I've broken my hip and I'm being looked after by my son", True),
        ("Calcium is normal and he's his old self again, no more confusion", False),
        ("he's his old self again but now he can't feel his legs", True),
        ("my world has collapsed", False),
        ("he collapsed in tears and pain", True),
        ("I can't breathe thinking about losing him", False),
        ("can't breathe, thinking of it all night", True),
        ("my doctor put up my oxycodone on Friday", False),
        ("I have been putting away my morphine", True),
        ("I have no numbness and my legs are strong, but my hip hurts. Is that usual?", False),
        ("no weakness my legs are normal but can't hold my bladder", True),
        ("no weakness, left leg is strong, right leg won't move", True),
        ("My friend's dog broke its leg", False),
        ("my neighbour's dog found him collapsed", True),
        ("feeding my neighbours hens, tripped and broke her arm", True),
        ("won't morphine make her confused?", False),
        ("won't morphine help, she's confused and drowsy since lunch", True),
        ("I'm a fainter with needles", False),
        ("I was always a fainter, I collapsed and hit my head", True),
        ("My grandson had a febrile convulsion when he was two. He's taller than me!", False),
        ("mi padre ha tenido convulsion", True),
        ("creo que se rompió la cadera", True),
        ("me preocupa que se me rompa la cadera", False),
        ("breathless walking to the loo, new today", True),
        ("I'm less breathless walking to the kitchen now", False),
        ("there's so much blood", True),
        ("there is so much blood, sweat and tears in this", False),
        ("he's covered in blood", True),
        ("he was covered in blood when he was born", False),
        ("I feel like I'm going to pass out", True),
        ("I think the tent is about to collapse", False),
        ("my back's just gone", True),
        ("the pain in my back has just gone, amazing", False),
        ("mum is on the floor", True),
        ("he is on the floor, playing with the kids", False),
    ],
)
def test_what_excuses_a_sign_needs_the_whole_phrase(flags: RedFlags, text: str, alarms: bool) -> None:
    assert (flags.find(text) is not None) == alarms
