"""What a schema cannot say: the list of rules, each a function of the facts (spec 13)."""

from typing import Final

from paasctl.manifest import (
    check_app,
    check_build,
    check_commands,
    check_configuration,
    check_crons,
    check_hooks,
    check_locations,
    check_mounts,
    check_network,
    check_redirects,
    check_relationships,
    check_routes,
    check_services,
    check_versions,
)
from paasctl.manifest.facts import Facts, Rule
from paasctl.model.problem import Problem

RULES: Final[tuple[Rule, ...]] = (
    check_app.check_runtimes,
    check_app.check_source_root,
    check_app.check_disk_sizes,
    check_app.check_upsun_keys,
    check_app.check_names,
    check_app.check_null_keys,
    check_app.check_worker_names,
    check_versions.check_versions,
    check_build.check_flavor,
    check_build.check_stack,
    check_build.check_node_env,
    check_hooks.check_hooks,
    check_hooks.check_cron_shell,
    check_crons.check_crons,
    check_crons.check_timezones,
    check_network.check_network,
    check_relationships.check_targets,
    check_relationships.check_unchecked,
    check_relationships.check_names,
    check_relationships.check_cycles,
    check_relationships.check_unreachable,
    check_mounts.check_disk,
    check_mounts.check_paths,
    check_mounts.check_sources,
    check_mounts.check_unserved,
    check_locations.check_locations,
    check_locations.check_legacy_web,
    check_commands.check_gunicorn,
    check_commands.check_background,
    check_commands.check_no_start,
    check_commands.check_only_hooks,
    check_commands.check_wrapped,
    check_commands.check_port,
    check_services.check_service_names,
    check_services.check_types,
    check_services.check_service_disks,
    check_services.check_unused_services,
    check_configuration.check_endpoints,
    check_configuration.check_cores,
    check_configuration.check_varnish,
    check_routes.check_urls,
    check_routes.check_upstreams,
    check_routes.check_primary,
    check_routes.check_size,
    check_routes.check_unrouted,
    check_redirects.check_route_keys,
    check_redirects.check_redirects,
)


def crosscheck(facts: Facts) -> tuple[Problem, ...]:
    """Return everything that the rules find."""
    return tuple(problem for rule in RULES for problem in rule(facts))
