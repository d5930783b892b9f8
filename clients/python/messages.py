"""A message as a screen shows it, and what replies cost together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from clients.python import money
from clients.python._generated import Cost, TokenUsage
from clients.python._generated.models import read_cost, read_token_usage

Author: TypeAlias = Literal["user", "assistant"]
Status: TypeAlias = Literal["greeting", "streaming", "done", "stopped", "incomplete", "failed"]


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run used; usage is None where its end was never seen, cost where nobody knows."""

    usage: TokenUsage | None
    cost: Cost | None

    @property
    def cost_unknown(self) -> bool:
        """True where there was something to pay and nobody knows how much."""
        return self.cost is None and (self.usage is None or self.usage.total_tokens > 0)

    @property
    def is_something(self) -> bool:
        """False for a run that used no tokens and cost nothing."""
        tokens = self.usage.total_tokens if self.usage else 0
        return tokens > 0 or (self.cost is not None and self.cost.amount != 0)

    @property
    def estimated(self) -> bool:
        return bool((self.cost and self.cost.estimated) or (self.usage and self.usage.estimated))

    def to_state(self) -> dict[str, Any]:
        usage, cost = self.usage, self.cost
        return {"tokenUsage": usage and _state(usage), "cost": cost and _state(cost)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "Spent":
        usage, cost = state["tokenUsage"], state["cost"]
        return cls(usage and read_token_usage(usage), cost and read_cost(cost))


@dataclass(slots=True)
class ChatMessage:
    """One message on the screen."""

    role: Author
    content: str = ""
    status: Status = "done"
    note: str | None = None
    """A sentence beneath it: why it ended as it did."""
    run_id: str | None = None
    """The run that made it; None for questions, and until the run has begun."""
    model: str | None = None
    """The model that answered; until the end, the one that was asked."""
    spent: Spent | None = None
    """None for questions, and for replies that haven't ended or never began."""

    @property
    def tokens_text(self) -> str:
        """Tokens of this reply, to show; empty where there is nothing to tell."""
        return totals_of([self.spent]).tokens_text if self.spent else ""

    @property
    def cost_text(self) -> str:
        """Cost of this reply, to show; empty where there is nothing to tell."""
        return totals_of([self.spent]).cost_text if self.spent else ""

    @property
    def figures(self) -> list[str]:
        """Tokens and cost of this reply, as far as there is something to tell."""
        told = [self.tokens_text, f"cost {self.cost_text}" if self.cost_text else ""]
        return [figure for figure in told if figure]

    @property
    def facts(self) -> list[str]:
        """What is told beneath it: why it ended as it did, tokens and cost."""
        return [self.note, *self.figures] if self.note else self.figures

    def to_state(self) -> dict[str, Any]:
        return {
            "role": self.role,
            "content": self.content,
            "status": self.status,
            "note": self.note,
            "runId": self.run_id,
            "model": self.model,
            "spent": self.spent and self.spent.to_state(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "ChatMessage":
        spent = state["spent"]
        return cls(
            role=state["role"],
            content=state["content"],
            status=state["status"],
            note=state["note"],
            run_id=state["runId"],
            model=state.get("model"),  # not in what an older client kept
            spent=spent and Spent.from_state(spent),
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over replies: exact, and honest about what isn't known."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    costs: Mapping[str, Decimal] = field(default_factory=dict)
    """Currency → exact sum of the known costs."""
    unknown_usages: int = 0
    """Replies whose tokens nobody told; they are not in the sums."""
    unknown_costs: int = 0
    """Replies whose cost nobody knows; they are not in the sums."""
    estimated: bool = False
    """True where a part of the sums is an estimate."""

    @property
    def tokens_text(self) -> str:
        return money.tokens_text(self.total_tokens, self.unknown_usages > 0, self.estimated)

    @property
    def cost_text(self) -> str:
        return money.cost_text(self.costs, self.unknown_costs > 0, self.estimated)

    def to_state(self) -> dict[str, Any]:
        costs = {currency: money.plain(amount) for currency, amount in self.costs.items()}
        return {**_state(self), "costs": costs}


def totals_of(spent: Iterable[Spent]) -> Totals:
    """What these runs used together."""
    runs = list(spent)
    usages = [run.usage for run in runs if run.usage]
    return Totals(
        prompt_tokens=sum(usage.prompt_tokens for usage in usages),
        completion_tokens=sum(usage.completion_tokens for usage in usages),
        total_tokens=sum(usage.total_tokens for usage in usages),
        costs=money.added((run.cost.currency, run.cost.amount) for run in runs if run.cost),
        unknown_usages=sum(run.usage is None for run in runs),
        unknown_costs=sum(run.cost_unknown for run in runs),
        estimated=any(run.estimated for run in runs),
    )


def _state(value: Any) -> dict[str, Any]:
    """A flat dataclass as JSON, with the contract's names."""
    return {_camel(f.name): _plain(getattr(value, f.name)) for f in fields(value)}


def _plain(value: Any) -> Any:
    return money.plain(value) if isinstance(value, Decimal) else value


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)
