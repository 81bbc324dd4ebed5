"""Dockerfile, compose.yaml and what stands beside: as their readers read them.

`make image` does what the Dockerfile says in a clean Debian; that takes minutes, and is
no part of the suite.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
DEPLOY = ROOT / "deploy"
COMPOSE = (ROOT / "compose.yaml").read_text()
PROFILES = {
    "sqlite": {"lite-migrate", "lite-web", "lite-worker", "lite-backup"},
    "full": {"database", "redis", "migrate", "web", "worker", "backup"},
    "tls": {"proxy"},
}


def run(*command, **more):
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, **more
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def interpolated(values=()):
    """As compose does before it reads: ${NAME:-default}."""

    def value(found):
        name, _, default = found[1].partition(":-")
        return dict(values).get(name, default)

    return re.sub(r"\$\{([^}]+)\}", value, COMPOSE)


def test_hadolint_finds_nothing():
    hadolint = Path(sys.executable).with_name("hadolint")  # requirements-dev.txt
    assert run(hadolint, ROOT / "Dockerfile") == ""


def test_the_image_is_of_debian_as_the_page_says_and_no_root():
    text = (ROOT / "Dockerfile").read_text()
    assert len(re.findall(r"^FROM ", text, re.M)) == 3
    assert re.search(r"^USER 10001:10001$", text, re.M)
    assert "HEALTHCHECK" in text
    assert "SECRET_KEY" not in text


@pytest.mark.parametrize("name", ["build", "healthy", "packages", "run"])
def test_a_script_of_the_image_can_be_run(name):
    path = DEPLOY / "image" / name
    assert os.access(path, os.X_OK)
    if path.read_text().startswith("#!/bin/sh"):
        run("/bin/sh", "-n", path)


def test_the_image_has_all_that_serves_and_no_test():
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    for name in ("animecollections", "collections_app", "history", "profiles"):
        assert f"!{name}" in sent
    assert "**/tests" in sent
    copied = re.findall(r"^COPY (?!--)(.+)$", (ROOT / "Dockerfile").read_text(), re.M)
    for line in copied:
        *sources, _ = line.split()
        assert all((ROOT / source).exists() for source in sources)


def test_compose_has_three_profiles():
    compose_spec = pytest.importorskip("compose_spec")
    read = compose_spec.PyOptions(apply_merge=True).from_yaml(interpolated())
    read.validate()
    services = yaml.safe_load(interpolated())["services"]
    found = {
        profile: {name for name, one in services.items() if profile in one["profiles"]}
        for profile in PROFILES
    }
    assert found == PROFILES
    assert {*services} == set.union(*PROFILES.values())


def test_what_compose_runs_of_ours_can_write_nothing_but_its_data():
    for name, service in yaml.safe_load(interpolated())["services"].items():
        if name in ("database", "redis", "proxy"):
            continue
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["tmpfs"] == ["/tmp"]  # noqa: S108


def test_compose_takes_settings_that_there_are():
    page = (ROOT / "docs" / "settings.md").read_text()
    for_compose = {"POSTGRES_PASSWORD", "SITE"}
    text = (DEPLOY / "compose.env.example").read_text()
    named = set(re.findall(r"^(?:# )?([A-Z_0-9]+)=", text, re.M)) - for_compose
    assert named
    for name in named | {"DATABASE_URL", "REDIS_URL"}:
        assert f"| `{name}` |" in page


def test_caddy_reads_its_file():
    caddy = shutil.which("caddy") or pytest.skip("there is no caddy here")
    run(caddy, "validate", "--adapter=caddyfile", f"--config={DEPLOY / 'Caddyfile'}")


# --- Monitoring --------------------------------------------------------------------

ALERTS = yaml.safe_load((DEPLOY / "monitoring" / "alerts.yaml").read_text())
DASHBOARD = json.loads((DEPLOY / "monitoring" / "grafana.json").read_text())
METRIC = re.compile(
    r"\b(?:http|live|writes|tasks?|jobs?|database)_[a-z_]+\b(?=[{\[) ]|$)"
)


def expressions():
    for group in ALERTS["groups"]:
        yield from ((rule["alert"], rule["expr"]) for rule in group["rules"])
    for panel in DASHBOARD["panels"]:
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])


@pytest.mark.django_db
def test_alerts_and_dashboard_ask_for_figures_that_there_are(visitor, settings):
    settings.METRICS_TOKEN = "of-this-test-alone"
    visitor.get("/api")
    told = visitor.get(
        "/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}
    ).content.decode()
    there_are = set(re.findall(r"^# TYPE (\w+) ", told, re.M))
    there_are |= {f"{name}_bucket" for name in there_are}
    for name, expression in expressions():
        asked = set(METRIC.findall(expression)) - {"exported_job"}
        assert asked or "up{" in expression, name
        assert asked <= there_are, name


def test_each_alarm_says_what_to_do():
    for rule in ALERTS["groups"][0]["rules"]:
        assert {"summary", "action"} <= rule["annotations"].keys()
        assert rule["labels"]["severity"] in ("page", "ticket")


def test_promtool_takes_the_alerts():
    promtool = shutil.which("promtool") or pytest.skip("there is no promtool here")
    run(promtool, "check", "rules", DEPLOY / "monitoring" / "alerts.yaml")
