"""The guard on the network is on."""

import socket

import pytest


def test_no_test_leaves_this_machine():
    with socket.socket() as s, pytest.raises(OSError, match="must not reach the network"):
        s.connect(("192.0.2.1", 80))
    with pytest.raises(OSError, match="must not look up names"):
        socket.create_connection(("example.org", 80), timeout=1)


def test_loopback_is_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as s,
    ):
        assert s.getpeername() == server.getsockname()
