"""The Python consumer of the contract: a typed session, the transcript and the settings panel.

What a frontend needs is here; the contract's types are as well, under their own names.
"""

from clients.python._generated import *  # noqa: F403
from clients.python.async_session import DEFAULT_URL as DEFAULT_URL
from clients.python.async_session import AsyncSession as AsyncSession
from clients.python.background import EventStream as EventStream
from clients.python.controls import Panel as Panel
from clients.python.controls import PanelControl as PanelControl
from clients.python.endings import Notice as Notice
from clients.python.errors import ApiRefusedError as ApiRefusedError
from clients.python.errors import ApiUnreachableError as ApiUnreachableError
from clients.python.errors import InvalidValueError as InvalidValueError
from clients.python.errors import ParleyError as ParleyError
from clients.python.errors import RequestError as RequestError
from clients.python.errors import StreamLostError as StreamLostError
from clients.python.errors import UnreadableAnswerError as UnreadableAnswerError
from clients.python.events import Reconnecting as Reconnecting
from clients.python.events import StreamEvent as StreamEvent
from clients.python.events import is_ending as is_ending
from clients.python.exchange import Exchange as Exchange
from clients.python.messages import ChatMessage as ChatMessage
from clients.python.messages import Totals as Totals
from clients.python.resuming import Patience as Patience
from clients.python.sentences import problem_sentence as problem_sentence
from clients.python.session import Session as Session
from clients.python.transcript import Transcript as Transcript
