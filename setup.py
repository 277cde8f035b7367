"""What a wheel holds: ``migrations/`` lies at the top of the repository and is installed inside ``bot``."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["bot*", "recsys*"]), "bot.migrations", "bot.migrations.versions"],
    package_dir={"bot.migrations": "migrations"},
)
