"""The link over urllib: what surely was not sent, what may have been, and what never leaves for another host."""

import socket
import tempfile
import threading
import unittest
from datetime import timedelta

from harness import mesto


class Reply:
    """Remembers the one word it was told."""

    def __init__(self):
        self.ends, self.told = [], threading.Event()

    def _end(self, *end):
        self.ends.append(end)
        self.told.set()

    def answered(self, answer):
        self._end("answered", answer.status, answer.body)

    def not_sent(self, why):
        self._end("not sent")

    def unknown(self, why):
        self._end("unknown")


def served(answer):
    """What the link tells of a server that reads a request, writes these bytes and closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = []

        def serve():
            connection = server.accept()[0]
            with connection:
                while b"\r\n\r\n" not in b"".join(asked):
                    asked.append(connection.recv(4096))
                connection.sendall(answer)

        serving = threading.Thread(target=serve)
        serving.start()
        end = sent(f"http://127.0.0.1:{server.getsockname()[1]}/v1/keys")
        serving.join(20)
    return end, b"".join(asked)


def sent(url):
    reply = Reply()
    request = mesto.LinkRequest(
        id=1, method="GET", url=url, headers={"authorization": "Bearer t"}, body=None, timeout=timedelta(seconds=10)
    )
    mesto.UrllibLink().send(request, reply)
    if not reply.told.wait(20):
        raise AssertionError("the link tells no end")
    return reply.ends


class OwnLink(unittest.TestCase):
    def test_whatever_the_status_an_answer_is_an_answer(self):
        for status in (200, 422, 503):
            ends, asked = served(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\n{}" % status)
            self.assertEqual([("answered", status, b"{}")], ends)
            self.assertIn(b"Authorization: Bearer t", asked)

    def test_a_redirect_is_not_followed(self):
        ends, _ = served(b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        self.assertEqual([("answered", 302, b"")], ends)

    def test_only_without_a_connection_nothing_was_sent(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            self.assertEqual([("not sent",)], sent(f"http://127.0.0.1:{nobody.getsockname()[1]}/"))
        self.assertEqual([("not sent",)], sent("http://nowhere.invalid/"))
        self.assertEqual([("unknown",)], served(b"")[0])
        self.assertEqual([("unknown",)], served(b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n{}")[0])

    def test_a_stream_that_is_called_off_before_it_begins_is_not_followed(self):
        link, reply = mesto.UrllibLink(), Reply()
        with socket.create_server(("127.0.0.1", 0)) as server:
            stream = mesto.LinkRequest(
                id=7, method="GET", url=f"http://127.0.0.1:{server.getsockname()[1]}/v1/events", headers={}, body=None,
                timeout=timedelta(seconds=10), is_stream=True,
            )
            link.send(stream, reply)
            with server.accept()[0] as connection:
                link.cancel(7)
                connection.sendall(b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\n\r\n: \n")
                self.assertTrue(reply.told.wait(20), "it is followed though it was called off")
        self.assertEqual([("unknown",)], reply.ends)

    def test_the_core_hears_the_same_kinds(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            config = mesto.ClientConfig(
                path=f"{folder}/mesto.db", operator_url=f"http://127.0.0.1:{nobody.getsockname()[1]}", root_key="A" * 43
            )
            with mesto.Mesto(config, mesto.Phone(link=mesto.UrllibLink())) as app:
                with self.assertRaises(mesto.MestoError.Offline):
                    app.cities.refresh("belgrade")

            class Failing(mesto.OperatorLink):
                def send(self, request, reply):
                    raise RuntimeError("no network stack")

                def cancel(self, request):
                    pass

            with mesto.Mesto(config, mesto.Phone(link=Failing())) as app:
                with self.assertRaises(mesto.MestoError.NoAnswer) as unknown:
                    app.cities.refresh("belgrade")
            self.assertIn("no network stack", unknown.exception.detail)


if __name__ == "__main__":
    unittest.main()
