"""Everybody and everything a demo round needs."""

import random
from dataclasses import dataclass

from django.contrib.auth.models import User

from assessments.models import KnowledgeTest, TestTask


@dataclass(frozen=True, kw_only=True)
class Stagehand:
    """The logins by name, the test and the task of every round, and the one source of chance."""

    users: dict[str, User]
    test: KnowledgeTest
    task: TestTask
    rng: random.Random
