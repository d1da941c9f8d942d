"""Relationships to servers that run elsewhere: the user gave a URL, nothing is started."""

from collections.abc import Iterable, Sequence

from paasctl.model.host import HostFacts
from paasctl.model.project import Relationship, Service
from paasctl.model.service import External
from paasctl.plan.relationships import Item, endpoint_item


def external_items(
    services: Iterable[Service], facts: HostFacts, cluster: str, links: Sequence[Relationship]
) -> dict[tuple[str, str], Item]:
    """Return the item of every endpoint that one of `links` leads to."""
    result: dict[tuple[str, str], Item] = {}
    for service in services:
        known = facts.services.get(service.name)
        if known is None or not isinstance(known.provider, External):
            continue
        from paasctl.services.external import endpoint

        declared = f"{service.type}:{service.version}"
        for link in links:
            if link.service == service.name:
                shown = endpoint(service, known.provider, link.endpoint)
                item = endpoint_item(shown, service.name, declared, cluster)
                result[service.name, link.endpoint] = item
    return result
