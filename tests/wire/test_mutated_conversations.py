"""Conversations that nearly make sense, mutated, cut and reordered: the session answers or hangs up, and is whole."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from ormolu.errors import ProtocolViolation
from ormolu.server.protocol import Codec, Phase
from tests.fuzz.conversations import conversation, mutated
from tests.wire.conftest import House
from tests.wire.test_any_messages import check_usable, once, told


@once
@given(st.integers(0, 2**32))
def test_a_mutated_conversation_breaks_nothing(house: House, seed: int) -> None:
    choice = random.Random(seed)
    data = b"".join(mutated(conversation(choice), choice))
    session, codec = house.session(), Codec()
    codec.phase = Phase.READY
    try:
        for at in range(0, len(data), 11):
            codec.feed(data[at : at + 11])
            while session.phase is not Phase.CLOSED and (message := codec.next_message()) is not None:
                told(session, message)
    except ProtocolViolation:
        pass  # refused as it should be; what came before has left the session whole
    finally:
        if session.phase is not Phase.CLOSED:
            check_usable(session)
        session.close()
