"""Another web page cannot use this server, and this server's page can do no more than it must."""

from __future__ import annotations

from typing import Any

import pytest
from web_support import StandIn, client_of

from kuzushiji.web.guard.security import allowed_hosts, host_name


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST", "[::1]:8000", "127.0.0.1"])
def test_loopback_names_are_answered(client: Any, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.1.5",
     "", "a b", "127.0.0.1:8000:9", "[::1", "127.0.0.1:99999x"],
)  # fmt: skip
def test_a_rebound_name_is_refused(client: Any, host: str) -> None:
    for path in ("/", "/health", "/api/model", "/static/main.js", "/nothing"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 403
        assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:9000",
        "https://127.0.0.1:8000",
        "http://localhost:8000",
        "",
    ],
)
def test_another_origin_is_refused(client: Any, origin: str) -> None:
    answer = client.post("/api/read", content=b"x", headers={"origin": origin, "content-type": "image/png"})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_the_pages_own_origin_is_answered(client: Any) -> None:
    own = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    assert client.get("/api/model", headers=own).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_a_request_that_another_site_caused_is_refused(client: Any, site: str) -> None:
    assert client.get("/api/model", headers={"sec-fetch-site": site}).status_code == 403
    assert client.post("/", headers={"sec-fetch-site": site}).status_code == 403


def test_a_link_from_elsewhere_may_open_the_page(client: Any) -> None:
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_a_preflight_gets_no_permission(client: Any) -> None:
    headers = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    answer = client.options("/api/read", headers=headers)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path", ["/", "/api", "/health", "/static/main.js", "/nothing", "/api/characters/xx"]
)
def test_every_answer_carries_the_headers(client: Any, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_server_for_the_network_answers_to_addresses_and_named_hosts() -> None:
    with client_of(StandIn(), bound="0.0.0.0", hosts=["library.local"]) as client:
        for host in ("192.168.1.5:8000", "[fe80::1]:8000", "library.local:8000", "localhost"):
            assert client.get("/health", headers={"host": host}).status_code == 200
        assert client.get("/health", headers={"host": "evil.example"}).status_code == 403


def test_names_of_hosts() -> None:
    assert allowed_hosts("192.168.1.5") == {"127.0.0.1", "localhost", "::1", "192.168.1.5"}
    assert host_name("[::1]") == "::1"
    assert host_name("a/b") == "a/b"
    assert host_name("[x]") is None
