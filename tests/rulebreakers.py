"""A manifest that breaks each rule of the list of the platform's rules, and what is then said.

`RULES`: rule → cases of (files, "code SEVERITY"). The list names rules by letter and number: M for
manifests, A for apps, S for services, R for routes.
"""

APP = "name: app\ntype: 'php:8.4'\n"
PY = "name: app\ntype: 'python:3.13'\n"
WEB = "web: {commands: {start: x}, locations: {%s}}\n"
NEEDS_DB = "relationships: {r: %s}\n"
MARIADB = "db: {type: 'mariadb:11.8', disk: 512%s}\n"
PLATFORM = ".platform.app.yaml"


def app(text, head=APP):
    return {"app.yaml": head + text}


def service(text, link="'db:mysql'"):
    return {"app.yaml": APP + NEEDS_DB % link, "services.yaml": text}


def route(text, url="https://{default}/"):
    given = {"app.yaml": APP + "workers: {q: {commands: {start: x}}}\n"}
    return {**given, "routes.yaml": f"'{url}': {{{text}}}\n"}


UP = "type: upstream, upstream: 'app:http'"
TO = "type: redirect, to: 'https://x/'"
MANY = "".join(f"'https://{n}.x/': {{{TO}}}\n" for n in range(101))
LARGE = f"'https://x/': {{{TO}, attributes: {{a: {'y' * 131_072}}}}}\n"
UPSUN = "applications: {app: {type: 'php:8.4'}}\n"

RULES = {
    "M01": [({"readme": ""}, "no-manifest E")],
    "M02": [(app("a: ["), "yaml-syntax E"), (app("disk: 512\ndisk: 512\n"), "duplicate-key E")],
    "M03": [
        (app("hooks: {build: !include }\n"), "bad-value E"),
        (app("hooks: {build: !include [x]}\n"), "bad-value E"),
        (app("hooks: {build: !include x}\n"), "include-missing E"),
        (app("web: !include app.yaml\n"), "cycle E"),
    ],
    "M04": [
        ({".upsun/a.yaml": UPSUN + "x: {}\n"}, "unknown-key E"),
        ({".upsun/a.yaml": UPSUN, ".upsun/b.yaml": UPSUN}, "duplicate-name E"),
    ],
    "M05": [
        ({PLATFORM: APP, ".platform/services.yml": ""}, "yml-ending W"),
        ({PLATFORM: APP, ".upsun/a.yaml": UPSUN}, "two-flavours W"),
    ],
    "M06": [(app("mounts: {.cache: {source: tmp}}\n"), "dot-key W")],
    "A01": [
        ({"app.yaml": "type: 'php:8.4'\n"}, "missing-key E"),
        ({"app.yaml": "name: A b\ntype: 'php:8.4'\n"}, "bad-name E"),
        ({f"{name}/{PLATFORM}": APP for name in "ab"}, "duplicate-name E"),
    ],
    "A02": [
        ({"app.yaml": "name: app\n"}, "missing-key E"),
        ({"app.yaml": "name: app\ntype: php\n"}, "bad-value E"),
        ({"app.yaml": "name: app\ntype: 'pho:8.4'\n"}, "unknown-type W"),
    ],
    "A03": [({"app.yaml": "name: app\ntype: 'php:7.4'\n"}, "old-version W")],
    "A04": [
        (app("relationship: {}\n"), "unknown-key W"),
        (app("web: {location: {}}\n"), "unknown-key E"),
    ],
    "A05": [(app("disk: '512'\n"), "wrong-type E"), (app("hooks: {build: [x]}\n"), "wrong-type E")],
    "A06": [(app("size: XXL\n"), "bad-value E")],
    "A07": [(app("disk: 127\n"), "bad-value E"), (app("disk: 255\n"), "small-disk W")],
    "A08": [
        (app("access: {ssh: root}\n"), "bad-value E"),
        (app("access: {web: admin}\n"), "unknown-key E"),
    ],
    "A09": [(app("variables: {A: b}\n"), "wrong-type E")],
    "A10": [
        (app("relationships: {r: db}\n"), "bad-value E"),
        (service(MARIADB % "", "'no:mysql'"), "unknown-service E"),
        (service(MARIADB % "", "'db:redis'"), "unknown-endpoint E"),
        (
            service(
                MARIADB % ", configuration: {schemas: [a], endpoints: {x: {}, y: {}}}",
                "{service: db}",
            ),
            "no-default-endpoint E",
        ),
        (app("relationships: {r: 'app:http'}\n"), "cycle E"),
        (service("db: {type: 'network-storage:1.0', disk: 512}\n", "'db:x'"), "unknown-endpoint E"),
    ],
    "A11": [
        (app("mounts: {m: {}}\n"), "missing-key E"),
        (app("mounts: {m: {source: x}}\n"), "bad-value E"),
        (app("mounts: {m: {source: service}}\n"), "missing-key E"),
        (
            {
                **service(MARIADB % ""),
                "app.yaml": APP + "mounts: {m: {source: service, service: db}}\n",
            },
            "bad-value E",
        ),
        (app("mounts: {m: {source: tmp, path: x}}\n"), "unknown-key E"),
        (app("mounts: {m: 'local:x'}\n"), "bad-value E"),
        (app("mounts: {m: {source: tmp}, m/n: {source: tmp}}\n"), "mount-clash W"),
        (app("mounts: {m: {source: tmp}, /m/: {source: tmp}}\n"), "mount-clash E"),
        (app("mounts: {/../m: {source: tmp}}\n"), "path-escape E"),
    ],
    "A12": [
        (app("mounts: {m: {source: local}}\n"), "mount-without-disk E"),
        (app("disk: 512\nmounts: {m: {source: local}}\nweb: {disk: }\n"), "mount-without-disk E"),
    ],
    "A13": [
        (app("workers: {q: {}}\n"), "missing-key E"),
        (app("workers: {q: {commands: {}}}\n"), "missing-key E"),
        (app("workers: {q: {commands: {start: x}, crons: {}}}\n"), "unknown-key E"),
    ],
    "A14": [(app("web: {commands: {post_start: x}}\n", PY), "missing-start W")],
    "A15": [(app("web: {locations: {/: {passthru: true}}}\n", PY), "nothing-to-serve W")],
    "A16": [(app("web: {commands: {start: x &}}\n"), "background-start W")],
    "A17": [
        (app("web: {upstream: {socket_family: udp}}\n"), "bad-value E"),
        (app("web: {upstream: {protocol: ftp}}\n"), "bad-value E"),
    ],
    "A18": [
        (app(WEB % "static: {root: x}"), "bad-value E"),
        (app(WEB % "/: {root: /srv/x}"), "bad-root E"),
        (app(WEB % "/: {root: ../x}"), "path-escape E"),
        (app(WEB % "/: {root: public}", PY), "missing-root W"),
    ],
    "A19": [
        (app(WEB % "/: {rules: {x: {root: y}}}"), "unknown-key E"),
        (app(WEB % "/: {rules: {'(x': {allow: true}}}"), "bad-regex E"),
    ],
    "A20": [
        (app(WEB % "/: {expires: soon}"), "bad-value E"),
        (app(WEB % "/: {request_buffering: {max_request_size: much}}"), "bad-value E"),
    ],
    "A21": [
        (app("web: {document_root: /x, locations: {}}\n"), "conflicting-keys E"),
        (app(WEB % "/: {index: [a.html], allow: false}"), "index-not-allowed W"),
    ],
    "A22": [
        (app("crons: {c: {commands: {start: x}}}\n"), "missing-key E"),
        (app("crons: {c: {spec: '* *', commands: {start: x}}}\n"), "bad-cron E"),
        (app("crons: {c: {spec: '0 1 * * *'}}\n"), "missing-key E"),
        (app("crons: {c: {spec: '0 1 * * *', cmd: x, timeout: 86401}}\n"), "bad-value E"),
    ],
    "A23": [
        (app("crons: {c: {spec: '0 1 * * *', cmd: x}}\n"), "former-syntax W"),
        (app("crons: {c: {spec: '* * * * *', commands: {start: x}}}\n"), "cron-often W"),
    ],
    "A24": [(app("hooks: {deploy: {a: b}}\n"), "wrong-type E")],
    "A25": [
        (app("hooks: {build: 'a; b'}\n"), "hook-goes-on W"),
        (app("hooks: {build: 'source x'}\n"), "bash-syntax W"),
    ],
    "A26": [(app("build: {flavor: rocket}\n"), "unknown-flavor W")],
    "A27": [
        (
            app("firewall: {outbound: [{ips: [10.0.0.0/8], domains: [a.b]}]}\n"),
            "conflicting-keys E",
        ),
        (app("firewall: {outbound: [{ports: [65536]}]}\n"), "bad-value E"),
        (app("firewall: {outbound: [{}]}\n"), "bad-value E"),
        (app("firewall: {outbound: [{ports: [25]}]}\n"), "without-effect W"),
    ],
    "A28": [
        (app("operations: {o: {commands: {}}}\n"), "missing-key E"),
        (app("operations: {o: {role: god, commands: {start: x}}}\n"), "bad-value E"),
    ],
    "A29": [(app("source: {operations: {o: {}}}\n"), "missing-key E")],
    "A30": [(app("source: {root: /nowhere}\n"), "missing-root E")],
    "A31": [(app("timezone: Mars/Base\n"), "bad-timezone E")],
    "A32": [(app("preflight: {}\n"), "missing-key E")],
    "A33": [
        (app("runtime: {sizing_hints: {request_memory: 9}}\n"), "bad-value E"),
        (app("runtime: {sizing_hints: {reserved_memory: 69}}\n"), "bad-value E"),
    ],
    "A34": [(app("container_profile: HUGE\n"), "bad-value E")],
    "A35": [(app("additional_hosts: {a: b}\n"), "bad-value E")],
    "S01": [
        (service("db: {disk: 512}\n"), "missing-key E"),
        (service("db: {type: mariadb, disk: 512}\n"), "bad-value E"),
        (service("db: {type: 'php:8.4'}\n"), "bad-value E"),
        ({"app.yaml": "name: app\ntype: 'mariadb:11.8'\n"}, "bad-value E"),
    ],
    "S02": [
        (service("db: {type: 'maria:11.8', disk: 512}\n"), "unknown-type W"),
        (service("db: {type: 'mariadb:99', disk: 512}\n"), "unknown-version W"),
    ],
    "S03": [
        (service("db: {type: 'redis:8.0', disk: 512}\n", "'db:redis'"), "useless-disk E"),
        (service("db: {type: 'mariadb:11.8'}\n"), "missing-disk W"),
        (service("db: {type: 'mariadb:11.8', disk: 100}\n"), "small-disk E"),
    ],
    "S04": [(service("a_b: {type: 'network-storage:1.0', disk: 512}\n"), "bad-name E")],
    "S05": [
        (
            service(
                MARIADB
                % ", configuration: {schemas: [a], endpoints: {mysql: {privileges: {b: rw}}}}"
            ),
            "undefined-database E",
        ),
        (
            service(
                MARIADB
                % ", configuration: {schemas: [a], endpoints: {mysql: {privileges: {a: x}}}}"
            ),
            "bad-value E",
        ),
        (
            service(
                MARIADB % ", configuration: {schemas: [a], endpoints: {mysql: {default_schema: b}}}"
            ),
            "undefined-database E",
        ),
    ],
    "S06": [(service(MARIADB % ", configuration: {endpoints: {mysql: {}}}"), "missing-key E")],
    "S07": [
        (
            service(
                "db: {type: 'solr:9.9', disk: 512, configuration: "
                "{cores: {a: {}}, endpoints: {s: {core: b}}}}\n",
                "'db:s'",
            ),
            "undefined-database E",
        ),
        (
            service(
                "db: {type: 'solr:9.9', disk: 512, configuration: {core_config: !archive x}}\n",
                "'db:solr'",
            ),
            "include-missing E",
        ),
    ],
    "S08": [
        (
            service("db: {type: 'varnish:6.0', relationships: {a: 'app:http'}}\n", "'db:http'"),
            "missing-key E",
        ),
        (
            service("db: {type: 'varnish:6.0', configuration: {vcl: x}}\n", "'db:http'"),
            "missing-key E",
        ),
        (
            service(
                "db: {type: 'varnish:6.0', configuration: {vcl: x}, "
                "relationships: {a: 'app:http'}}\n",
                "'db:http'",
            ),
            "cycle E",
        ),
    ],
    "S09": [({"app.yaml": APP, "services.yaml": MARIADB % ""}, "unused-service W")],
    "S10": [(service("app: {type: 'mariadb:11.8', disk: 512}\n"), "duplicate-name E")],
    "R01": [
        (route("upstream: 'app:http'"), "missing-key E"),
        (route("type: upstream"), "missing-key E"),
        (route("type: redirect"), "missing-key E"),
        (route("type: proxy"), "missing-key E"),
        (route(UP + ", to: x"), "conflicting-keys E"),
    ],
    "R02": [
        (route("type: upstream, upstream: 'no:http'"), "unknown-service E"),
        (route("type: upstream, upstream: 'app:mysql'"), "unknown-endpoint E"),
        (route("type: upstream, upstream: 'app:php'"), "former-syntax W"),
        (route("type: upstream, upstream: 'q:http'"), "unknown-service E"),
    ],
    "R03": [
        (route(UP, "ftp://{default}/"), "bad-value E"),
        (route(UP, "https://{default}:8443/"), "bad-value E"),
        (route(UP, "https://{defualt}/"), "bad-value E"),
    ],
    "R04": [
        (
            {
                **app(""),
                "routes.yaml": "".join(f"'https://{n}/': {{{TO}, primary: true}}\n" for n in "ab"),
            },
            "duplicate-name E",
        ),
        (
            {**app(""), "routes.yaml": "".join(f"'https://{n}/': {{{TO}, id: x}}\n" for n in "ab")},
            "duplicate-name E",
        ),
    ],
    "R05": [
        (
            {**app(""), "routes.yaml": f"'https://a': {{{TO}}}\n'https://a/': {{{TO}}}\n"},
            "duplicate-name E",
        )
    ],
    "R06": [
        (route(UP + ", redirects: {paths: {/a: {code: 301}}}"), "missing-key E"),
        (
            route(UP + ", redirects: {paths: {^/a: {to: b, regexp: true, prefix: true}}}"),
            "conflicting-keys E",
        ),
        (
            route(UP + ", redirects: {paths: {/a: {to: b, prefix: false, append_suffix: true}}}"),
            "conflicting-keys E",
        ),
        (route(UP + ", redirects: {paths: {/a: {to: b, code: 303}}}"), "bad-value E"),
        (route(UP + ", redirects: {paths: {'^/(a': {to: b, regexp: true}}}"), "bad-regex E"),
    ],
    "R07": [
        (route(UP + ", cache: {default_ttl: 60}"), "missing-key E"),
        (route(UP + ", cache: {enabled: true, headers: [Cookie]}"), "bad-value E"),
        (route(TO + ", cache: {enabled: true}"), "conflicting-keys E"),
        (route(TO + ", ssi: {enabled: true}"), "conflicting-keys E"),
    ],
    "R08": [(route(UP + ", tls: {min_version: SSLv3}"), "bad-value E")],
    "R09": [
        ({**app(""), "routes.yaml": LARGE}, "too-many-routes E"),
        ({**app(""), "routes.yaml": MANY}, "too-many-routes W"),
    ],
    "R10": [
        ({**app(WEB % "/: {root: ''}"), "routes.yaml": f"'https://a/': {{{TO}}}\n"}, "no-route W")
    ],
}
SOFTER = {
    "A02": "a runtime that is not known here may be new",
    "A07": "the list itself: 128 to 255",
    "A11": "a mount inside a mount: real projects have it, and run",
    "A18": "the list itself: a root that is missing",
    "A21": "the list itself: an index that is not allowed",
    "A26": "the list itself",
    "A27": "the list itself: port 25",
    "R02": "the list itself: the endpoint php",
    "R09": "the list itself: more than 100 routes",
    "S03": "a missing disk: on Upsun there is none",
}
"""Rules that the list calls an error and that are a warning in one of their cases, with reasons."""
