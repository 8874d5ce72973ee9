"""`make schedule-kubernetes`: the manifest of jobs/schedule against the schemas that Kubernetes publishes, and against the program.

    with_kubernetes.py SHOPSCORE RULES

Schemas do not know what an API server refuses besides, nor what the program wants: that is asked here, too. A night runs with the
settings of the manifest, its user and its folders, the settings and rules laid out with links as a ConfigMap is mounted.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import yaml
from kubernetes_validate import validate
from kubernetes_validate.utils import all_versions
from scratch import SCHEDULE, Job, day

# Before it the schema asked every rule of a pod failure policy for conditions of the pod, those about exit codes, too.
OLDEST = (1, 29)
VERSIONS = [found for found in all_versions() if tuple(map(int, found.split(".")[:2])) >= OLDEST]
EXIT_CODES = {"FailJob": [1, 2, 3, 4, 6], "Count": [5, 75]}


def validated(documents: list[dict]) -> dict[str, dict]:
    """The documents by kind and name, each held against its schema, in which no unknown field is allowed."""
    for document in documents:
        for version in VERSIONS:
            validate(document, version, strict=True)
    return {f"{document['kind']}/{document['metadata']['name']}": document for document in documents}


def api_server_would_take(job: dict) -> None:
    """Rules of the API server that are in no schema."""
    pod = job["template"]["spec"]
    names = [container["name"] for container in pod["containers"]]
    assert pod["restartPolicy"] == "Never", "podFailurePolicy asks for it"
    codes = {rule["action"]: rule["onExitCodes"] for rule in job["podFailurePolicy"]["rules"] if "onExitCodes" in rule}
    assert {action: on["values"] for action, on in codes.items()} == EXIT_CODES
    assert all(on["containerName"] in names and on["values"] == sorted(on["values"]) for on in codes.values())
    volumes = {volume["name"] for volume in pod["volumes"]}
    assert volumes == {mount["name"] for container in pod["containers"] for mount in container["volumeMounts"]}


def is_restricted(pod: dict) -> None:
    """The profile `restricted` of the Pod Security Standards."""
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False and context["capabilities"]["drop"] == ["ALL"]


def folders_are_mounted(settings: dict, pod: dict) -> None:
    """What the settings name is mounted, and only STATE and OUT to be written."""
    mounts = {mount["mountPath"]: mount.get("readOnly", False) for mount in pod["containers"][0]["volumeMounts"]}
    writable = {path for path, read_only in mounts.items() if not read_only}
    assert writable == {settings["state"], settings["out"]}
    assert {settings["extracts"], settings["rules"], "/etc/shopscore"} == mounts.keys() - writable


def as_config_map(folder: Path, files: dict[str, str]) -> Path:
    """The files as a ConfigMap is mounted: links through `..data` to a folder of their own, so that all change at once."""
    version = folder / "..2026_01_01"
    version.mkdir(parents=True)
    (folder / "..data").symlink_to(version.name)
    for name, text in files.items():
        (version / name).write_text(text)
        (folder / name).symlink_to(f"..data/{name}")
    return folder


def night(job: Job, manifest: str, user: int) -> None:
    """A night as the manifest has it: its settings with the folders of `job`, and its user where this one may change it."""
    rules = as_config_map(job.folder / "rules", {path.name: path.read_text() for path in job.rules.glob("*.csv")})
    settings = tomllib.loads(manifest)
    mounted = {"extracts": job.extracts, "rules": rules, "state": job.state, "out": job.out}
    for name, folder in mounted.items():
        manifest = manifest.replace(f'{name} = "{settings[name]}"', f'{name} = "{folder}"')
    assert tomllib.loads(manifest) == settings | {name: str(folder) for name, folder in mounted.items()}
    config = as_config_map(job.folder / "settings", {"nightly.toml": manifest}) / "nightly.toml"
    # That user may not reach the program where it was built.
    program = shutil.copy(job.shopscore, job.folder / "shopscore")
    command, as_user = [program, "nightly", "--config", str(config), "--wait", "3600"], {}
    if os.geteuid() == 0:
        job.folder.chmod(0o755)
        for folder in (job.state, job.out):
            folder.mkdir()
            os.chown(folder, user, user)
        as_user = {"user": user, "group": user, "extra_groups": []}
    done = subprocess.run(command, env={}, cwd="/", capture_output=True, text=True, **as_user)
    assert done.returncode == 0 and job.published() == {day(1)}, done.stderr


def main() -> int:
    shopscore, rules = (str(Path(given).resolve()) for given in sys.argv[1:3])
    found = validated(list(yaml.safe_load_all((SCHEDULE / "cronjob.yaml").read_text())))
    print(f"{', '.join(found)}: valid in Kubernetes {VERSIONS[0]} to {VERSIONS[-1]}")
    job = found["CronJob/shopscore"]["spec"]["jobTemplate"]["spec"]
    pod = job["template"]["spec"]
    settings = found["ConfigMap/shopscore-settings"]["data"]["nightly.toml"]
    api_server_would_take(job)
    is_restricted(pod)
    folders_are_mounted(tomllib.loads(settings), pod)
    print("its exit codes, folders and privileges are those of the program")
    with tempfile.TemporaryDirectory(prefix="shopscore-kubernetes-") as scratch:
        night(Job(shopscore, Path(rules), Path(scratch)), settings, pod["securityContext"]["runAsUser"])
    print("a night with its settings and its user: published")
    return 0


if __name__ == "__main__":
    sys.exit(main())
