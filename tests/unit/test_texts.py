"""The strings of every language: complete, filled in alike, and put together as the language does."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from bot.conversation.policy import Action
from bot.conversation.press import Verb
from bot.conversation.wording import Wording
from bot.texts import LANGUAGES, NOUNS, Texts, spoken, writes_chinese
from recsys.catalogue import Catalogue, Item
from recsys.errors import ConfigError
from recsys.taste import Range
from tests.support.films import films


def strings(language: str) -> dict[str, str | list[str]]:
    return tomllib.loads((files("bot.texts") / f"{language}.toml").read_text("utf-8"))


def placeholders(found: str | list[str]) -> set[str]:
    return set(re.findall(r"{(\w+)}", found if isinstance(found, str) else " ".join(found)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_string_with_the_same_placeholders(language: str) -> None:
    english, own = strings("en"), strings(language)
    assert list(own) == list(english)
    ours = {*NOUNS, "a_noun", "Seen"}  # Chinese names what is recommended as each sentence needs it
    assert {key: placeholders(own[key]) - ours for key in own} == {
        key: placeholders(english[key]) - ours for key in english
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verb", [v for v in Verb if v.value in ("like", "dislike", "seen", "save", "more", "why")])
def test_every_button_of_a_card_has_a_label(language: str, verb: Verb) -> None:
    assert Texts(language)(f"button_{verb}")  # type: ignore[arg-type]


def test_the_choices_of_moods_are_as_many_in_every_language() -> None:
    assert len({len(Texts(language).options("moods")) for language in LANGUAGES}) == 1


@pytest.mark.parametrize(
    ("code", "language"), [("zh-hans", "zh"), ("zh_CN", "zh"), ("en-GB", "en"), ("fr", None), ("", None), (None, None)]
)
def test_a_channels_code_names_a_language_that_we_speak(code: str | None, language: str | None) -> None:
    assert spoken(code) == language


@pytest.mark.parametrize("text", ["想看科幻片", "我喜欢Heat和The Insider", "推荐 Heat 这样的", "科幻"])
def test_a_chinese_message_is_told(text: str) -> None:
    assert writes_chinese(text)


@pytest.mark.parametrize("text", ["I loved 卧虎藏龙", "千と千尋の神隠し", "something funny", "", "👍"])
def test_a_chinese_title_does_not_make_a_message_chinese(text: str) -> None:
    assert not writes_chinese(text)


@pytest.mark.parametrize(
    ("language", "said"), [("en", ["", "A", "A and B", "A, B and C"]), ("zh", ["", "A", "A和B", "A、B和C"])]
)
def test_lists_are_joined_as_the_language_does(language: str, said: list[str]) -> None:
    assert [Texts(language).join(list("ABC")[:n]) for n in range(4)] == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (Range("year", 1990, 1999, "the 1990s"), "1990年代"),
        (Range("year", 1982, 1982, "1982"), "1982年"),
        (Range("year", low=1990, label="since 1990"), "1990年以后"),
        (Range("runtime", high=120, label="under two hours"), "120分钟以内"),
        (Range("rating", low=7.5, label="rated 7.5 or more"), "7.5分以上"),
    ],
)
def test_limits_are_said_in_chinese_and_keep_their_english_label(limit: Range, said: str) -> None:
    assert Wording(Texts("zh"), films()).label(limit) == said
    assert Wording(Texts("en"), films()).label(limit) == limit.label


def test_genres_and_facts_of_a_card_are_in_the_persons_language() -> None:
    heat = next(item for item in films().items if item.title == "Heat")
    assert Wording(Texts("zh"), films()).card_facets(heat) == ("犯罪、剧情", "迈克尔·曼", "170 分钟")
    assert Wording(Texts("en"), films()).card_facets(heat) == ("Crime, Drama", "Michael Mann", "170 minutes")


def test_a_title_comes_in_both_languages_where_the_catalogue_has_them() -> None:
    catalogue = Catalogue([Item("h", "Heat", 1995, aliases=("Fuego", "盗火线")), Item("c", "英雄", 2002)])
    assert Wording(Texts("zh"), catalogue).titles(["h", "c"]) == "《盗火线 Heat》和《英雄》"
    assert Wording(Texts("en"), catalogue).titles(["h", "c"]) == "Heat and 英雄"


@pytest.mark.parametrize("language", LANGUAGES)
def test_actions_without_a_method_of_their_own_have_a_text(language: str) -> None:
    texts = Texts(language)  # type: ignore[arg-type]
    assert all(texts(action) for action in (Action.STALE, Action.HELP, Action.BYE))


def own(folder: Path, text: str) -> Texts:
    (folder / "en.toml").write_text(text, encoding="utf-8")
    return Texts.load("en", folder)


def test_an_operators_strings_take_the_place_of_ours(tmp_path: Path) -> None:
    assert Texts.load("en", tmp_path)("got", what="x") == Texts()("got", what="x")
    texts = own(tmp_path, 'got = "Noted: {what}!"\nbye = ["So long."]\n')
    assert texts("got", what="Heat") == "Noted: Heat!"
    assert texts("bye", 7) == "So long."
    assert texts("undo_nothing") == Texts()("undo_nothing")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('goot = "x"', "no string 'goot'"),
        ('got = "{waht}"', "can't hold waht; its placeholders: what"),
        ('got = "{what.__class__}"', "can't hold what.__class__"),
        ('got = "{what"', "brace"),
        ('got = ["x"]', "'got' must be a string"),
        ('bye = "x"', "'bye' must be a list"),
        ("bye = [1]", "'bye' must be a list"),
        ("bye = []", "'bye' must be a list"),
        ('got = ""', "'got' must"),
        ("got = 5", "'got' must be a string"),
        ("got", "can't be read as TOML"),
    ],
)
def test_strings_that_can_not_take_their_place_are_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(problem)):
        own(tmp_path, text)


@pytest.mark.parametrize(
    ("parts", "phrase"),
    [
        (["动画", "90分钟以内", "适合孩子"], "90分钟以内、适合孩子的动画片"),
        (["法国", "爱情", "1992年以后"], "1992年以后的法国爱情片"),
        (["爱情", "动作"], "爱情、动作片"),
        (["法国"], "法国片"),
        (["治愈"], "治愈的片子"),
        (["克里斯托弗·诺兰", "黑色电影"], "克里斯托弗·诺兰的黑色电影"),
    ],
)
def test_wishes_are_told_in_one_phrase_in_chinese(parts: list[str], phrase: str) -> None:
    assert Texts("zh").films(parts) == phrase


@pytest.mark.parametrize(
    ("parts", "phrase"),
    [
        (["恐怖", "血腥"], "恐怖片或血腥的片子"),
        (["美国", "爱情"], "爱情片或美国片"),
        (["血腥", "暴力"], "血腥或暴力的片子"),
    ],
)
def test_refusals_are_told_one_by_one_in_chinese(parts: list[str], phrase: str) -> None:
    assert Texts("zh").films(parts, "or") == phrase


def test_a_language_without_such_phrases_lists_what_is_wanted() -> None:
    assert Texts("en").films(["comedy", "the 1990s"], listed="comedy, the 1990s") == "comedy, the 1990s"
    assert Texts("en").films(["horror", "gory"], "or") == "horror or gory"


def test_what_films_are_called_after_is_a_name() -> None:
    called = tomllib.loads((files("bot.texts") / "names.zh.toml").read_text("utf-8"))
    assert {*called["films"]["kinds"], *called["films"]["places"]} <= set(called["names"].values())


def test_before_a_year_leaves_that_year_out() -> None:
    assert Texts("zh").limit("year", None, 1979, "before 1980") == "1980年以前"
