import json
import socket
import threading
import time

import pytest
from bulk_support import png, save, shard, value_of

from kuzushiji.bulk import Fetching, SourceOptions, expand
from kuzushiji.bulk.sources import addresses, fetch
from kuzushiji.errors import KuzushijiError

pytest_plugins = ["bulk_fixtures"]


def error_of(item) -> str:
    with pytest.raises(KuzushijiError) as raised:
        item.open()
    return str(raised.value).removeprefix(f"{item.name}: ")


def one(address, options):
    [item] = expand([address], options)
    return item


def test_an_address_is_fetched_once_and_kept(site, private):
    address = site.put("/a.png", png(50))
    assert value_of(one(address, private)) == value_of(one(address, private)) == 50
    assert site.asked == ["/a.png"]
    file = fetch.cached(address, private.fetching)
    assert file.read_bytes() == png(50)
    assert json.loads(file.with_name(f"{file.name}.json").read_text())["address"] == address


def test_a_picture_is_not_fetched_before_it_is_read(site, private):
    items = list(expand([site.put(f"/{n}.jpg", png(n)) for n in range(3)], private))
    assert len(items) == 3
    assert site.asked == []


def test_an_address_without_a_suffix_is_looked_at(site, private, tmp_path):
    from bulk_support import pages

    book = (tmp_path / "b.pdf").read_bytes() if pages(tmp_path / "b.pdf", [1, 2]) else b""
    assert len(list(expand([site.put("/book?id=3", book)], private))) == 2
    assert len(list(expand([site.put("/picture", png(4))], private))) == 1
    shard(tmp_path / "s.tar", {"a.png": png(9), "b.png": png(8)})
    packed = (tmp_path / "s.tar").read_bytes()
    assert [value_of(item) for item in expand([site.put("/s.tar", packed)], private)] == [9, 8]


def test_offline_only_what_is_there_is_used(site, private, monkeypatch):
    kept, other = site.put("/a.png", png(1)), site.put("/b.png", png(2))
    value_of(one(kept, private))
    monkeypatch.setenv("KUZUSHIJI_OFFLINE", "1")
    assert value_of(one(kept, private)) == 1
    assert "KUZUSHIJI_OFFLINE" in error_of(one(other, private))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::",
    ],
)
def test_private_addresses(address):
    assert not addresses.is_public(address)


def test_public_addresses():
    assert addresses.is_public("93.184.216.34")
    assert addresses.is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert addresses.is_public("64:ff9b::5db8:d822")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_private_hosts_are_refused_unless_allowed(site, host):
    port = site.address.rpartition(":")[2]
    site.put("/a.png", png())
    item = one(f"http://{host}:{port}/a.png", SourceOptions())
    assert "--allow-private" in error_of(item) or "unreachable" in error_of(item)
    assert site.asked == [], "not even a connection"


def test_a_redirect_to_a_private_host_is_refused(site, monkeypatch):
    """The first host counts as public here; what it leads to does not."""
    inner = site.put("/secret.png", png())
    outer = site.put("/a.png", b"", status=302, Location=inner.replace("127.0.0.1", "127.0.0.2"))
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    assert "--allow-private" in error_of(one(outer, SourceOptions(fetching=Fetching(pause=0))))
    assert site.asked == ["/a.png"]


def test_a_name_cannot_change_between_the_check_and_the_connection(site, monkeypatch):
    site.put("/a.png", png())
    port = int(site.address.rpartition(":")[2])
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])

    def rebinding(host, port, **how):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in next(answers)]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", rebinding)
    connected = []

    def connection(address, timeout=None):
        connected.append(address)
        raise OSError("no route")

    monkeypatch.setattr(socket, "create_connection", connection)
    how = Fetching(pause=0, attempts=1)
    assert "unreachable" in error_of(one(f"http://rebind.example:{port}/a.png", SourceOptions(fetching=how)))
    assert connected == [("8.8.8.8", port)]


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 80)) for a in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *args, **how: found)
    with pytest.raises(addresses.PrivateAddressError):
        addresses.resolve("both.example", 80, allow_private=False)
    assert addresses.resolve("both.example", 80, allow_private=True) == ["8.8.8.8", "10.0.0.1"]


def test_redirects_are_followed_and_counted(site, private):
    last = site.put("/last.png", png(33))
    first = site.put("/first.png", b"", status=301, Location="/next.png")
    site.put("/next.png", b"", status=307, Location=last)
    assert value_of(one(first, private)) == 33
    loop = site.put("/loop.png", b"", status=302, Location="/loop.png")
    assert "redirects more than" in error_of(one(loop, private))
    away = site.put("/away.png", b"", status=302, Location="file:///etc/passwd")
    assert "not an http" in error_of(one(away, private))


def test_what_may_pass_is_tried_again(site, private, monkeypatch):
    waits = []
    monkeypatch.setattr(fetch.time, "sleep", waits.append)
    good = (200, {"Content-Type": "image/png"}, png(7))
    busy = iter([(503, {"Retry-After": "3"}, b""), (429, {}, b""), good])

    def answer(handler):
        site.paths["/a.png"] = next(busy)
        handler.do_GET()
        site.paths["/a.png"] = answer

    site.paths["/a.png"] = answer
    assert value_of(one(site.address + "/a.png", private)) == 7
    assert waits[:2] == [3.0, 2.0]


@pytest.mark.parametrize(
    ("status", "reason", "tries"),
    [(404, "no such file", 1), (403, "HTTP 403", 1), (500, "HTTP 500 (tried 4 times)", 4)],
)
def test_what_a_server_refuses(site, private, monkeypatch, status, reason, tries):
    monkeypatch.setattr(fetch.time, "sleep", lambda seconds: None)
    address = site.put("/a.png", b"sorry", status=status)
    assert reason in error_of(one(address, private))
    assert len(site.asked) == tries


def test_a_web_page_in_place_of_a_picture_is_not_kept(site, private):
    address = site.put("/a.png", b"<html>please sign in</html>", type="text/html")
    assert "web page" in error_of(one(address, private))
    site.put("/a.png", png(6))
    assert value_of(one(address, private)) == 6


def test_answers_are_limited_in_size(site):
    small = SourceOptions(fetching=Fetching(allow_private=True, pause=0, max_bytes=1 << 20, attempts=1))
    assert "over 1 MB" in error_of(one(site.put("/a.png", bytes(2 << 20)), small))

    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "image/png")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(bytes(1 << 16))
        except OSError:
            pass

    site.paths["/b.png"] = endless
    assert "over 1 MB" in error_of(one(site.address + "/b.png", small))


@pytest.mark.parametrize("where", ["head", "body"])
def test_answers_are_limited_in_time(site, where):
    done = threading.Event()

    def drip(handler):
        if where == "body":
            handler.send_response(200)
            handler.send_header("Content-Type", "image/png")
            handler.end_headers()
        try:
            while not done.wait(0.1):
                handler.wfile.write(b"x")
                handler.wfile.flush()
        except OSError:
            pass

    site.paths["/a.png"] = drip
    how = Fetching(allow_private=True, pause=0, seconds=0.6, attempts=1)
    start = time.monotonic()
    assert error_of(one(site.address + "/a.png", SourceOptions(fetching=how)))
    assert time.monotonic() - start < 10
    done.set()


def test_a_cut_answer_is_not_kept(site, private, monkeypatch):
    monkeypatch.setattr(fetch.time, "sleep", lambda seconds: None)

    def cut(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "image/png")
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(png(1)[:20])
        handler.close_connection = True

    site.paths["/a.png"] = cut
    item = one(site.address + "/a.png", private)
    assert "tried 4 times" in error_of(item)
    site.put("/a.png", png(1))
    assert value_of(item) == 1


@pytest.mark.parametrize("address", ["http://", "http://a:b@127.0.0.1/x.png", "http://127.0.0.1:99999/x.png"])
def test_odd_addresses_are_one_line(address, private, site):
    assert "\n" not in error_of(one(address, private))


def test_one_request_at_a_time_goes_to_a_host(site, private):
    at_work, most, lock = [0], [0], threading.Lock()

    def slow(handler):
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        time.sleep(0.05)
        with lock:
            at_work[0] -= 1
        handler.send_response(200)
        handler.send_header("Content-Type", "image/png")
        handler.send_header("Content-Length", str(len(png())))
        handler.end_headers()
        handler.wfile.write(png())

    site.paths.update({f"/{n}.png": slow for n in range(4)})
    items = [one(f"{site.address}/{n}.png", private) for n in range(4)]
    threads = [threading.Thread(target=item.open) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_a_proxy_of_the_environment_is_used(site, private, monkeypatch):
    """Our server plays the proxy: it is asked for the whole address of the other host."""
    monkeypatch.setenv("http_proxy", site.address)
    site.paths["http://museum.example/a.png"] = (200, {"Content-Type": "image/png"}, png(12))
    assert value_of(one("http://museum.example/a.png", SourceOptions())) == 12
    assert "private network" in error_of(one("http://10.0.0.1/a.png", SourceOptions()))
    assert site.asked == ["http://museum.example/a.png"]


# IIIF


def image3(address, **more):
    return {"id": address, "type": "Image", **more}


def service3(address, **more):
    return image3(
        f"{address}/full/max/0/default.jpg", service=[{"id": address, "type": "ImageService3", **more}]
    )


def manifest3(bodies):
    def canvas(number, body):
        annotation = {"type": "Annotation", "motivation": "painting", "body": body}
        label = {"ja": [f"第{number}葉"]}
        items = [{"type": "AnnotationPage", "items": [annotation]}]
        return {"id": f"https://x.example/canvas/{number}", "type": "Canvas", "label": label, "items": items}

    canvases = [canvas(number, body) for number, body in enumerate(bodies, start=1)]
    return {"type": "Manifest", "id": "https://x.example/manifest", "items": canvases}


def manifest2(resources):
    canvases = [
        {"@id": f"https://x.example/canvas/{n}", "label": f"p. {n}", "images": [{"resource": resource}]}
        for n, resource in enumerate(resources, start=1)
    ]
    return {"@type": "sc:Manifest", "@id": "https://x.example/m", "sequences": [{"canvases": canvases}]}


def put_json(site, path, tree):
    return site.put(path, json.dumps(tree, ensure_ascii=False).encode(), type="application/json")


def test_a_manifest_of_version_3(site, private):
    site.put("/iiif/one/full/max/0/default.jpg", png(11))
    plain = site.put("/two.png", png(22))
    choice = {"type": "Choice", "items": [image3(plain), image3("https://x.example/other.png")]}
    address = put_json(site, "/m", manifest3([service3(f"{site.address}/iiif/one"), image3(plain), choice]))
    items = list(expand([address], private))
    assert [(item.name, item.page, item.pages) for item in items] == [(address, n, 3) for n in (1, 2, 3)]
    assert [value_of(item) for item in items] == [11, 22, 22]
    assert items[0].keys() == {
        "file": address,
        "page": 1,
        "image": f"{site.address}/iiif/one/full/max/0/default.jpg",
        "canvas": "https://x.example/canvas/1",
        "label": "第1葉",
    }


def test_a_manifest_of_version_2(site, private, tmp_path):
    site.put("/iiif/one/full/full/0/default.jpg", png(11))
    service = {"@id": f"{site.address}/iiif/one", "profile": "http://iiif.io/api/image/2/level1.json"}
    two = {"@id": site.put("/two.png", png(22))}
    choice = {"@type": "oa:Choice", "default": two, "item": []}
    one_ = {"@id": "https://x.example/never.jpg", "service": service}
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest2([one_, two, choice])), encoding="utf-8-sig")
    assert [value_of(item) for item in expand([str(path)], private)] == [11, 22, 22]


def test_a_collection_gives_the_pages_of_its_manifests(site, private):
    first = put_json(site, "/1", manifest2([{"@id": site.put("/a.png", png(1))}]))
    second = put_json(site, "/2", manifest3([image3(site.put("/b.png", png(2)))]))
    members = [{"id": each, "type": "Manifest"} for each in (first, site.address + "/missing", second)]
    address = put_json(site, "/c", {"type": "Collection", "items": members})
    found = list(expand([address], private))
    assert [item.name for item in found] == [first, site.address + "/missing", second]
    assert [value_of(found[0]), value_of(found[2])] == [1, 2]
    assert "no such file" in error_of(found[1])
    put_json(
        site, "/loop", {"type": "Collection", "items": [{"id": site.address + "/loop", "type": "Collection"}]}
    )
    assert "too deeply" in error_of(one(site.address + "/loop", private))


def test_info_json(site, private):
    site.put("/iiif/x/full/max/0/default.jpg", png(77))
    tree = {
        "@context": "http://iiif.io/api/image/3/context.json",
        "id": f"{site.address}/iiif/x",
        "width": 9,
        "height": 9,
    }
    item = one(put_json(site, "/iiif/x/info.json", tree), private)
    assert value_of(item) == 77
    assert item.keys()["file"] == f"{site.address}/iiif/x/info.json"


def test_an_image_larger_than_what_is_decoded_is_asked_for_smaller():
    from kuzushiji.bulk.sources import iiif
    from kuzushiji.images.read import MAX_PIXELS, MAX_SIDE

    [image] = iiif.images(manifest3([service3("https://x.example/i", width=40_000, height=20_000)]))
    size = image.address.split("/full/")[1].split("/")[0]
    width, height = map(int, size.removeprefix("!").split(","))
    assert size.startswith("!")
    assert width * height <= MAX_PIXELS
    assert max(width, height) <= MAX_SIDE
    assert abs(width / height - 2) < 0.01


@pytest.mark.parametrize(
    "tree",
    [
        {"type": "Manifest", "items": []},
        {"type": "Manifest", "items": [{"items": [{"items": [{"body": {"type": "Image"}}]}]}]},
        {"type": "Manifest", "items": "x"},
        {"sequences": [{"canvases": [{"images": [{"resource": {"@id": "file:///etc/passwd"}}]}]}]},
        {"sequences": [[1, 2]]},
        {"type": "Collection", "items": []},
        {"type": "Collection", "items": [{"type": "Manifest", "id": 5}]},
        [1],
        "text",
    ],
)
def test_odd_documents_are_one_line(tmp_path, tree, private):
    path = tmp_path / "m.json"
    path.write_text(json.dumps(tree))
    bad, good = expand([str(path), save(tmp_path / "g.png", 4)], private)
    assert "IIIF" in error_of(bad) or "manifest" in error_of(bad) or "collection" in error_of(bad)
    assert value_of(good) == 4


def test_a_manifest_cannot_reach_what_is_private(site, tmp_path):
    path = tmp_path / "m.json"
    path.write_text(json.dumps(manifest3([image3(site.put("/a.png", png()))])))
    assert "--allow-private" in error_of(one(str(path), SourceOptions()))
    assert site.asked == []
