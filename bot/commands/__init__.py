"""Groups of commands: a module a group, each with its Typer application; ``bot.cli`` puts them together."""
