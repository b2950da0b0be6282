"""Who may do what."""

from enum import StrEnum


class Role(StrEnum):
    """A person's role in their organization; each can do what the one before can, and more."""

    VOLUNTEER = "volunteer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Higher may do more."""
        return list(Role).index(self)


def allows(role: Role, needed: Role) -> bool:
    """Whether a person of `role` may do what `needed` may."""
    return role.rank >= needed.rank


def may_read(role: Role, person_id: int, owner_id: int | None) -> bool:
    """Whether a person may read a conversation: a volunteer only their own, a supervisor any of the organization's."""
    return allows(role, Role.SUPERVISOR) or (owner_id is not None and owner_id == person_id)
