"""How badly the simulated carrier behaves, so that tests and rehearsals can see Textline bear it."""

from random import Random
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Rate = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=3600)]


class Misbehaviour(BaseModel):
    """Rates are from 0 (never) to 1 (always); times in seconds. All off by default, and again after a restart."""

    model_config = ConfigDict(extra="forbid")

    api_delay_s: Seconds = Field(0, description="each API request is answered this much later")
    api_timeout_rate: Rate = Field(0, description="the API takes the connection and never answers")
    api_429_rate: Rate = Field(0, description="the API answers 429 / 20429; nothing is taken")
    api_5xx_rate: Rate = Field(0, description="the API answers 503")
    api_reset_rate: Rate = Field(0, description="the API breaks the connection off without an answer")
    api_taken_rate: Rate = Field(
        0.5, description="of requests that time out, fail or break off: how many were done"
    )
    webhook_duplicate_rate: Rate = Field(0, description="a text's webhook is called twice")
    webhook_reorder_s: Seconds = Field(0, description="a webhook waits a random time, at most this long")
    webhook_drop_rate: Rate = Field(0, description="a text is logged, but its webhook is never called")
    callback_delay_s: Seconds = Field(0, description="each status webhook comes this much later")
    callback_drop_rate: Rate = Field(0, description="a status webhook is never called")
    callback_reorder: bool = Field(False, description="status webhooks of a text come last first")
    deliver_as: Literal["delivered", "undelivered", "failed"] = Field(
        "delivered", description="how texts end"
    )
    error_code: int | None = Field(
        None, description="given with `undelivered` or `failed`; 30003 when left out"
    )
    seed: int | None = Field(None, description="makes chance repeatable")


class Ways:
    """The misbehaviour now in force, and its dice."""

    def __init__(self) -> None:
        self.change(Misbehaviour())

    def change(self, now: Misbehaviour) -> None:
        """Behave so from now on."""
        self.now = now
        self.dice = Random(now.seed)  # noqa: S311 - for tests, not for secrets

    def strikes(self, rate: float) -> bool:
        """Throw the dice for a rate."""
        return rate > 0 and self.dice.random() < rate
