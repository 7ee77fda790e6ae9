import atexit
import time
import weakref


def _hash(self):
    """Of a record: lists and maps within it are hashed by what they hold."""
    return hash((type(self), *(_hashable(value) for value in vars(self).values())))


def _hashable(value):
    if isinstance(value, list):
        return tuple(_hashable(one) for one in value)
    if isinstance(value, dict):
        return frozenset((name, _hashable(one)) for name, one in value.items())
    return value


class _Choice:
    """One of several: a variant without data is a value, one with data is a class."""

    def __repr__(self):
        return f"{type(self).__name__}.{self._variant}"

    def __reduce_ex__(self, protocol):
        name = vars(self).get("_variant")
        return (getattr, (type(self), name)) if name else super().__reduce_ex__(protocol)


def _choice(kind, **variants):
    for name, variant in variants.items():
        if variant is None:
            variant = object.__new__(kind)
            variant._variant = name
        else:
            variant.__name__, variant.__qualname__ = name, f"{kind.__name__}.{name}"
        setattr(kind, name, variant)


class _Error(Exception):
    """What a traceback, a log and `print(error)` show names nobody: `text` is for the driver, and may name his plate."""

    @property
    def args(self):
        return (str(self),)

    def __str__(self):
        return ": ".join(getattr(self, name) for name in ("code", "detail", "reason") if name in vars(self))

    def __repr__(self):
        return f"{type(self).__qualname__}({self})"

    def __reduce__(self):
        # It crosses processes by its values; notes stay behind.
        return (type(self), tuple(value for name, value in vars(self).items() if name != "__notes__"))


def _kinds(error, **kinds):
    for name, kind in kinds.items():
        kind.__name__, kind.__qualname__ = name, f"{error.__name__}.{name}"
        setattr(error, name, kind)


def _span(value):
    """A length of time is a `timedelta`: a number would not say of what."""
    if not isinstance(value, datetime.timedelta):
        raise TypeError(f"a length of time is a datetime.timedelta, such as timedelta(seconds=10), not {type(value).__name__}")
    if value < datetime.timedelta():
        raise _out_of_range(f"{value} is less than no time")


def _offers(value, port):
    """An object of the app's: refused at once where the core could not call it."""
    if not isinstance(value, port):
        raise TypeError(f"{type(value).__name__} is no {port.__name__}: derive it from mesto.{port.__name__}")
    for name in (name for name in vars(port) if not name.startswith("_")):
        own = getattr(value, name)
        if not callable(own) or getattr(own, "__func__", own) is vars(port)[name]:
            raise TypeError(f"{type(value).__name__} has no method `{name}`, which mesto.{port.__name__} needs")


def _told(port, method, *args):
    """Calls what tells an app something: what that raises Python hears, because the core has nobody to tell."""
    try:
        method(*args)
    except BaseException as error:
        raised = error

        def ignored():
            raise raised

        ignored.__qualname__ = f"{type(port).__name__}.{method.__name__}"
        # The arguments of `sys.unraisablehook` Python alone makes: for what a callback raises.
        ctypes.PYFUNCTYPE(None)(ignored)()


def _stays(self, *_):
    """Of what lies in the core: with a copy it would be let go of twice."""
    raise TypeError(
        f"a {type(self).__name__} can be neither copied nor pickled: it is of a client, and a client belongs to its process; "
        "open another one there"
    )


_PROCESS = None  # whose threads do what is awaited, once anything was


def _is_forked():
    return _PROCESS not in (None, os.getpid())


def _same_process():
    global _PROCESS
    if _is_forked():
        raise RuntimeError(
            "mesto was in use before this process was forked, and its threads stayed behind: start processes with "
            "multiprocessing.get_context('spawn')"
        )
    _PROCESS = os.getpid()


class _Calls:
    """How many calls of the core's threads are under way in Python."""

    def __init__(self):
        self._under_way, self._changing = 0, threading.Lock()

    def __enter__(self):
        with self._changing:
            self._under_way += 1

    def __exit__(self, *_):
        with self._changing:
            self._under_way -= 1

    def __bool__(self):
        return self._under_way > 0 or bool(_UniffiContinuationHandleMap._map)


_CALLS = _Calls()
_OPEN = weakref.WeakSet()  # of clients
_PATIENCE = 5  # seconds that the end of the process waits for calls of the core's threads


def _opened(client):
    global _PROCESS
    _PROCESS = _PROCESS or os.getpid()
    _OPEN.add(client)
    return client


def _part(client, part):
    """What a call of a client answers: where it lies in the core it keeps its client."""
    if hasattr(part, "_handle"):
        part._client = client
    return part


@atexit.register
def _end():
    """A thread of the core's that calls into an interpreter which is gone would abort the process."""
    if _is_forked():
        return
    for client in list(_OPEN):
        client.shut_down()
    until = time.monotonic() + _PATIENCE
    while _CALLS and time.monotonic() < until:
        time.sleep(0.001)
    if _OPEN:
        # What was counted last still leaves Python.
        time.sleep(0.01)


def _out_of_range(detail):
    """As the core has it, in English: a mistake of the app, found before the core is asked."""
    text, advice = "This value is out of range.", "Look at what you typed: it is too small, too large or too far away."
    return MestoError.Refused("out_of_range", text, advice, {}, detail, None, False)


