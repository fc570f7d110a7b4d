"""Imports the DAGs with a real Airflow and writes every pod that it would ask for.

render.py DAGS PODS: the folder of the DAGs, and the folder for a pod of each run: what the schedule starts, and, where the
source has a history, a backfill and a window that somebody asked for.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import yaml
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.sdk import Param
from airflow.sdk.definitions.param import ParamsDict
from kubernetes.client import ApiClient

dags, pods = map(Path, sys.argv[1:])
START = datetime(2026, 11, 22, 5, 7, tzinfo=UTC)
WINDOW = ["--since", "2026-11-22T05:07:00+00:00", "--until", "2026-11-22T06:07:00+00:00"]


def context(run_type, params):
    """The properties of a run that a template may use."""
    return {
        "dag_run": SimpleNamespace(run_type=run_type),
        "data_interval_start": START,
        "data_interval_end": START + timedelta(hours=1),
        "params": params,
    }


def pod(dag, run_type, asked):
    """The pod of a run, rendered and built by the operator itself."""
    task = dag.get_task("run").prepare_for_execution()
    params = ParamsDict({**dag.params.dump(), **asked}, suppress_exception=True).dump()
    task.render_template_fields(context(run_type, params))
    built = ApiClient().sanitize_for_serialization(task.build_pod_request_obj(dry_run=True))
    # The operator writes out what nobody asked for; a rule that says "not there" means this as well.
    says_nothing = {"hostNetwork": False, "initContainers": []}
    built["spec"] = {key: value for key, value in built["spec"].items() if says_nothing.get(key, ...) != value}
    return built


def expect(what, found, expected):
    """A line for each thing that is not as it should be."""
    return [] if found == expected else [f"{what}: {found!r} in place of {expected!r}"]


# It finds what the DAGs share, as the process does that reads them in production.
bag = BundleDagBag(dag_folder=str(dags), bundle_path=dags, bundle_name="dags")
faults = [f"{path}: {error}" for path, error in bag.import_errors.items()]
names = {path.stem for path in (dags / "jobs").iterdir()} - {"kustomization"}
faults += expect("DAGs", set(bag.dags), names)
for name, dag in sorted(bag.dags.items()):
    task = dag.get_task("run")
    faults += expect(f"{name}: a missed run", dag.catchup, False)
    faults += expect(f"{name}: runs at a time", dag.max_active_runs, 1)
    faults += expect(f"{name}: deferred", task.deferrable, True)
    runs = {"scheduled": pod(dag, "scheduled", {})}
    once = runs["scheduled"]["spec"]["containers"][0].get("args", [])
    if "since" in dag.params:
        runs["backfill"] = pod(dag, "backfill", {})
        runs["asked"] = pod(dag, "manual", {"since": "2026-11-01", "until": "2026-11-08"})
        asked = runs["asked"]["spec"]["containers"][0].get("args", [])
        faults += expect(f"{name}: a backfill", runs["backfill"]["spec"]["containers"][0].get("args"), [*once, *WINDOW])
        faults += expect(f"{name}: a window", asked, [*once, "--since", "2026-11-01", "--until", "2026-11-08"])
    else:
        runs["backfill"] = pod(dag, "backfill", {})
        faults += expect(f"{name}: no window", runs["backfill"]["spec"]["containers"][0].get("args", []), once)
    for run, built in runs.items():
        report = {"name": "xcom", "mountPath": "/airflow/xcom"}
        faults += expect(f"{name}: the report", report in built["spec"]["containers"][0]["volumeMounts"], True)
        (pods / f"{name}-{run}.yaml").write_text(yaml.safe_dump(built, sort_keys=False))
print("\n".join(faults))
sys.exit(bool(faults))
