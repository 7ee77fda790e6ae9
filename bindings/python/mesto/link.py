"""The way to the operator over urllib: with the proxies and certificate authorities of this machine's Python."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import threading
import typing
import urllib.error
import urllib.parse
import urllib.request

from .core import LinkAnswer, LinkReply, LinkRequest, OperatorLink

_LONGEST_ANSWER = 8 * 1024 * 1024
_SILENCE = 60  # seconds


class UrllibLink(OperatorLink):
    """Give it as `Phone(link=UrllibLink(), link_streams=True)`; `context` is an `ssl.SSLContext` of one's own."""

    def __init__(self, context: typing.Optional[ssl.SSLContext] = None) -> None:
        handlers = [_Http, _Https(context=context), _NoRedirect]
        self._outside = urllib.request.build_opener(*handlers)
        # A proxy has no business between this machine and itself.
        self._inside = urllib.request.build_opener(*handlers, urllib.request.ProxyHandler({}))
        # Streams that are not called off, each with its connection once there is one.
        self._streams: typing.Dict[int, typing.Optional[socket.socket]] = {}
        self._lock = threading.Lock()

    def send(self, request: LinkRequest, reply: LinkReply) -> None:
        if request.is_stream:
            with self._lock:
                self._streams[request.id] = None
        threading.Thread(target=self._exchange, args=(request, reply), name="mesto-link", daemon=True).start()

    def cancel(self, request: int) -> None:
        """Ends a stream. Another request urllib cannot interrupt: it ends by its time, and its answer is not heard."""
        with self._lock:
            connection = self._streams.pop(request, None)
            if connection:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _exchange(self, request, reply):
        here = urllib.parse.urlsplit(request.url).hostname in ("localhost", "127.0.0.1", "::1")
        opener = self._inside if here else self._outside
        outgoing = urllib.request.Request(request.url, request.body, request.headers, method=request.method)
        try:
            try:
                # Of a stream it is the longest silence; a comment comes every 20 seconds.
                answer = opener.open(outgoing, timeout=_SILENCE if request.is_stream else request.timeout.total_seconds())
            except urllib.error.HTTPError as error:
                answer = error  # an answer like any other, with a status that is none of 2xx
            with answer:
                if request.is_stream and answer.status == 200:
                    return self._follow(request.id, answer, reply)
                body = answer.read(_LONGEST_ANSWER)
                if answer.length:
                    raise http.client.IncompleteRead(body, answer.length)
                reply.answered(LinkAnswer(status=answer.status, headers=dict(answer.headers.items()), body=body))
        except urllib.error.URLError as error:
            (reply.not_sent if isinstance(error.reason, _NotConnected) else reply.unknown)(str(error.reason))
        except Exception as error:  # whatever else it was: the request may have been executed
            reply.unknown(repr(error))
        finally:
            with self._lock:
                self._streams.pop(request.id, None)

    def _follow(self, request, answer, reply):
        # The connection, to be ended from another thread.
        connection = socket.socket(fileno=os.dup(answer.fileno()))
        try:
            with self._lock:
                if request not in self._streams:
                    return reply.unknown("the stream was called off")
                self._streams[request] = connection
            reply.begun(answer.status, dict(answer.headers.items()))
            while piece := answer.read1(65536):
                reply.more(piece)
            reply.unknown("the stream ended")
        finally:
            with self._lock:
                self._streams.pop(request, None)
                connection.close()


class _NotConnected(OSError):
    """No connection was made, so surely nothing was sent."""


class _Telling:
    """A connection that tells its making apart from its use."""

    def connect(self):
        try:
            super().connect()
        except OSError as why:
            raise _NotConnected(str(why)) from why


class _Connection(_Telling, http.client.HTTPConnection):
    pass


class _TlsConnection(_Telling, http.client.HTTPSConnection):
    pass


class _Http(urllib.request.HTTPHandler):
    def http_open(self, request):
        return self.do_open(_Connection, request)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, request):
        return self.do_open(_TlsConnection, request, context=self._context)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the token to another host: it is an answer, and not the operator's."""

    def redirect_request(self, *_):
        return None
