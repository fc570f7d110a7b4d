# Made by `cargo xtask generate`.
# To change it, change pipelines/watchdog/Cargo.toml or crates/xtask/src/generate/airflow/templates/dag.py.j2.
"""Tells which pipelines and devices have fallen silent, by their own run reports."""

# Airflow looks at files that name it, and make a DAG.
from data_platform import program_dag

dag = program_dag(
    "watchdog",
    description="Tells which pipelines and devices have fallen silent, by their own run reports.",
    namespace="data-platform",
    schedule="4-59/5 * * * *",
    time_zone="Etc/UTC",
    # One attempt: the program ends itself 60 seconds before.
    attempt_seconds=180,
    retries=2,
    retry_seconds=10,
    # What shares a key takes turns; pools.json makes the pools.
    pool="data-platform",
    has_history=False,
    tags=("data-platform", "job"),
)
