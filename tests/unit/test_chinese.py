"""Chinese messages: their English gloss, what is understood of them, and a whole conversation on known films."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import torch

from bot.conversation.explaining import Explainer
from bot.conversation.gloss import Glossary, load_chinese
from bot.conversation.lexicon import load_lexicon
from bot.conversation.quantities import QUANTITIES, number
from bot.conversation.reply import Reply
from bot.conversation.service import Conversations, Incoming
from bot.conversation.state import Dialogue
from bot.conversation.statements import Context, Kind, Statement
from bot.conversation.understand import Understanding
from bot.store.migrate import upgrade
from bot.store.repository import Store
from bot.texts import LANGUAGES, Texts, is_chinese
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue, Facet, Item
from recsys.engine import Engine
from recsys.llm import Budget
from recsys.models.fusion import KNOTS
from recsys.taste import Clause
from tests.support.films import film, films

UNDERSTANDING = Understanding(films(), load_lexicon())
GLOSSARY = Glossary(films())
SHOWN = tuple(film(name) for name in ("Heat (1995)", "Alien (1979)", "Toy Story (1995)"))
NOTHING, LISTED, FOCUSED = Context(), Context(SHOWN), Context(SHOWN, SHOWN[1])
NO_GROWN_UPS = ("-gory", "-violent", "-sexual", "-horror")
FOR_KIDS = "family film suitable for children, animation"
SIGNS = {1: "+", -1: "-", 0: ""}


def told(said: Statement) -> str:
    what = films()[said.target].title if said.target in films() else said.value
    sign = SIGNS[said.polarity]
    if said.kind is Kind.ITEM:
        return (
            f"{sign}{what}{' seen' if said.seen and not said.polarity else ''}{' like' if said.value == 'like' else ''}"
        )
    if said.kind is Kind.FACET:
        return f"{sign}{said.clause.label if said.clause else ''}"
    if said.kind in (Kind.INTENT, Kind.CRITIQUE, Kind.QUESTION):
        label = f" {said.clause.label}" if said.clause and said.clause.label != said.value else ""
        return f"{said.value}{label}{f' {what}' if said.target else ''}"
    return f"{sign}{said.range.label}" if said.range else f"wish {said.value}"


def understood(text: str, context: Context = NOTHING) -> list[str]:
    return [told(s) for s in UNDERSTANDING.read(text, context).statements]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("想看90年代的科幻片", ["+the 1990s", "+sci-fi"]),
        (
            "我喜欢Heat和The Insider，不要恐怖片，两小时以内的",
            ["+Heat", "+The Insider", "-horror", "+at most 120 minutes"],
        ),
        ("我最喜欢盗梦空间和《星际穿越》", ["+Inception", "+Interstellar"]),
        ("讨厌歌舞片", ["-musical"]),
        ("恐怖片我不喜欢", ["-horror"]),
        ("恐怖片就算了", ["-horror"]),
        ("除了恐怖片都行", ["-horror"]),
        ("不要恐怖片、歌舞片和动画片", ["-horror", "-musical", "-animation"]),
        ("喜欢科幻，但不要外星人", ["+sci-fi", "-aliens"]),
        ("诺兰导演的电影", ["+Christopher Nolan"]),
        ("想看Tom Hanks演的喜剧", ["+Tom Hanks", "+comedy"]),
        ("Al Pacino的电影", ["+Al Pacino"]),
        ("2000年以后的悬疑片", ["+since 2000", "+mystery"]),
        ("八九十年代的动作片", ["+1980-1999", "+action"]),
        ("不要1980年以前的", ["+1980 or later"]),
        ("不要太长的", ["+not too long"]),
        ("像Alien一样但是更搞笑的", ["+comedy", "+Alien like"]),
        ("有什么像盗梦空间的电影吗", ["+Inception like"]),
        ("Heat我看过了，很喜欢", ["+Heat"]),
        ("肖申克的救赎看过了，不喜欢", ["-The Shawshank Redemption"]),
        ("Pulp Fiction太无聊了", ["-Pulp Fiction"]),
        ("没看过Heat", ["Heat"]),
        ("I want something funny 但是不要太长", ["+comedy", "+not too long"]),
        ("I loved Heat，还想看类似的科幻片", ["+Heat", "+sci-fi"]),
        ("韩国惊悚片", ["+South Korea", "+thriller"]),
        ("肖申克的救赎是谁导演的？", ["director The Shawshank Redemption"]),
        ("我比较喜欢悬疑和犯罪类的，不太喜欢爱情片", ["+mystery", "+crime", "-romance"]),
        ("我超爱诺兰的电影", ["+Christopher Nolan"]),
        ("盗梦空间没看懂", ["-Inception"]),
        ("星际穿越我给9分", ["+Interstellar"]),
        ("有汤姆·克鲁斯的动作片吗", ["+Tom Cruise", "+action"]),
        ("想看thriller，不要gore", ["+thriller", "-gory"]),
        ("推荐一部类似Parasite的韩国片", ["+Parasite like", "+South Korea"]),
        ("2010年到2015年的科幻", ["+2010-2015", "+sci-fi"]),
        ("你好，我想看喜剧", ["greet", "+comedy"]),
        ("推荐几部电影", ["recommend"]),
        ("随便", ["surprise"]),
        ("不知道", ["skip"]),
        ("重新开始", ["reset"]),
        ("我的片单", ["watchlist"]),
        ("谢谢", ["thanks"]),
        ("拜拜", ["bye"]),
        ("今天天气真好", ["chat"]),
        (
            "孩子们看过盗梦空间，很喜欢",
            ["+for the kids", *NO_GROWN_UPS, "wish family film suitable for children", "+Inception"],
        ),
        ("哈喽 有啥好看的推荐不", ["greet", "recommend"]),
        ("今晚有什么推荐", ["recommend"]),
        ("两个人都能接受的有吗", ["recommend"]),
        ("Al Pacino的电影有哪些？", ["+Al Pacino"]),
        ("汤姆汉克斯的作品有吗", ["+Tom Hanks"]),
        ("想看適合5歲和8歲孩子看的動畫片", ["+for the kids", *NO_GROWN_UPS, "wish " + FOR_KIDS, "+animation"]),
        ("我看过寻梦环游记", ["wish 寻梦环游记"]),
        ("说错了，我想看喜剧", ["+comedy"]),
        ("不要盗梦空间那种", ["-Inception"]),
        ("推荐一部电影🙏", ["recommend"]),
        ("1980年以前的喜剧", ["+before 1980", "+comedy"]),
        ("盗梦空间看过了，我喜欢他不喜欢", ["+Inception"]),
        ("Pulp Fiction看过了 9分", ["+Pulp Fiction"]),
    ],
)
def test_a_message_of_its_own(text: str, said: list[str]) -> None:
    assert understood(text) == said


@pytest.mark.parametrize(
    ("context", "text", "said"),
    [
        (LISTED, "太老了", ["newer"]),
        (LISTED, "这些片子我都不认识", ["better_known"]),
        (LISTED, "我不认识这些片子", ["better_known"]),
        (LISTED, "第一部好看吗", ["rating Heat"]),
        (LISTED, "最近五年的", ["+the last 5 years"]),
        (Context(SHOWN, people=(Clause("Al Pacino", (Facet("cast", "Al Pacino"),)),)), "我喜欢他", ["+Al Pacino"]),
        (Context(SHOWN, people=(Clause("Al Pacino", (Facet("cast", "Al Pacino"),)),)), "还有他演的吗", ["+Al Pacino"]),
        (LISTED, "太长了", ["shorter"]),
        (LISTED, "换一个", ["other"]),
        (LISTED, "再来三部", ["more"]),
        (LISTED, "没那么暴力的", ["less_of violent"]),
        (LISTED, "不喜欢", ["other"]),
        (FOCUSED, "不喜欢", ["-Alien"]),
        (FOCUSED, "很无聊", ["-Alien"]),
        (FOCUSED, "看过了，还行", ["+Alien"]),
        (LISTED, "第二部看过了", ["Alien seen"]),
        (LISTED, "第一部不错，第二部太暴力了", ["+Heat", "-Alien"]),
        (LISTED, "第二部打3分", ["-Alien"]),
        (FOCUSED, "8分", ["+Alien"]),
        (LISTED, "都看过了", ["Heat seen", "Alien seen", "Toy Story seen"]),
        (LISTED, "为什么推荐第二部？", ["why Alien"]),
        (LISTED, "为什么", ["why"]),
        (LISTED, "撤销", ["undo"]),
        (FOCUSED, "谁演的", ["cast Alien"]),
        (FOCUSED, "导演是谁？", ["director Alien"]),
        (FOCUSED, "多长", ["runtime Alien"]),
        (FOCUSED, "讲什么的", ["overview Alien"]),
        (FOCUSED, "恐怖吗", ["facet horror Alien"]),
        (LISTED, "第三部多长？", ["runtime Toy Story"]),
        (LISTED, "就看第二部吧", ["accept Alien"]),
        (LISTED, "收藏第一部", ["save Heat"]),
        (LISTED, "把恐怖片去掉", ["forget", "-horror"]),
        (LISTED, "老一点的", ["older"]),
        (LISTED, "有没有新一点的？", ["newer"]),
        (LISTED, "别这么暴力", ["less_of violent"]),
        (LISTED, "都不太行，换一批", ["other"]),
        (LISTED, "这几部我都看过了", ["Heat seen", "Alien seen", "Toy Story seen"]),
        (LISTED, "第一部看起来不错", ["accept Heat"]),
        (LISTED, "我选第三个", ["accept Toy Story"]),
        (LISTED, "像第二部那样但是更搞笑的", ["like_this Alien", "more_of comedy"]),
        (FOCUSED, "什么类型的", ["genre Alien"]),
        (FOCUSED, "适合孩子看吗", ["certificate Alien"]),
        (LISTED, "再来几部类似的", ["like_this"]),
        (FOCUSED, "还有没有差不多的？", ["like_this Alien"]),
        (LISTED, "这几部里哪部最短？", ["shortest"]),
        (LISTED, "哪部评分最高", ["best"]),
        (LISTED, "哪个更值得看？", ["best"]),
        (LISTED, "哪部最老", ["oldest"]),
        (LISTED, "他说太老了", ["newer"]),
        (LISTED, "新的", ["newer"]),
        (LISTED, "有没有更冷门一点的？", ["lesser_known"]),
        (LISTED, "第一部会不会很虐？", ["facet sad Heat"]),
        (LISTED, "第二部是英语的吗", ["facet English Alien"]),
        (LISTED, "第三部适合12岁的孩子看吗", ["facet for the kids Toy Story"]),
        (LISTED, "第二部得过奖吗", ["awards Alien"]),
        (FOCUSED, "有没有裸露镜头", ["facet sexual Alien"]),
        (LISTED, "第一部真的太好笑了", ["+Heat"]),
        (LISTED, "好，就第一部，谢啦", ["accept Heat"]),
        (FOCUSED, "好的那就看这部", ["accept Alien"]),
        (FOCUSED, "谢啦👍", ["thanks"]),
        (LISTED, "再撤销", ["undo"]),
        (LISTED, "太长了有没有短一点的", ["shorter"]),
        (LISTED, "来个爽片算了", ["+action"]),
        (LISTED, "最好有点幽默", ["refine", "+comedy"]),
        (LISTED, "有没有不要那么闷的", ["less_of slow-burn"]),
        (FOCUSED, "这片好看吗", ["rating Alien"]),
        (FOCUSED, "够吓人吗", ["facet horror Alien"]),
        (LISTED, "帮我存第一部", ["save Heat"]),
        (LISTED, "晚安～", ["bye"]),
        (LISTED, "那就盗梦空间吧", ["accept Inception"]),
        (LISTED, "能不能来点轻松的", ["+light", "wish light and fun"]),
        (LISTED, "要变态杀手那种", ["+serial killers", "wish serial killer"]),
        (LISTED, "盗梦空间看过三遍了", ["Inception seen"]),
        (LISTED, "不要太悲的结局", ["-sad"]),
        (FOCUSED, "剧情在讲什么", ["overview Alien"]),
        (LISTED, "好嘞谢谢", ["thanks"]),
        (LISTED, "第二部不喜欢，第三部收藏", ["-Alien", "save Toy Story"]),
        (FOCUSED, "哪里可以看", ["where Alien"]),
        (LISTED, "第一部有资源吗", ["where Heat"]),
        (FOCUSED, "女主叫什么", ["cast Alien"]),
        (LISTED, "没啥兴趣", ["other"]),
        (LISTED, "轻松一点的韩国片", ["+light", "wish light and fun, South Korea", "+South Korea"]),
        (LISTED, "短一点的喜剧片", ["shorter"]),
        (LISTED, "轻松一点的", ["more_of light", "wish light and fun"]),
        (LISTED, "下次再来，掰掰", ["bye"]),
        (LISTED, "给我看看我的口味", ["profile"]),
        (LISTED, "2好看吗", ["rating Alien"]),
        (LISTED, "我选2", ["Alien"]),
        (FOCUSED, "有续集吗", ["sequels Alien"]),
        (LISTED, "除了第二部我都看过了", ["Heat seen", "Toy Story seen", "Alien"]),
        (FOCUSED, "结局好吗", ["unsaid Alien"]),
    ],
)
def test_a_message_about_what_was_shown(context: Context, text: str, said: list[str]) -> None:
    assert understood(text, context) == said


SMALL_TALK = {"哈哈", "哈哈哈", "呵呵", "真的吗", "我很无聊", "好无聊", "好无聊啊"}


def test_every_sentence_of_the_lexicon_means_something_to_the_reader() -> None:
    lexicon = load_chinese()
    said = {**lexicon.messages, **lexicon.sentences}
    assert [text for text in said if "chat" in understood(text, FOCUSED) and text not in SMALL_TALK] == []


def test_evidence_is_quoted_from_the_message_itself() -> None:
    text = "我喜欢盗梦空间，不要恐怖片，90分钟以内"
    spans = [text[s.start : s.end] for s in UNDERSTANDING.read(text).statements]
    assert spans == ["盗梦空间", "恐怖片", "90分钟以内"]


def test_a_wish_is_quoted_without_the_words_that_ask() -> None:
    text = "想看关于量子纠缠的电影"
    (wish,) = UNDERSTANDING.read(text).statements
    assert (wish.kind, text[wish.start : wish.end]) == (Kind.WISH, "量子纠缠")


def test_chinese_titles_of_the_catalogue_are_known_even_when_made_of_everyday_words() -> None:
    catalogue = Catalogue([Item("a", "不要忘记我", 2010), Item("b", "Hidden", 2005, aliases=("喜欢你",))])
    understanding = Understanding(catalogue, load_lexicon())
    assert [s.target for s in understanding.read("我看过不要忘记我").statements] == ["a"]
    assert [s.target for s in understanding.read("《喜欢你》很好看").statements] == ["b"]


def test_titles_that_the_catalogue_lacks_are_no_titles() -> None:
    understanding = Understanding(Catalogue([Item("a", "Heat", 1995)]), load_lexicon())
    assert not understanding.read("我喜欢盗梦空间").named


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("90", 90),
        ("8.5", 8.5),
        ("١٢٠", 120),
        ("两", 2),
        ("九十", 90),
        ("一百二十", 120),
        ("二零一零", 2010),
        ("十", 10),
    ],
)
def test_numbers(said: str, value: float) -> None:
    assert number(said) == value


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("九十年代", "90s"),
        ("上世纪80年代", "80s"),
        ("2010年代", "2010s"),
        ("1995年", "from 1995"),
        ("从1990到1999年", "from 1990 to 1999"),
        ("一个半小时以内", "at most 90 minutes"),
        ("两个小时以上", "at least 120 minutes"),
        ("不超过100分钟", "at most 100 minutes"),
        ("不超过१००分钟", "at most 100 minutes"),
        ("1小时45分钟", "105 minutes"),
        ("第三部", "the third one"),
        ("前两部", "the first two"),
        ("四星", "4 stars"),
        ("评分8分以上", "rated over 8"),
        ("满分", "10/10"),
    ],
)
def test_quantities(said: str, words: str) -> None:
    assert QUANTITIES.match(said, 0, len(said)) == (words, len(said))


@pytest.mark.parametrize("said", ["十分好看", "年代", "第", "三天", f"第{'9' * 400}部", f"前{'9' * 400}部"])
def test_what_is_no_quantity(said: str) -> None:
    assert QUANTITIES.match(said, 0, len(said)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "。",
        "《",
        "《》",
        "比",
        "第一百零一部",
        "一" * 3000,
        "我" * 500,
        "像像像的的的",
        "Heat\u0000和",
        "不" * 300,
        "，，，！",
    ],
)
def test_any_text_is_read(text: str) -> None:
    glossed = GLOSSARY.gloss(text)
    assert 0 <= glossed.source(0, len(glossed.text))[1] <= len(text)
    UNDERSTANDING.read(text, LISTED)


class GenreEncoder:
    """Texts that name a genre point along its axis. It calls itself by the default encoder's name: English only."""

    name = "all-MiniLM-L6-v2"
    axes = ("comedy", "crime", "horror", "animation", "drama")

    def encode(self, texts: list[str]) -> np.ndarray:
        vectors = np.asarray([[1.0 if axis in text.lower() else 0.05 for axis in self.axes] for text in texts])
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def engine() -> Engine:
    items, encoder = films(), GenreEncoder()
    vectors = torch.from_numpy(encoder.encode([item.text() for item in items.items]))
    order = torch.arange(len(items), dtype=torch.float32) / len(items)
    parts = {"relation": vectors * 0.2, "newcomer-1": vectors * 0.3}
    artefact = Artefact(
        config={
            "version": "test",
            "encoder": encoder.name,
            "catalogue": items.version,
            "kernels": ["likeness", *parts, "factors"],
        },
        tensors={
            "vectors": vectors,
            "known": 0.9 - order / 2,
            "prior": -order,
            "factors.items": vectors * 0.1,
            "fusion.free": torch.zeros(len(KNOTS), 5),
            "fusion.scale": torch.ones(5),
            "fusion.knots": torch.log1p(torch.tensor(KNOTS, dtype=torch.float32)),
            **{f"{name}.{side}": part.clone() for name, part in parts.items() for side in ("source", "target")},
        },
        vocabulary=tuple(item.id for item in items.items),
        metrics={},
    )
    return Engine(items, artefact, encoder, torch.device("cpu"))  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def conversations(tmp_path: Path) -> AsyncIterator[Conversations]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'usher.db'}"
    await upgrade(url)
    store = await Store.open(url)
    texts = {language: Texts(language) for language in LANGUAGES}
    yield Conversations(store, UNDERSTANDING, engine(), texts, Explainer(store, films(), lambda: None, Budget(0)))
    await store.close()


@pytest.mark.asyncio
async def test_a_conversation_of_ten_turns(conversations: Conversations) -> None:
    turns = 0

    async def say(text: str) -> Reply:
        nonlocal turns
        turns += 1
        reply = await conversations.turn(Incoming("test", "li", "li", str(turns), text))
        assert is_chinese(reply.text or reply.question or "")
        assert all(is_chinese(button.label) for card in reply.cards for button in card.buttons)
        return reply

    def genres(reply: Reply) -> list[set[str]]:
        return [set(films()[card.item_id].facets["genre"]) for card in reply.cards]

    welcome = await say("你好")
    assert welcome.question and "都没有" in [button.label for button in welcome.buttons]
    listed = await say("我喜欢盗梦空间，不要恐怖片，想看90年代的犯罪片")
    assert "《盗梦空间 Inception》（2010）" in listed.text and "1990年代" in listed.text and "恐怖" in listed.text
    assert all("Crime" in found and "Horror" not in found for found in genres(listed)) and len(listed.cards) == 3
    assert all(1990 <= (card.year or 0) <= 1999 and is_chinese(card.reason) for card in listed.cards)
    why = await say("为什么推荐第二部？")
    assert listed.cards[1].title.split()[-1] in why.text and "%" in why.text
    other = await say("换一批")
    assert not {c.item_id for c in other.cards} & {c.item_id for c in listed.cards}
    shorter = await say("太长了")
    length = min(films()[card.item_id].numbers["runtime"] for card in other.cards)
    assert all(films()[card.item_id].numbers["runtime"] < length for card in shorter.cards) and shorter.cards
    comedy = await say("换成搞笑的，两小时以内")
    assert all("Comedy" in found for found in genres(comedy)) and comedy.cards
    assert all(films()[card.item_id].numbers["runtime"] <= 120 for card in comedy.cards)
    director = await say("第一部的导演是谁？")
    called = map(Texts("zh").name, films()[comedy.cards[0].item_id].facets["director"])
    assert all(name in director.text for name in called)
    unread = await say("想看关于量子纠缠的")
    assert "“量子纠缠”我还读不懂" in unread.text
    taken = await say("就看第一部吧")
    assert unread.cards[0].title.split()[-1] in taken.text
    profile = await say("我的口味")
    assert "盗梦空间" in profile.text
    assert turns == 10


@pytest.mark.asyncio
async def test_wishes_that_are_not_read_are_told_in_the_persons_own_words(conversations: Conversations) -> None:
    async def say(text: str) -> Reply:
        return await conversations.turn(Incoming("test", "wang", "wang", text, text))

    lost = await say("想看关于量子纠缠的电影")
    assert "“量子纠缠”我还读不懂" in lost.text
    assert "想看“量子纠缠”" not in lost.text  # nobody says that it was understood
    await say("想看量子纠缠的喜剧，有外星人的")
    profile = await say("我的口味")
    assert "量子纠缠" in profile.text
    assert not any(word in profile.text for word in ("comedy", "aliens"))


@pytest.mark.asyncio
async def test_a_wish_of_which_nothing_is_read_leaves_the_one_before(conversations: Conversations) -> None:
    await conversations.turn(Incoming("test", "zhao", "zhao", "1", "想看喜剧"))
    reply = await conversations.turn(Incoming("test", "zhao", "zhao", "2", "有没有沈腾的"))
    assert "“沈腾”我还读不懂" in reply.text
    assert reply.cards and all("Comedy" in films()[card.item_id].facets["genre"] for card in reply.cards)


@pytest.mark.asyncio
async def test_years_that_somebody_likes_count_tonight(conversations: Conversations) -> None:
    for who, text in (("a", "我喜欢90年代的电影"), ("b", "I love films from the 90s")):
        reply = await conversations.turn(Incoming("test", who, who, who, text))
        assert reply.cards and all(1990 <= (card.year or 0) <= 1999 for card in reply.cards)


@pytest.mark.asyncio
async def test_a_word_in_other_letters_does_not_end_a_chinese_talk(conversations: Conversations) -> None:
    for n, text in enumerate(("想看喜剧", "more", "ok", "undo")):
        reply = await conversations.turn(Incoming("test", "chen", "chen", str(n), text))
        assert is_chinese(reply.text), text


async def test_who_says_nothing_readable_is_spoken_to_in_their_own_language(conversations: Conversations) -> None:
    assert await conversations.language("test", "li") == "en"
    assert await conversations.language("test", "li", "zh-hans") == "zh"
    await conversations.turn(Incoming("test", "li", "li", "1", "说中文"))
    assert await conversations.language("test", "li", "en") == "zh"


@pytest.mark.parametrize(
    ("traditional", "plain"),
    [
        ("我喜歡盜夢空間，想看驚悚片", "我喜欢盗梦空间，想看惊悚片"),
        ("想看輕鬆一點的愛情片，不要恐怖片", "想看轻松一点的爱情片，不要恐怖片"),
        ("推薦一部九十年代的電影，兩小時以內", "推荐一部九十年代的电影，两小时以内"),
        ("導出我的數據", "导出我的数据"),
        ("我超愛《全面啟動》跟《星際效應》", "我超爱《盗梦空间》跟《星际穿越》"),
        ("有沒有類似刺激1995的片？", "有没有类似肖申克的救赎的片？"),
        ("我想看湯姆‧漢克斯的", "我想看汤姆·汉克斯的"),
        ("「全面啟動」很好看", "《盗梦空间》很好看"),
    ],
)
def test_traditional_characters_are_read_like_simplified_ones(traditional: str, plain: str) -> None:
    assert understood(traditional) == understood(plain)
    assert understood(plain)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("隐私", "privacy"),
        ("你保存了哪些数据", "privacy"),
        ("导出我的数据", "export"),
        ("把我的数据发给我", "export"),
        ("忘掉我", "forget_me"),
        ("删除我的数据", "forget_me"),
        ("我们一起看", "together"),
    ],
)
def test_commands_by_plain_words(text: str, said: str) -> None:
    assert said in understood(text)


def test_a_title_that_the_catalogue_lacks_is_told_as_it_was_written() -> None:
    found = UNDERSTANDING.read("我討厭《芭比》，想看喜劇").statements
    assert [s.value for s in found] == ["芭比", "comedy"]


def test_the_talk_is_kept_in_the_english_words_that_it_was_read_in() -> None:
    heard = UNDERSTANDING.read("我喜欢盗梦空间，想看惊悚片")
    state = Dialogue().noted(heard)
    assert "thriller" in state.transcript
    assert "thriller" in state.words
    assert "Inception" in state.transcript
    assert "Inception" not in state.words


def simplified_letters(text: str) -> str:
    pairs = tomllib.loads((files("bot.texts") / "traditional.zh.toml").read_text("utf-8"))["characters"].split()
    return text.translate({ord(pair[0]): pair[1] for pair in pairs})


@pytest.mark.parametrize(
    ("cantonese", "plain"),
    [
        ("有冇好睇嘅戲介紹？", "有没有好看的电影推荐？"),
        ("我鍾意盜夢空間同埋星際穿越", "我喜欢盗梦空间和星际穿越"),
        ("唔好睇恐怖片", "不要看恐怖片"),
        ("第二套睇過喇，幾好睇", "第二部看过了，挺好看"),
        ("第一套邊個導演㗎？", "第一部谁导演的？"),
        ("再嚟三套", "再来三部"),
        ("第二套喺邊度有得睇", "第二部在哪里可以看"),
        ("有冇似盜夢空間咁嘅", "有没有像盗梦空间这样的"),
        ("有冇新啲嘅", "有没有新一点的"),
    ],
)
def test_common_words_of_cantonese_are_read_like_those_of_mandarin(cantonese: str, plain: str) -> None:
    assert understood(cantonese, LISTED) == understood(plain, LISTED)
    assert understood(cantonese, LISTED)


def test_words_of_cantonese_stand_for_words_that_are_as_long() -> None:
    words = tomllib.loads((files("bot.texts") / "traditional.zh.toml").read_text("utf-8"))["cantonese"]
    assert [word for word, plain in words.items() if len(word) != len(plain)] == []
    assert [word for word in words if word != simplified_letters(word)] == []  # they are looked for in simplified text


def test_titles_that_are_everyday_words_are_read_as_titles_between_their_marks_only() -> None:
    understanding = Understanding(Catalogue([Item("a", "Her", 2013), Item("b", "Closer", 2004)]), load_lexicon())
    assert [s.target for s in understanding.read("《她》很好看").statements] == ["a"]
    assert not understanding.read("我喜欢她").named
