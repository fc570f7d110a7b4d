"""Tests how the operator handles the end of a pod, with Airflow's own code around it and no cluster behind it."""

import sys
from unittest.mock import MagicMock, patch

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from kubernetes.client import models as k8s

sys.path.insert(0, sys.argv[1])
from data_platform.operator import ProgramOperator


def pod(exit_code):
    """A pod whose program ended so; without a code it never ran, as where there is no image."""
    terminated = None if exit_code is None else k8s.V1ContainerStateTerminated(exit_code=exit_code)
    container = k8s.V1ContainerStatus(
        name="program",
        image="program",
        image_id="",
        ready=False,
        restart_count=0,
        state=k8s.V1ContainerState(terminated=terminated),
    )
    status = k8s.V1PodStatus(phase="Succeeded" if exit_code == 0 else "Failed", container_statuses=[container])
    return k8s.V1Pod(metadata=k8s.V1ObjectMeta(name="program"), status=status)


def outcome(exit_code):
    operator = ProgramOperator(task_id="run", name="program", base_container_name="program")
    apart = ["is_istio_enabled", "patch_already_checked", "process_pod_deletion", "_read_pod_events"]
    with patch.multiple(ProgramOperator, **{name: MagicMock(return_value=False) for name in apart}):
        try:
            operator.cleanup(pod(exit_code), pod(exit_code))
        except AirflowFailException:
            return "failed for good"
        except AirflowException:
            return "to be repeated"
    return "done"


EXPECTED = {
    0: "done",
    65: "failed for good",
    75: "to be repeated",
    78: "failed for good",
    137: "to be repeated",
    None: "to be repeated",
}
found = {exit_code: outcome(exit_code) for exit_code in EXPECTED}
if found != EXPECTED:
    sys.exit(f"{found} in place of {EXPECTED}")
