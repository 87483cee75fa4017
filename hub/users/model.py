"""Who may come to the desk."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Role = Literal["owner", "editor"]
ROLES: tuple[Role, ...] = ("owner", "editor")


@dataclass(frozen=True, slots=True)
class User:
    """An account. Without `password_hash` nobody can log in with it yet."""

    id: int
    email: str
    email_key: str
    name: str
    role: str
    password_hash: str | None = field(repr=False)
    created_at: datetime

    @property
    def is_owner(self) -> bool:
        return self.role == "owner"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in with a browser. `name` leads to it and opens nothing."""

    name: str
    user_id: int
    device: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A link that works once, good until `expires_at`; `subject_id` is who it is for."""

    token_hash: str
    purpose: str
    subject_id: int | None
    created_at: datetime
    expires_at: datetime
