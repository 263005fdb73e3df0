# SPDX-License-Identifier: GPL-2.0-only
"""The sample pipelines: what their systems demand of them, and their scripts.

Neither GitLab's nor GitHub's nor Jenkins's own linter can be had without their server
or from Debian. The schemas here are the parts of GitLab's and GitHub's published ones
that the samples use, and refuse every other key.
"""

import re
from pathlib import Path
from typing import Any

import jsonschema
import yaml

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT, "minItems": 1}
MAP = {"type": "object", "additionalProperties": TEXT}


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


_WHEN = {"enum": ["always", "on_success", "on_failure"]}
GITLAB = _object(
    "stages nightly",
    stages=TEXTS,
    nightly=_object(
        "stage script",
        stage=TEXT,
        image=TEXT,
        rules={"type": "array", "items": _object("if", **{"if": TEXT})},
        variables=MAP,
        resource_group=TEXT,
        timeout={"type": "string", "pattern": r"^\d+ hours$"},
        before_script=TEXTS,
        script=TEXTS,
        after_script=TEXTS,
        artifacts=_object(
            "paths", when=_WHEN, paths=TEXTS, reports=_object("junit", junit=TEXT)
        ),
    ),
)
_STEP = _object(
    "", **{"if": TEXT, "uses": TEXT, "run": TEXT, "name": TEXT}, **{"with": MAP}
)
_STEP["oneOf"] = [{"required": ["uses"]}, {"required": ["run"]}]
_CRON = {"type": "string", "pattern": r"^(\S+ ){4}\S+$"}
GITHUB = _object(
    "on jobs",
    name=TEXT,
    on=_object(
        "",
        schedule={"type": "array", "items": _object("cron", cron=_CRON)},
        workflow_dispatch=_object(
            "", inputs=_object("", kernel=_object("", description=TEXT, default=TEXT))
        ),
    ),
    permissions={"type": "object", "additionalProperties": {"enum": ["read"]}},
    concurrency=_object("group", group=TEXT),
    jobs=_object(
        "",
        nightly=_object(
            "runs-on steps",
            **{"runs-on": TEXTS, "timeout-minutes": {"type": "integer"}},
            env=MAP,
            steps={"type": "array", "items": _STEP},
        ),
    ),
)


def scripts(path: Path) -> dict[str, str]:
    """Return the shell scripts of a sample by what they are for; they were checked."""
    if path.name == "Jenkinsfile":
        found = re.findall(
            r"^ *sh '((?:[^'\\]|\\.)*)'$", path.read_text(), re.MULTILINE
        )
        return {"night": "\n".join(found[:-1]), "after": found[-1]}
    data = yaml.safe_load(path.read_text())
    jsonschema.validate(data, GITLAB if path.name == "gitlab-ci.yml" else GITHUB)
    if "jobs" in data:
        runs = [
            step["run"] for step in data["jobs"]["nightly"]["steps"] if "run" in step
        ]
        return {"night": runs[0], "after": runs[1]}
    job = data["nightly"]
    return {"night": "\n".join(job["script"]), "after": "\n".join(job["after_script"])}
