"""The ways of signing in that this server offers."""

from dataclasses import dataclass

from app.accounts.errors import LocalSignInOff


@dataclass(frozen=True, slots=True)
class Ways:
    """What is offered.

    Attributes:
        local: Passwords, and the links that set them.
        sign_on: What the button for single sign-on says; None where there is no issuer.
    """

    local: bool
    sign_on: str | None

    def check_local(self) -> None:
        """Let whoever uses a password or a link pass.

        Raises:
            LocalSignInOff: Those are switched off.
        """
        if not self.local:
            raise LocalSignInOff(f"Passwords are switched off here. Use {self.sign_on}.")
