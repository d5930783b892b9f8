"""Which models clients may choose: the configured ones and those that assistants name."""

from collections.abc import Callable, Sequence


class ModelCatalog:
    """The allowed models, the default first; listed, because a client's choice costs money."""

    def __init__(
        self, default: str, further: Sequence[str], of_assistants: Callable[[], Sequence[str]]
    ) -> None:
        self.default = default
        self._further = further
        self._of_assistants = of_assistants

    def available(self) -> list[str]:
        """Names without repetition, the default first."""
        return list(dict.fromkeys([self.default, *self._further, *self._of_assistants()]))
