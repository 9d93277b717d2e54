"""How people log in: no sign-up, accounts come from the company."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class RostrumAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no type hints
    """Accounts are made by HR from the roster; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
