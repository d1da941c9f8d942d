"""Firewall rules and host names (rules A27, A35 of spec 13, spec 10.8)."""

from collections.abc import Iterator

from paasctl.manifest.document import Data
from paasctl.manifest.facts import AppFacts, Facts, error, warning
from paasctl.manifest.plain import as_map
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem


def check_network(facts: Facts) -> Iterator[Problem]:
    """What the app and each instance say of themselves."""
    for app in facts.apps:
        for at in ((), *(instance.at for instance in app.instances)):
            owner: Data = dict(app.data)
            for step in at:
                owner = as_map(owner).get(str(step))
            yield from _hosts(app, (*at, "additional_hosts"), as_map(owner).get("additional_hosts"))
            outbound = as_map(as_map(owner).get("firewall")).get("outbound")
            for index, rule in enumerate(outbound if isinstance(outbound, list) else ()):
                yield from _rule(app, (*at, "firewall", "outbound", index), rule)


def _hosts(app: AppFacts, path: KeyPath, hosts: Data) -> Iterator[Problem]:
    for name, address in as_map(hosts).items():
        if not _is_address(str(address)):
            message = f'"{address}" is no IP address'
            fix = "four numbers from 0 to 255, or an IPv6 address"
            yield error("bad-value", app.section, (*path, name), message, fix)


def _is_address(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _rule(app: AppFacts, path: KeyPath, rule: Data) -> Iterator[Problem]:
    given = as_map(rule)
    if given.get("ips") and given.get("domains"):
        message = '"ips" and "domains" exclude each other'
        fix = "make two rules of them"
        yield error("conflicting-keys", app.section, (*path, "domains"), message, fix, key=True)
    ranges, ports = given.get("ips"), given.get("ports")
    for index, text in enumerate(ranges if isinstance(ranges, list) else ()):
        if text is not None and not _is_range(str(text)):
            message = f'"{text}" is no range of addresses'
            fix = "write it as CIDR, such as  192.0.2.0/24"
            yield error("bad-value", app.section, (*path, "ips", index), message, fix)
    if isinstance(ports, list) and 25 in ports:
        message = "port 25 is closed on the platform whatever the rules say"
        fix = "send mail through PLATFORM_SMTP_HOST"
        where = (*path, "ports", ports.index(25))
        yield warning("without-effect", app.section, where, message, fix)


def _is_range(text: str) -> bool:
    from ipaddress import ip_network

    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
