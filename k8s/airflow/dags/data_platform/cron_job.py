"""The CronJobs in the folder `jobs`, as Kubernetes would read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

JOBS = Path(__file__).parent.parent / "jobs"

#: Time to start a container and to end it, beside the run itself.
START_SECONDS = 30

# The parser in C, where it is there: the folder is read at each parse.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CronJob:
    """One CronJob."""

    def __init__(self, manifest: dict) -> None:
        self.name: str = manifest["metadata"]["name"]
        self.labels: dict[str, str] = manifest["metadata"]["labels"]
        self.annotations: dict[str, str] = manifest["metadata"]["annotations"]
        self.part_of: str = self.labels["app.kubernetes.io/part-of"]
        #: A rendered overlay names the namespace; the base is for the one that is called like the platform.
        self.namespace: str = manifest["metadata"].get("namespace", self.part_of)
        self.schedule: str = manifest["spec"]["schedule"]
        self.time_zone: str = manifest["spec"]["timeZone"]
        job = manifest["spec"]["jobTemplate"]["spec"]
        self.retries: int = job["backoffLimit"]
        self.pod: dict = {"apiVersion": "v1", "kind": "Pod", **job["template"]}
        self.container: dict = job["template"]["spec"]["containers"][0]

    @property
    def description(self) -> str:
        return self.annotations["kubernetes.io/description"]

    @property
    def pool(self) -> str:
        return self.annotations[f"{self.part_of}/pool"]

    @property
    def has_history(self) -> bool:
        return self.annotations[f"{self.part_of}/has-history"] == "true"

    @property
    def attempt_seconds(self) -> int:
        """The time limit of one attempt: the program ends itself at its deadline."""
        environment = {it["name"]: it.get("value") for it in self.container["env"]}
        grace = self.pod["spec"]["terminationGracePeriodSeconds"]
        return START_SECONDS + int(environment["DEADLINE_SECONDS"]) + grace


def cron_jobs(only: str | None) -> Iterator[CronJob]:
    """All CronJobs, or the one of this name."""
    for path in sorted(JOBS.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        # A worker that runs one task need not parse the others.
        if only and f"name: {only}\n" not in text:
            continue
        for document in yaml.load_all(text, Loader=LOADER):
            if document and document["kind"] == "CronJob" and only in (None, document["metadata"]["name"]):
                yield CronJob(document)
