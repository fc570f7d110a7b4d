"""The DAG of a job: one task, its schedule, its retries, the window of the past that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, CronDataIntervalTimetable, CronTriggerTimetable, Param

from data_platform.cron_job import CronJob, cron_jobs
from data_platform.operator import ProgramOperator

#: Time limit of the wait of a pod for a node and for its image.
STARTUP = timedelta(minutes=2)

#: The wait before the first retry; the second is twice as long. Kubernetes does the same.
RETRY_DELAY = timedelta(seconds=10)

#: A backfill asks for the window of its run, and so does a run that was triggered with one: {"since": …, "until": …}.
WINDOW = [
    "{{ '--since' if params.since or dag_run.run_type == 'backfill' else '' }}",
    "{{ params.since or (data_interval_start.isoformat() if dag_run.run_type == 'backfill' else '') }}",
    "{{ '--until' if params.until or dag_run.run_type == 'backfill' else '' }}",
    "{{ params.until or (data_interval_end.isoformat() if dag_run.run_type == 'backfill' else '') }}",
]

INSTANT = {"type": ["null", "string"], "description": "A time, or a day in UTC, as in 2026-11-22."}


def job_dags(only: str | None = None) -> Iterator[DAG]:
    """The DAGs of all CronJobs, or the one of this name."""
    return map(job_dag, cron_jobs(only))


def job_dag(job: CronJob) -> DAG:
    """Makes the DAG of one CronJob.

    A missed run is not made up for: the next one reads current data. A gap is filled by a backfill, for a program whose
    source has a history: the runs of its schedule are intervals then, and a backfill reads each.
    """
    timetable = CronDataIntervalTimetable if job.has_history else CronTriggerTimetable
    attempt = STARTUP + timedelta(seconds=job.attempt_seconds)
    with DAG(
        dag_id=job.name,
        description=job.description,
        schedule=timetable(job.schedule, timezone=job.time_zone),
        start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo(job.time_zone)),
        catchup=False,
        # Runs that overlap are harmless and pointless, and so are runs that wait for each other for long.
        max_active_runs=1,
        dagrun_timeout=(job.retries + 1) * (attempt + RETRY_DELAY * 2**job.retries),
        params={"since": Param(None, **INSTANT), "until": Param(None, **INSTANT)} if job.has_history else {},
        tags=[job.part_of, job.labels["app.kubernetes.io/component"]],
    ) as dag:
        ProgramOperator(
            task_id="run",
            name=job.name,
            namespace=job.namespace,
            base_container_name=job.container["name"],
            pod_template_dict=job.pod,
            arguments=[*job.container.get("args", []), *(WINDOW if job.has_history else ())],
            # No worker waits while the pod runs.
            deferrable=True,
            poll_interval=5,
            startup_timeout_seconds=int(STARTUP.total_seconds()),
            active_deadline_seconds=job.attempt_seconds,
            execution_timeout=attempt,
            retries=job.retries,
            retry_delay=RETRY_DELAY,
            retry_exponential_backoff=True,
            # A failed pod stays for inspection.
            on_finish_action="delete_succeeded_pod",
            automount_service_account_token=False,
            pool=job.pool,
        )
    return dag
