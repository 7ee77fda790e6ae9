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


def _out_of_range(detail):
    """As the core has it, in English: a mistake of the app, found before the core is asked."""
    text, advice = "This value is out of range.", "Choose a smaller amount or a shorter time."
    return MestoError.Refused("out_of_range", text, advice, {}, detail, None, False)


