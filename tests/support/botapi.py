"""The playground's Bot API server, under the name by which tests know it."""

from bot.playground.markup import Refusal, parsed
from bot.playground.server import TOKEN, BotApi, Call, Fault
from bot.playground.telegram import Message

__all__ = ["TOKEN", "BotApi", "Call", "Fault", "Message", "Refusal", "parsed"]
