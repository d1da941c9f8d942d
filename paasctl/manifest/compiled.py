"""Generated from schemas/*.json by schemas/generate.py; do not edit.

Each public function says whether a value is valid; `explain.py` says why it is not.
"""

# ruff: noqa: E713, E714, SIM102, SIM103
# mypy: disable-error-code="redundant-expr"

import re
from collections.abc import Callable
from typing import Final

_Checks = dict[str, Callable[[object], bool]]


def _application_0(v: object) -> bool:
    if not (type(v) is str):
        return False
    if type(v) is str and len(v) > 63:
        return False
    if type(v) is str and not re.search("^[a-z0-9](?:[a-z0-9_]|-(?!-))*$(?!\\n)", v):
        return False
    return True


def _application_1(v: object) -> bool:
    if not (type(v) is str):
        return False
    if type(v) is str and not re.search("^[a-z][a-z0-9-]*:\\S+$(?!\\n)", v):
        return False
    return True


def _application_2(v: object) -> bool:
    if not (type(v) is str or type(v) is dict):
        return False
    return True


def _application_3(v: object) -> bool:
    if not (type(v) is list or v is None):
        return False
    if type(v) is list:
        for x in v:
            if not _application_2(x):
                return False
    return True


def _application_4(v: object) -> bool:
    if not (type(v) is list or v is None):
        return False
    if type(v) is list:
        for x in v:
            if not _application_2(x):
                return False
    return True


_application_5_p: Final[_Checks] = {
    "runtimes": _application_3,
    "packages": _application_4,
}


def _application_5(v: object) -> bool:
    if not (type(v) is list or type(v) is dict or type(v) is str or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_5_p.get(k)
            if f is None or not f(x):
                return False
    if type(v) is list:
        for x in v:
            if not _application_2(x):
                return False
    return True


def _application_6(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    if v not in ["AUTO", "XS", "S", "M", "L", "XL", "2XL", "4XL", None]:
        return False
    return True


def _application_7(v: object) -> bool:
    if not ((type(v) is int or (type(v) is float and v.is_integer())) or v is None):
        return False
    if isinstance(v, int | float) and v < 128:
        return False
    return True


def _application_8(v: object) -> bool:
    if not ((type(v) is int or (type(v) is float and v.is_integer())) or v is None):
        return False
    if isinstance(v, int | float) and v < 0:
        return False
    return True


_application_9_p: Final[_Checks] = {
    "base_memory": _application_8,
    "memory_ratio": _application_8,
}


def _application_9(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_9_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_10(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    if v not in ["HIGH_CPU", "BALANCED", "HIGH_MEMORY", "HIGHER_MEMORY", None]:
        return False
    return True


def _application_11(v: object) -> bool:
    if not (type(v) is str):
        return False
    if type(v) is str and len(v) > 63:
        return False
    if type(v) is str and not re.search("^[A-Za-z0-9](?:[A-Za-z0-9_]|-(?!-))*$(?!\\n)", v):
        return False
    return True


def _application_12(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    if type(v) is str and len(v) < 1:
        return False
    return True


_application_13_p: Final[_Checks] = {
    "service": _application_12,
    "endpoint": _application_12,
}


def _application_13(v: object) -> bool:
    if not (type(v) is str or v is None or type(v) is dict):
        return False
    if type(v) is str and not re.search("^[^:\\s]+:[^:\\s]+$(?!\\n)", v):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_13_p.get(k)
            if f is None or not f(x):
                return False
    return True


_application_14_p: Final[_Checks] = {}


def _application_14(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            if not _application_11(k):
                return False
            f = _application_14_p.get(k)
            if not (f or _application_13)(x):
                return False
    return True


def _application_15(v: object) -> bool:
    if not (type(v) is str):
        return False
    if v not in ["admin", "contributor", "viewer"]:
        return False
    return True


_application_16_p: Final[_Checks] = {
    "ssh": _application_15,
}


def _application_16(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_16_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_17(v: object) -> bool:
    if not (type(v) is str):
        return False
    if v not in ["local", "service", "tmp", "temporary", "storage", "instance"]:
        return False
    return True


def _application_18(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    return True


_application_19_p: Final[_Checks] = {
    "source": _application_17,
    "source_path": _application_18,
    "service": _application_18,
}


def _application_19(v: object) -> bool:
    if not (type(v) is dict or type(v) is str):
        return False
    if type(v) is str and not re.search("^shared:files(?:/.*)?$", v):
        return False
    if type(v) is dict:
        if not ("source" in v):
            return False
        for k, x in v.items():
            f = _application_19_p.get(k)
            if f is None or not f(x):
                return False
    return True


_application_20_p: Final[_Checks] = {}


def _application_20(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_20_p.get(k)
            if not (f or _application_19)(x):
                return False
    return True


def _application_21(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    return True


_application_22_p: Final[_Checks] = {}


def _application_22(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_22_p.get(k)
            if not (f or _application_21)(x):
                return False
    return True


def _application_23(v: object) -> bool:
    if not (type(v) is str):
        return False
    if v not in ["tcp"]:
        return False
    return True


def _application_24(v: object) -> bool:
    if not (type(v) is str):
        return False
    return True


def _application_25(v: object) -> bool:
    if not (type(v) is list):
        return False
    if type(v) is list:
        for x in v:
            if not _application_24(x):
                return False
    return True


def _application_26(v: object) -> bool:
    if not (type(v) is list):
        return False
    if type(v) is list:
        for x in v:
            if not _application_24(x):
                return False
    return True


def _application_27(v: object) -> bool:
    if not (type(v) is int or (type(v) is float and v.is_integer())):
        return False
    if isinstance(v, int | float) and v < 1:
        return False
    if isinstance(v, int | float) and v > 65535:
        return False
    return True


def _application_28(v: object) -> bool:
    if not (type(v) is list):
        return False
    if type(v) is list:
        for x in v:
            if not _application_27(x):
                return False
    return True


_application_29_p: Final[_Checks] = {
    "protocol": _application_23,
    "ips": _application_25,
    "domains": _application_26,
    "ports": _application_28,
}


def _application_29(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict and len(v) < 1:
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_29_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_30(v: object) -> bool:
    if not (type(v) is list):
        return False
    if type(v) is list:
        for x in v:
            if not _application_29(x):
                return False
    return True


_application_31_p: Final[_Checks] = {
    "outbound": _application_30,
}


def _application_31(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_31_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_32(v: object) -> bool:
    if not (type(v) is str):
        return False
    if type(v) is str and not re.search("^[0-9a-fA-F:.]+$(?!\\n)", v):
        return False
    return True


_application_33_p: Final[_Checks] = {}


def _application_33(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_33_p.get(k)
            if not (f or _application_32)(x):
                return False
    return True


def _application_34(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    if type(v) is str and len(v) < 1:
        return False
    if type(v) is str and not v.strip():
        return False
    return True


_application_35_p: Final[_Checks] = {
    "pre_start": _application_34,
    "start": _application_34,
    "post_start": _application_34,
}


def _application_35(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_35_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_36(v: object) -> bool:
    if not (type(v) is str):
        return False
    if v not in ["tcp", "unix"]:
        return False
    return True


def _application_37(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    if v not in ["http", "fastcgi", None]:
        return False
    return True


_application_38_p: Final[_Checks] = {
    "socket_family": _application_36,
    "protocol": _application_37,
}


def _application_38(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_38_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_39(v: object) -> bool:
    if not (type(v) is str):
        return False
    if type(v) is str and not re.search("^/", v):
        return False
    return True


def _application_40(v: object) -> bool:
    if not (type(v) is list or v is None):
        return False
    if type(v) is list:
        for x in v:
            if not _application_24(x):
                return False
    return True


def _application_41(v: object) -> bool:
    if not (
        (type(v) is int or (type(v) is float and v.is_integer())) or type(v) is str or v is None
    ):
        return False
    if type(v) is str and not re.search("^-?[0-9]+(?:ms|s|m|h|d|w|M|y)?$(?!\\n)", v):
        return False
    return True


def _application_42(v: object) -> bool:
    if not (type(v) is bool or type(v) is str):
        return False
    if type(v) is str and not re.search("^/", v):
        return False
    return True


def _application_43(v: object) -> bool:
    if not (type(v) is bool):
        return False
    return True


def _application_44(v: object) -> bool:
    if not (
        type(v) is str
        or (type(v) is int or (type(v) is float and v.is_integer()))
        or type(v) in (int, float)
        or type(v) is bool
    ):
        return False
    return True


_application_45_p: Final[_Checks] = {}


def _application_45(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_45_p.get(k)
            if not (f or _application_44)(x):
                return False
    return True


def _application_46(v: object) -> bool:
    if not (
        type(v) is str or (type(v) is int or (type(v) is float and v.is_integer())) or v is None
    ):
        return False
    if type(v) is str and not re.search("^[0-9]+[kKmMgG]?$(?!\\n)", v):
        return False
    return True


_application_47_p: Final[_Checks] = {
    "enabled": _application_43,
    "max_request_size": _application_46,
}


def _application_47(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_47_p.get(k)
            if f is None or not f(x):
                return False
    return True


_application_48_p: Final[_Checks] = {
    "expires": _application_41,
    "passthru": _application_42,
    "scripts": _application_43,
    "allow": _application_43,
    "headers": _application_45,
}


def _application_48(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_48_p.get(k)
            if f is None or not f(x):
                return False
    return True


_application_49_p: Final[_Checks] = {}


def _application_49(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_49_p.get(k)
            if not (f or _application_48)(x):
                return False
    return True


_application_50_p: Final[_Checks] = {
    "root": _application_18,
    "index": _application_40,
    "expires": _application_41,
    "passthru": _application_42,
    "scripts": _application_43,
    "allow": _application_43,
    "headers": _application_45,
    "request_buffering": _application_47,
    "rules": _application_49,
}


def _application_50(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_50_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_51(v: object) -> bool:
    if not (v is None):
        return False
    return True


def _application_52(v: object) -> bool:
    return _application_50(v) or _application_51(v)


_application_53_p: Final[_Checks] = {}


def _application_53(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            if not _application_39(k):
                return False
            f = _application_53_p.get(k)
            if not (f or _application_52)(x):
                return False
    return True


def _application_54(v: object) -> bool:
    if not (type(v) is bool or type(v) is str or v is None):
        return False
    return True


def _application_55(v: object) -> bool:
    if not (type(v) is list or v is None):
        return False
    if type(v) is list:
        for x in v:
            if not _application_24(x):
                return False
    return True


def _application_56(v: object) -> bool:
    if not (
        (type(v) is int or (type(v) is float and v.is_integer())) or type(v) is str or v is None
    ):
        return False
    return True


def _application_57(v: object) -> bool:
    if not (type(v) is bool or v is None):
        return False
    return True


_application_58_p: Final[_Checks] = {
    "commands": _application_35,
    "upstream": _application_38,
    "locations": _application_53,
    "size": _application_6,
    "disk": _application_7,
    "resources": _application_9,
    "container_profile": _application_10,
    "relationships": _application_14,
    "access": _application_16,
    "mounts": _application_20,
    "variables": _application_22,
    "timezone": _application_12,
    "firewall": _application_31,
    "additional_hosts": _application_33,
    "document_root": _application_18,
    "passthru": _application_54,
    "index_files": _application_40,
    "whitelist": _application_55,
    "blacklist": _application_55,
    "expires": _application_56,
    "move_to_root": _application_57,
}


def _application_58(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_58_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_59(v: object) -> bool:
    if not (type(v) is str):
        return False
    if type(v) is str and len(v) < 1:
        return False
    if type(v) is str and not v.strip():
        return False
    return True


_application_60_p: Final[_Checks] = {
    "pre_start": _application_34,
    "start": _application_59,
    "post_start": _application_34,
}


def _application_60(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        if not ("start" in v):
            return False
        for k, x in v.items():
            f = _application_60_p.get(k)
            if f is None or not f(x):
                return False
    return True


_application_61_p: Final[_Checks] = {
    "commands": _application_60,
    "size": _application_6,
    "disk": _application_7,
    "resources": _application_9,
    "container_profile": _application_10,
    "relationships": _application_14,
    "access": _application_16,
    "mounts": _application_20,
    "variables": _application_22,
    "timezone": _application_12,
    "firewall": _application_31,
    "additional_hosts": _application_33,
}


def _application_61(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        if not ("commands" in v):
            return False
        for k, x in v.items():
            f = _application_61_p.get(k)
            if f is None or not f(x):
                return False
    return True


_application_62_p: Final[_Checks] = {}


def _application_62(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            if not _application_0(k):
                return False
            f = _application_62_p.get(k)
            if not (f or _application_61)(x):
                return False
    return True


_application_63_p: Final[_Checks] = {
    "flavor": _application_18,
    "caches": _application_21,
}


def _application_63(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_63_p.get(k)
            if f is None or not f(x):
                return False
    return True


_application_64_p: Final[_Checks] = {}


def _application_64(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_64_p.get(k)
            if not (f or _application_21)(x):
                return False
    return True


_application_65_p: Final[_Checks] = {
    "build": _application_18,
    "deploy": _application_18,
    "post_deploy": _application_18,
}


def _application_65(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_65_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_66(v: object) -> bool:
    if not (type(v) is str):
        return False
    if type(v) is str and len(v) < 1:
        return False
    return True


_application_67_p: Final[_Checks] = {
    "start": _application_59,
    "stop": _application_34,
}


def _application_67(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        if not ("start" in v):
            return False
        for k, x in v.items():
            f = _application_67_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_68(v: object) -> bool:
    if not ((type(v) is int or (type(v) is float and v.is_integer())) or v is None):
        return False
    if isinstance(v, int | float) and v < 0:
        return False
    if isinstance(v, int | float) and v > 86400:
        return False
    return True


def _application_69(v: object) -> bool:
    if type(v) is dict:
        if not ("commands" in v):
            return False
    return True


def _application_70(v: object) -> bool:
    if type(v) is dict:
        if not ("cmd" in v):
            return False
    return True


_application_71_p: Final[_Checks] = {
    "spec": _application_66,
    "cmd": _application_59,
    "commands": _application_67,
    "shutdown_timeout": _application_8,
    "timeout": _application_68,
}


def _application_71(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        if not ("spec" in v):
            return False
        for k, x in v.items():
            f = _application_71_p.get(k)
            if f is None or not f(x):
                return False
    return _application_69(v) or _application_70(v)


_application_72_p: Final[_Checks] = {}


def _application_72(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_72_p.get(k)
            if not (f or _application_71)(x):
                return False
    return True


_application_73_p: Final[_Checks] = {
    "command": _application_59,
}


def _application_73(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        if not ("command" in v):
            return False
        for k, x in v.items():
            f = _application_73_p.get(k)
            if f is None or not f(x):
                return False
    return True


_application_74_p: Final[_Checks] = {}


def _application_74(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_74_p.get(k)
            if not (f or _application_73)(x):
                return False
    return True


_application_75_p: Final[_Checks] = {
    "root": _application_18,
    "operations": _application_74,
}


def _application_75(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_75_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_76(v: object) -> bool:
    if not (type(v) is list or v is None):
        return False
    return True


def _application_77(v: object) -> bool:
    if not ((type(v) is int or (type(v) is float and v.is_integer())) or v is None):
        return False
    if isinstance(v, int | float) and v < 10:
        return False
    return True


def _application_78(v: object) -> bool:
    if not ((type(v) is int or (type(v) is float and v.is_integer())) or v is None):
        return False
    if isinstance(v, int | float) and v < 70:
        return False
    return True


_application_79_p: Final[_Checks] = {
    "request_memory": _application_77,
    "reserved_memory": _application_78,
}


def _application_79(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_79_p.get(k)
            if f is None or not f(x):
                return False
    return True


_application_80_p: Final[_Checks] = {
    "extensions": _application_76,
    "disabled_extensions": _application_76,
    "request_terminate_timeout": _application_8,
    "sizing_hints": _application_79,
    "xdebug": _application_21,
    "quicklisp": _application_21,
}


def _application_80(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_80_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_81(v: object) -> bool:
    if not (type(v) is list or v is None):
        return False
    if type(v) is list:
        for x in v:
            if not _application_24(x):
                return False
    return True


_application_82_p: Final[_Checks] = {
    "enabled": _application_43,
    "ignored_rules": _application_81,
}


def _application_82(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        if not ("enabled" in v):
            return False
        for k, x in v.items():
            f = _application_82_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _application_83(v: object) -> bool:
    if not (type(v) is str):
        return False
    if v not in ["viewer", "contributor", "admin"]:
        return False
    return True


_application_84_p: Final[_Checks] = {
    "start": _application_59,
    "stop": _application_34,
}


def _application_84(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        if not ("start" in v):
            return False
        for k, x in v.items():
            f = _application_84_p.get(k)
            if f is None or not f(x):
                return False
    return True


_application_85_p: Final[_Checks] = {
    "role": _application_83,
    "commands": _application_84,
    "timeout": _application_8,
}


def _application_85(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        if not ("commands" in v):
            return False
        for k, x in v.items():
            f = _application_85_p.get(k)
            if f is None or not f(x):
                return False
    return True


_application_86_p: Final[_Checks] = {}


def _application_86(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_86_p.get(k)
            if not (f or _application_85)(x):
                return False
    return True


def _application_87(v: object) -> bool:
    if type(v) is dict:
        if not ("type" in v):
            return False
    return True


def _application_88(v: object) -> bool:
    if type(v) is dict:
        if not ("stack" in v):
            return False
    return True


_application_89_p: Final[_Checks] = {
    "name": _application_0,
    "type": _application_1,
    "stack": _application_5,
    "size": _application_6,
    "disk": _application_7,
    "resources": _application_9,
    "container_profile": _application_10,
    "relationships": _application_14,
    "access": _application_16,
    "mounts": _application_20,
    "variables": _application_22,
    "timezone": _application_12,
    "firewall": _application_31,
    "additional_hosts": _application_33,
    "web": _application_58,
    "workers": _application_62,
    "build": _application_63,
    "dependencies": _application_64,
    "hooks": _application_65,
    "crons": _application_72,
    "source": _application_75,
    "runtime": _application_80,
    "preflight": _application_82,
    "operations": _application_86,
}


def _application_89(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _application_89_p.get(k)
            if f is not None and not f(x):
                return False
    return _application_87(v) or _application_88(v)


def application(value: object) -> bool:
    """Return whether `value` follows schemas/application.json."""
    return _application_89(value)


APPLICATION_KEYS: Final = (
    "name",
    "type",
    "stack",
    "size",
    "disk",
    "resources",
    "container_profile",
    "relationships",
    "access",
    "mounts",
    "variables",
    "timezone",
    "firewall",
    "additional_hosts",
    "web",
    "workers",
    "build",
    "dependencies",
    "hooks",
    "crons",
    "source",
    "runtime",
    "preflight",
    "operations",
)


def _service_0(v: object) -> bool:
    if not (type(v) is str):
        return False
    if type(v) is str and not re.search("^[a-z][a-z0-9-]*:\\S+$(?!\\n)", v):
        return False
    return True


def _service_1(v: object) -> bool:
    if not ((type(v) is int or (type(v) is float and v.is_integer())) or v is None):
        return False
    if isinstance(v, int | float) and v < 1:
        return False
    return True


def _service_2(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    if v not in ["AUTO", "XS", "S", "M", "L", "XL", "2XL", "4XL", None]:
        return False
    return True


def _service_3(v: object) -> bool:
    if not ((type(v) is int or (type(v) is float and v.is_integer())) or v is None):
        return False
    if isinstance(v, int | float) and v < 0:
        return False
    return True


_service_4_p: Final[_Checks] = {
    "base_memory": _service_3,
    "memory_ratio": _service_3,
}


def _service_4(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _service_4_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _service_5(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    if v not in ["HIGH_CPU", "BALANCED", "HIGH_MEMORY", "HIGHER_MEMORY", None]:
        return False
    return True


def _service_6(v: object) -> bool:
    if not (type(v) is str):
        return False
    if v not in ["tcp"]:
        return False
    return True


def _service_7(v: object) -> bool:
    if not (type(v) is str):
        return False
    return True


def _service_8(v: object) -> bool:
    if not (type(v) is list):
        return False
    if type(v) is list:
        for x in v:
            if not _service_7(x):
                return False
    return True


def _service_9(v: object) -> bool:
    if not (type(v) is list):
        return False
    if type(v) is list:
        for x in v:
            if not _service_7(x):
                return False
    return True


def _service_10(v: object) -> bool:
    if not (type(v) is int or (type(v) is float and v.is_integer())):
        return False
    if isinstance(v, int | float) and v < 1:
        return False
    if isinstance(v, int | float) and v > 65535:
        return False
    return True


def _service_11(v: object) -> bool:
    if not (type(v) is list):
        return False
    if type(v) is list:
        for x in v:
            if not _service_10(x):
                return False
    return True


_service_12_p: Final[_Checks] = {
    "protocol": _service_6,
    "ips": _service_8,
    "domains": _service_9,
    "ports": _service_11,
}


def _service_12(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict and len(v) < 1:
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _service_12_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _service_13(v: object) -> bool:
    if not (type(v) is list):
        return False
    if type(v) is list:
        for x in v:
            if not _service_12(x):
                return False
    return True


_service_14_p: Final[_Checks] = {
    "outbound": _service_13,
}


def _service_14(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _service_14_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _service_15(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    return True


def _service_16(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    if type(v) is str and len(v) < 1:
        return False
    return True


_service_17_p: Final[_Checks] = {
    "service": _service_16,
    "endpoint": _service_16,
}


def _service_17(v: object) -> bool:
    if not (type(v) is str or v is None or type(v) is dict):
        return False
    if type(v) is str and not re.search("^[^:\\s]+:[^:\\s]+$(?!\\n)", v):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _service_17_p.get(k)
            if f is None or not f(x):
                return False
    return True


_service_18_p: Final[_Checks] = {}


def _service_18(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _service_18_p.get(k)
            if not (f or _service_17)(x):
                return False
    return True


_service_19_p: Final[_Checks] = {
    "type": _service_0,
    "disk": _service_1,
    "size": _service_2,
    "resources": _service_4,
    "container_profile": _service_5,
    "firewall": _service_14,
    "access": _service_15,
    "configuration": _service_15,
    "relationships": _service_18,
}


def _service_19(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        if not ("type" in v):
            return False
        for k, x in v.items():
            f = _service_19_p.get(k)
            if f is None or not f(x):
                return False
    return True


def service(value: object) -> bool:
    """Return whether `value` follows schemas/service.json."""
    return _service_19(value)


SERVICE_KEYS: Final = (
    "type",
    "disk",
    "size",
    "resources",
    "container_profile",
    "firewall",
    "access",
    "configuration",
    "relationships",
)


def _route_0(v: object) -> bool:
    if not (type(v) is str):
        return False
    if v not in ["upstream", "redirect", "proxy"]:
        return False
    return True


def _route_1(v: object) -> bool:
    if not (type(v) is str):
        return False
    if type(v) is str and not re.search("^[^:\\s]+:[^:\\s]+$(?!\\n)", v):
        return False
    return True


def _route_2(v: object) -> bool:
    if not (type(v) is str):
        return False
    if type(v) is str and len(v) < 1:
        return False
    return True


def _route_3(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    return True


def _route_4(v: object) -> bool:
    if not (type(v) is bool or v is None):
        return False
    return True


def _route_5(v: object) -> bool:
    if not (type(v) is str):
        return False
    return True


_route_6_p: Final[_Checks] = {}


def _route_6(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _route_6_p.get(k)
            if not (f or _route_5)(x):
                return False
    return True


def _route_7(v: object) -> bool:
    if not (type(v) is bool or type(v) is dict or v is None):
        return False
    return True


def _route_8(v: object) -> bool:
    if not (
        (type(v) is int or (type(v) is float and v.is_integer())) or type(v) is str or v is None
    ):
        return False
    if type(v) is str and not re.search("^-?[0-9]+(?:ms|s|m|h|d|w|M|y)?$(?!\\n)", v):
        return False
    return True


def _route_9(v: object) -> bool:
    if not (type(v) is bool):
        return False
    return True


def _route_10(v: object) -> bool:
    if not (type(v) is int or (type(v) is float and v.is_integer())):
        return False
    if v not in [301, 302, 307, 308]:
        return False
    return True


_route_11_p: Final[_Checks] = {
    "to": _route_2,
    "regexp": _route_9,
    "prefix": _route_9,
    "append_suffix": _route_9,
    "code": _route_10,
    "expires": _route_8,
}


def _route_11(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        if not ("to" in v):
            return False
        for k, x in v.items():
            f = _route_11_p.get(k)
            if f is None or not f(x):
                return False
    return True


_route_12_p: Final[_Checks] = {}


def _route_12(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _route_12_p.get(k)
            if not (f or _route_11)(x):
                return False
    return True


_route_13_p: Final[_Checks] = {
    "expires": _route_8,
    "paths": _route_12,
}


def _route_13(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        if not ("paths" in v):
            return False
        for k, x in v.items():
            f = _route_13_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _route_14(v: object) -> bool:
    if not (type(v) is int or (type(v) is float and v.is_integer())):
        return False
    if isinstance(v, int | float) and v < 0:
        return False
    return True


def _route_15(v: object) -> bool:
    if not (type(v) is list):
        return False
    if type(v) is list:
        for x in v:
            if not _route_5(x):
                return False
    return True


def _route_16(v: object) -> bool:
    if not (type(v) is list):
        return False
    if type(v) is list:
        for x in v:
            if not _route_5(x):
                return False
    return True


_route_17_p: Final[_Checks] = {
    "enabled": _route_9,
    "default_ttl": _route_14,
    "cookies": _route_15,
    "headers": _route_16,
}


def _route_17(v: object) -> bool:
    if not (type(v) is dict or type(v) is bool or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _route_17_p.get(k)
            if f is None or not f(x):
                return False
    return True


_route_18_p: Final[_Checks] = {
    "enabled": _route_9,
}


def _route_18(v: object) -> bool:
    if not (type(v) is dict or type(v) is bool or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _route_18_p.get(k)
            if f is None or not f(x):
                return False
    return True


_route_19_p: Final[_Checks] = {
    "enabled": _route_4,
    "include_subdomains": _route_4,
    "preload": _route_4,
}


def _route_19(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _route_19_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _route_20(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    if v not in ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3", None]:
        return False
    return True


def _route_21(v: object) -> bool:
    if not (type(v) is str or v is None):
        return False
    if v not in ["require", "request", None]:
        return False
    return True


def _route_22(v: object) -> bool:
    if not (type(v) is list or v is None):
        return False
    if type(v) is list:
        for x in v:
            if not _route_5(x):
                return False
    return True


_route_23_p: Final[_Checks] = {
    "strict_transport_security": _route_19,
    "min_version": _route_20,
    "client_authentication": _route_21,
    "client_certificate_authorities": _route_22,
}


def _route_23(v: object) -> bool:
    if not (type(v) is dict or v is None):
        return False
    if type(v) is dict:
        for k, x in v.items():
            f = _route_23_p.get(k)
            if f is None or not f(x):
                return False
    return True


def _route_24(v: object) -> bool:
    if v != "upstream":
        return False
    return True


_route_25_p: Final[_Checks] = {
    "type": _route_24,
}


def _route_25(v: object) -> bool:
    if type(v) is dict:
        if not ("upstream" in v):
            return False
        for k, x in v.items():
            f = _route_25_p.get(k)
            if f is not None and not f(x):
                return False
    return True


def _route_26(v: object) -> bool:
    if v not in ["redirect", "proxy"]:
        return False
    return True


_route_27_p: Final[_Checks] = {
    "type": _route_26,
}


def _route_27(v: object) -> bool:
    if type(v) is dict:
        if not ("to" in v):
            return False
        for k, x in v.items():
            f = _route_27_p.get(k)
            if f is not None and not f(x):
                return False
    return True


_route_28_p: Final[_Checks] = {
    "type": _route_0,
    "upstream": _route_1,
    "to": _route_2,
    "id": _route_3,
    "primary": _route_4,
    "attributes": _route_6,
    "sticky": _route_7,
    "redirects": _route_13,
    "cache": _route_17,
    "ssi": _route_18,
    "tls": _route_23,
}


def _route_28(v: object) -> bool:
    if not (type(v) is dict):
        return False
    if type(v) is dict:
        if not ("type" in v):
            return False
        for k, x in v.items():
            f = _route_28_p.get(k)
            if f is None or not f(x):
                return False
    return _route_25(v) or _route_27(v)


def route(value: object) -> bool:
    """Return whether `value` follows schemas/route.json."""
    return _route_28(value)


ROUTE_KEYS: Final = (
    "type",
    "upstream",
    "to",
    "id",
    "primary",
    "attributes",
    "sticky",
    "redirects",
    "cache",
    "ssi",
    "tls",
)
