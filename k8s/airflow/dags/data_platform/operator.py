"""A program as a task: one pod, its run report as XCom, its exit code understood."""

from __future__ import annotations

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.utils.xcom_sidecar import PodDefaults
from airflow.sdk.exceptions import AirflowException, AirflowSkipException
from kubernetes.client import models as k8s

from data_platform.exit_codes import give_up_if_final

#: The least that a container needs; a namespace with the policy "restricted" takes no other.
RESTRICTED = k8s.V1SecurityContext(
    allow_privilege_escalation=False,
    capabilities=k8s.V1Capabilities(drop=["ALL"]),
    read_only_root_filesystem=True,
)


class ProgramOperator(KubernetesPodOperator):
    """Runs a program in the pod of its template.

    Exit 75 is repeated as `retries` says, and so is a pod that died. Exits 65 and 78 are not: the task fails at once.
    No exit code means "skip", since a run that finds nothing new is a good one: it exits 0.
    """

    def __init__(self, **kwargs) -> None:
        # Programs write their report where Airflow looks for it; the container beside them, which has a shell, keeps it
        # until Airflow has read it.
        super().__init__(
            do_xcom_push=True,
            xcom_sidecar_container_security_context=RESTRICTED,
            **kwargs,
        )

    def build_pod_request_obj(self, *args, **kwargs) -> k8s.V1Pod:
        # A template can make an argument empty, but not leave it out.
        self.arguments = [argument for argument in self.arguments or [] if argument] or None
        pod = super().build_pod_request_obj(*args, **kwargs)
        for container in pod.spec.containers:
            if container.name == PodDefaults.SIDECAR_CONTAINER_NAME:
                container.resources.limits = {"memory": "32Mi"}
        return pod

    def cleanup(self, pod, remote_pod, *args, **kwargs) -> None:
        try:
            super().cleanup(pod, remote_pod, *args, **kwargs)
        except AirflowSkipException:
            raise
        except AirflowException:
            give_up_if_final(exit_code(remote_pod, self.base_container_name))
            raise


def exit_code(pod: k8s.V1Pod | None, container: str) -> int | None:
    """Exit code of the container of a pod; None for one that has not ended."""
    statuses = (pod.status.container_statuses if pod and pod.status else None) or []
    state = next((status.state for status in statuses if status.name == container), None)
    return state.terminated.exit_code if state and state.terminated else None
