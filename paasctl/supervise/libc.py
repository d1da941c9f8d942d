"""Functions of the C library that Python does not offer, without loading `ctypes`.

`ctypes` is two halves. The one in C can call; the one in Python makes types of C and dictionaries
of types at every start that nobody asks for here, at a quarter of what `python3 -c pass` costs.
The names of the first half begin with an underscore: where one of them is missing, the whole is
loaded instead.
"""

import os
from collections.abc import Callable


def function(name: str) -> Callable[..., int]:
    """Return a function that takes ints (32 bits) and bytes and returns an int.

    AttributeError where the C library has none of that name.
    """
    try:
        from _ctypes import CFuncPtr, _SimpleCData, dlopen, dlsym
    except ImportError:
        import ctypes

        whole: Callable[..., int] = getattr(ctypes.CDLL(None, use_errno=True), name)
        return whole

    class Int(_SimpleCData):  # type: ignore[type-arg]  # not subscriptable when it runs
        _type_ = "i"

    class Function(CFuncPtr):
        _flags_ = _CDECL | _USE_ERRNO
        _restype_ = Int

    try:
        address = dlsym(dlopen(None, 0), name)  # type: ignore[arg-type]  # None: as in dlopen(3)
    except OSError as error:
        raise AttributeError(str(error)) from error
    found: Callable[..., int] = Function(address)
    return found


_CDECL, _USE_ERRNO = 0x1, 0x8
"""How to call: FUNCFLAG_CDECL and FUNCFLAG_USE_ERRNO of Python's own ctypes.h."""


def trouble(what: str) -> OSError:
    """Return what the last call has left in errno."""
    from _ctypes import get_errno

    code = get_errno()
    return OSError(code, os.strerror(code), what)
