"""Relationships to servers that run elsewhere: the user gave a URL, nothing is started."""

from collections.abc import Iterator

from paasctl.model.host import HostFacts
from paasctl.model.project import Project, Relationship
from paasctl.model.service import External
from paasctl.plan.relationships import Item, endpoint_item


def external_items(project: Project, facts: HostFacts, cluster: str) -> dict[tuple[str, str], Item]:
    """Return the item of every endpoint that somebody has a relationship to."""
    result: dict[tuple[str, str], Item] = {}
    for service in project.services:
        known = facts.services.get(service.name)
        if known is None or not isinstance(known.provider, External):
            continue
        from paasctl.services.external import endpoint

        declared = f"{service.type}:{service.version}"
        for link in _relationships(project):
            if link.service == service.name:
                shown = endpoint(service, known.provider, link.endpoint)
                item = endpoint_item(shown, service.name, declared, cluster)
                result[service.name, link.endpoint] = item
    return result


def _relationships(project: Project) -> Iterator[Relationship]:
    """Yield the relationships of every instance."""
    for app in project.apps:
        yield from app.web.settings.relationships
        for worker in app.workers:
            yield from worker.settings.relationships
