"""The DAG of a program: one task, when it runs, how often it is repeated, which window of the past it reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, CronDataIntervalTimetable, CronTriggerTimetable, Param

from data_platform.operator import ProgramOperator

PODS = Path(__file__).parent.parent / "pods"

#: How long a pod may wait for a node and for its image.
STARTUP = timedelta(minutes=2)

#: A backfill asks for the window of its run, and so does a run that was triggered with one: {"since": …, "until": …}.
WINDOW = [
    "{{ '--since' if params.since or dag_run.run_type == 'backfill' else '' }}",
    "{{ params.since or (data_interval_start.isoformat() if dag_run.run_type == 'backfill' else '') }}",
    "{{ '--until' if params.until or dag_run.run_type == 'backfill' else '' }}",
    "{{ params.until or (data_interval_end.isoformat() if dag_run.run_type == 'backfill' else '') }}",
]

INSTANT = {"type": ["null", "string"], "description": "A time, or a day in UTC, as in 2026-11-22."}


def program_dag(
    name: str,
    *,
    description: str,
    namespace: str,
    schedule: str,
    time_zone: str,
    attempt_seconds: int,
    retries: int,
    retry_seconds: int,
    pool: str,
    arguments: tuple[str, ...] = (),
    has_history: bool = False,
    tags: tuple[str, ...] = (),
) -> DAG:
    """Makes the DAG of the program `name`, whose pod is `pods/<name>.yaml`.

    A run that was missed is not made up for: the next one reads what is current. A gap is filled by a backfill, for a
    program whose source has a history: the runs of its schedule are intervals then, and a backfill reads each.
    """
    timetable = CronDataIntervalTimetable if has_history else CronTriggerTimetable
    attempt = STARTUP + timedelta(seconds=attempt_seconds)
    with DAG(
        dag_id=name,
        description=description,
        schedule=timetable(schedule, timezone=time_zone),
        start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo(time_zone)),
        catchup=False,
        # Runs that overlap are harmless and pointless, and so are runs that wait for each other for long.
        max_active_runs=1,
        dagrun_timeout=(retries + 1) * (attempt + timedelta(seconds=retry_seconds * 2**retries)),
        params={"since": Param(None, **INSTANT), "until": Param(None, **INSTANT)} if has_history else {},
        tags=list(tags),
    ) as dag:
        ProgramOperator(
            task_id="run",
            name=name,
            namespace=namespace,
            base_container_name=name,
            pod_template_file=str(PODS / f"{name}.yaml"),
            arguments=[*arguments, *(WINDOW if has_history else ())],
            # No worker waits while the pod runs.
            deferrable=True,
            poll_interval=5,
            startup_timeout_seconds=int(STARTUP.total_seconds()),
            active_deadline_seconds=attempt_seconds,
            execution_timeout=attempt,
            retries=retries,
            retry_delay=timedelta(seconds=retry_seconds),
            retry_exponential_backoff=True,
            # One that failed stays to be looked at.
            on_finish_action="delete_succeeded_pod",
            automount_service_account_token=False,
            pool=pool,
        )
    return dag
