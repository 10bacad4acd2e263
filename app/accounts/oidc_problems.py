"""Why single sign-on did not let somebody in, in words that the sign-in screen knows."""

from typing import ClassVar, Literal, TypeAlias

from app.accounts.errors import AccountsError

Problem: TypeAlias = Literal[
    "issuer_unreachable",
    "sign_on_expired",
    "sign_on_refused",
    "sign_on_invalid",
    "email_missing",
    "email_unverified",
    "email_taken",
    "no_account",
    "account_inactive",
    "rate_limited",
]


class SignOnProblem(AccountsError):
    """It did not work; the browser is sent back to the sign-in screen.

    Args:
        problem: Which of the words; each has its row in runbooks/sign-in-refused.md.
        detail: For the log: what was wrong, never a token, a code or the issuer's own words.
    """

    code: ClassVar[str] = "unauthenticated"

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__("Single sign-on did not work. Try again.")
        self.problem: Problem = problem
        self.detail = detail
