# Made by `cargo xtask generate`.
# To change it, change pipelines/nws-hourly-forecast/Cargo.toml or crates/xtask/src/generate/airflow/templates/dag.py.j2.
"""The weather of the next days, hour by hour, from the National Weather Service."""

# Airflow looks at files that name it, and make a DAG.
from data_platform import program_dag

dag = program_dag(
    "nws-hourly-forecast",
    description="The weather of the next days, hour by hour, from the National Weather Service.",
    namespace="data-platform",
    schedule="27 * * * *",
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
