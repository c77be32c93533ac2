"""What ``kuzushiji serve`` says where it cannot listen."""

import pytest

from kuzushiji.cli.serve_cli import _listen
from kuzushiji.errors import KuzushijiError


def test_an_address_of_another_machine_is_a_matter_of_the_host():
    with pytest.raises(KuzushijiError, match=r"cannot listen on 192\.0\.2\.1 port 0: .*; try another --host"):
        _listen("192.0.2.1", 0)


def test_a_port_in_use_is_a_matter_of_the_port():
    with _listen("127.0.0.1", 0) as taken, pytest.raises(KuzushijiError, match="try another --port"):
        _listen("127.0.0.1", taken.getsockname()[1])
