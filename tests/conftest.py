"""No test reaches the network; tests on the shared data skip, saying so, where it is absent."""

import ipaddress
import os
import shutil
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure; in CI the same examples are tried each time.
settings.register_profile(
    "steady", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("steady")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


class NetworkBlocked(OSError):
    """A test tried to leave this machine."""


def _is_near(family, address):
    if family == getattr(socket, "AF_UNIX", None):
        return True
    host = address[0] if isinstance(address, tuple) else ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """Let sockets connect to loopback only, and names be looked up for loopback only."""
    patch = pytest.MonkeyPatch()

    def guarded(real):
        def call(self, *args):
            if not _is_near(self.family, args[-1]):
                raise NetworkBlocked(f"tests must not reach the network: {args[-1]}")
            return real(self, *args)

        return call

    for name in ("connect", "connect_ex", "sendto"):
        patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
    look_up = socket.getaddrinfo

    def guarded_look_up(host, *args, **kwargs):
        if host is not None and not _is_near(socket.AF_INET, (host if isinstance(host, str) else host.decode(),)):
            raise NetworkBlocked(f"tests must not look up names: {host!r}")
        return look_up(host, *args, **kwargs)

    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    patch.undo()


@pytest.fixture
def shared_data():
    """The folder of shared data sets, which is no part of the repository."""
    if not SHARED.is_dir():
        pytest.skip("the shared data sets are not here: ../shared/data is absent")
    return SHARED


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A small case that has been run once, with its report; not to be changed."""
    pytest.importorskip("matplotlib", reason="the report needs the extra [report]")
    from small_case import write_case
    from tidewaiter.pipeline import run

    root = write_case(tmp_path_factory.mktemp("finished") / "amber")
    run(root)
    return root


@pytest.fixture
def case_copy(finished, tmp_path):
    """A copy of the small case, to be run again or damaged."""
    return Path(shutil.copytree(finished, tmp_path / "amber"))
