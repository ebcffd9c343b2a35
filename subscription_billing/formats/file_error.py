"""What readers of files raise."""

from __future__ import annotations


class FileError(ValueError):
    """The file as a whole cannot be read; ``code`` says why, ``facts`` what."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(f"{code}: {facts}")
        self.code = code
        self.facts = facts
