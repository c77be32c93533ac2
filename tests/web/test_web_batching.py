"""The queue in front of the model."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from web_support import StandIn

from kuzushiji.web.batching import Batcher
from kuzushiji.web.guard.limits import ApiError

ONE = np.zeros((1, 64, 64), np.uint8)


def test_what_arrives_while_the_model_works_is_one_batch() -> None:
    engine = StandIn(seconds=0.05)

    async def main() -> list[list[dict]]:
        batcher = Batcher(engine.read_glyphs, batch=64)
        await batcher.start()
        first = asyncio.create_task(batcher.submit(ONE, 1))
        await asyncio.sleep(0.02)
        rest = [asyncio.create_task(batcher.submit(ONE, 1 + i % 2)) for i in range(20)]
        answers = [await first, *[await each for each in rest]]
        await batcher.stop()
        return answers

    answers = asyncio.run(main())
    assert engine.sizes == [1, 20]
    assert [len(answer[0]["candidates"]) for answer in answers[1:5]] == [1, 2, 1, 2]


def test_a_batch_has_its_limit_and_order_is_kept() -> None:
    def read(glyphs: np.ndarray, top: int) -> list[dict]:
        assert len(glyphs) <= 8
        return [{"candidates": [{"char": str(int(glyph[0, 0]))}]} for glyph in glyphs]

    async def main() -> list[dict]:
        batcher = Batcher(read, batch=8)
        await batcher.start()
        glyphs = np.zeros((21, 64, 64), np.uint8)
        glyphs[:, 0, 0] = np.arange(21)
        answers = await batcher.submit(glyphs, 1)
        assert batcher.queued == 0
        assert batcher.glyphs == 21
        await batcher.stop()
        return answers

    assert [answer["candidates"][0]["char"] for answer in asyncio.run(main())] == [str(i) for i in range(21)]


def test_a_full_queue_turns_away_and_recovers() -> None:
    engine = StandIn(seconds=0.05)

    async def main() -> None:
        batcher = Batcher(engine.read_glyphs, batch=2, waiting=4)
        await batcher.start()
        busy = [asyncio.create_task(batcher.submit(ONE, 1)) for _ in range(4)]
        await asyncio.sleep(0)
        with pytest.raises(ApiError) as refused:
            await batcher.submit(ONE, 1)
        assert refused.value.status == 429
        await asyncio.gather(*busy)
        assert (await batcher.submit(ONE, 1))[0]["sure"]
        await batcher.stop()

    asyncio.run(main())


def test_a_request_that_is_given_up_is_not_read() -> None:
    engine = StandIn(seconds=0.05)

    async def main() -> None:
        batcher = Batcher(engine.read_glyphs, batch=4)
        await batcher.start()
        first = asyncio.create_task(batcher.submit(ONE, 1))
        await asyncio.sleep(0.01)
        second = asyncio.create_task(batcher.submit(ONE, 1))
        await asyncio.sleep(0)
        second.cancel()
        await first
        await asyncio.sleep(0.02)
        assert batcher.queued == 0
        await batcher.stop()

    asyncio.run(main())
    assert engine.sizes == [1]


def test_an_error_reaches_each_of_its_requests_and_no_other() -> None:
    engine = StandIn(error=ValueError("broken"))

    async def main() -> None:
        batcher = Batcher(engine.read_glyphs)
        await batcher.start()
        answers = await asyncio.gather(batcher.submit(ONE, 1), batcher.submit(ONE, 1), return_exceptions=True)
        assert [type(answer) for answer in answers] == [ValueError, ValueError]
        engine.error = None
        assert (await batcher.submit(ONE, 1))[0]["sure"]
        await batcher.stop()

    asyncio.run(main())
