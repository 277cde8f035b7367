"""What each decision turns into: one method per action, from a moment of the conversation to a draft of the reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.conversation.actions.asking import Asking
from bot.conversation.actions.explaining import Explaining
from bot.conversation.actions.knowing import Knowing
from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.privacy import Privacy
from bot.conversation.actions.reacting import Reacting, reaction
from bot.conversation.actions.recommending import Recommending
from bot.conversation.actions.room import Room
from bot.conversation.actions.sharing import Sharing
from bot.conversation.actions.together import Together
from bot.conversation.policy import Action
from bot.conversation.press import Verb
from bot.store.repository import Store
from bot.texts import LANGUAGE_NAMES, Language, Texts
from recsys.engine import Engine
from recsys.errors import DataError

PERSONAL = (
    Action.PROFILE,
    Action.WATCHLIST,
    Action.HISTORY,
    Action.UNDO,
    Action.EXPORT,
    Action.FORGET,
    Action.FORGET_ME,
    Action.ERASE,
    Action.KEPT,
)
"""What is said in private chats only."""

__all__ = ["Actions", "Draft", "Moment", "reaction"]


class Actions:
    """The bot's abilities. ``act`` picks the one that a decision names."""

    def __init__(
        self, store: Store, engine: Engine, texts: Texts, languages: Mapping[Language, str] = LANGUAGE_NAMES
    ) -> None:
        """``languages``: those that can be chosen, by their names. Raises ``DataError`` when there is an action that
        nothing would answer, in private or in a group."""
        self._room = Room(store, engine, texts)
        self._texts = texts
        asking = Asking(store, engine, texts, languages)
        recommending = Recommending(store, engine, texts)
        explaining = Explaining(store, engine, texts)
        reacting = Reacting(store, engine, texts)
        knowing = Knowing(store, engine, texts)
        privacy = Privacy(store, engine, texts)
        sharing = Sharing(store, engine, texts)
        together = Together(store, engine, texts)
        self._methods: Mapping[Action, Callable[[Moment], Awaitable[Draft]]] = {
            Action.WELCOME: asking.welcome,
            Action.GREET: asking.greet,
            Action.ASK: asking.ask,
            Action.CHOOSE: asking.choose,
            Action.WHOM: asking.whom,
            Action.RECOMMEND: recommending.recommend,
            Action.EXPLAIN: explaining.explain,
            Action.ANSWER: explaining.answer,
            Action.NOTE: reacting.note,
            Action.WHICH: reacting.which,
            Action.UNDO: reacting.undo,
            Action.FORGET: reacting.forget,
            Action.RESET: reacting.reset,
            Action.PROFILE: knowing.profile,
            Action.WATCHLIST: knowing.watchlist,
            Action.HISTORY: knowing.history,
            Action.PRIVACY: privacy.privacy,
            Action.EXPORT: privacy.export,
            Action.FORGET_ME: privacy.forget_me,
            Action.ERASE: privacy.erase,
            Action.SHARED: sharing.shared,
            Action.LANGUAGE: asking.language,
            Action.TOGETHER: together.alone,
            Action.JOIN: together.alone,
            Action.THANKS: asking.thanks,
            Action.CINEMA: asking.cinema,
            Action.CHAT: asking.chat,
        }

        shared = (
            Action.CHOOSE,
            Action.WHOM,
            Action.ANSWER,
            Action.NOTE,
            Action.WHICH,
            Action.RESET,
            Action.PRIVACY,
            Action.SHARED,
            Action.LANGUAGE,
            Action.THANKS,
            Action.CINEMA,
        )
        self._in_groups: Mapping[Action, Callable[[Moment], Awaitable[Draft]]] = {
            Action.WELCOME: together.hello,
            Action.GREET: together.hello,
            Action.CHAT: together.hello,
            Action.HELP: together.hello,
            Action.TOGETHER: together.open,
            Action.JOIN: together.join,
            Action.RECOMMEND: together.recommend,
            Action.ASK: together.recommend,
            Action.EXPLAIN: together.explain,
            **dict.fromkeys(PERSONAL, together.private),
            **{action: self._methods[action] for action in shared},
        }
        for methods in (self._methods, self._in_groups):
            if mute := [action for action in Action if action not in methods and action not in texts]:
                raise DataError(f"Actions without a method or a text: {', '.join(mute)}.")

    async def act(self, moment: Moment) -> Draft:
        """The draft of the reply. Actions without a method of their own say the text of their name. Whatever is said,
        it leaves something to go on with, until they say goodbye."""
        action = moment.decision.action
        methods = self._in_groups if moment.company else self._methods
        method = methods.get(action)
        draft = await method(moment) if method else Draft(moment.dialogue, self._texts(action, moment.number))
        if draft.cards or draft.question or draft.buttons or action in (Action.BYE, Action.ERASE):
            return draft
        return replace(draft, buttons=self._room.buttons(moment, Verb.RECOMMEND, Verb.SURPRISE))
