"""What can go wrong between Textline and Twilio, told apart by what is known of the text."""

from textline.carrier.codes import Code, Kind, explain
from textline.errors import TextlineError, Unavailable


class Refused(TextlineError):
    """Twilio said no: nothing was done, and a text was certainly not sent.

    Attributes:
        status: the HTTP status.
        code: Twilio's error code, or None when it gave none.
        explained: its meaning, kind and remedy. Twilio's own words are left out: they may quote a number.
        permanent: True when the same request can never succeed; False when it can later, once there is less
            to do or the operator has put the account right.
    """

    def __init__(self, status: int, code: int | None) -> None:
        self.status = status
        self.code = code
        self.explained: Code = explain(429 if status == 429 and code is None else code)
        self.permanent = self.explained.kind not in (Kind.RETRY, Kind.TELL_OPERATOR)
        name = f"error {code}" if code is not None else f"status {status}"
        super().__init__(f"Twilio refused ({name}): {self.explained.meaning}; {self.explained.remedy}")


class Unsure(TextlineError):
    """The request may or may not have been taken: never repeat it blindly, look in Twilio's message log."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"Twilio may have taken the text ({why}): wait for its status or look it up, do not resend"
        )


class Unreached(Unavailable):
    """The request was certainly not taken, or was one that only asks: it may be repeated."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"Twilio cannot be reached ({why}): try again; check the network and status.twilio.com"
        )
