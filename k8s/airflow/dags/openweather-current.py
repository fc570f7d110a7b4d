# Made by `cargo xtask generate`.
# To change it, change pipelines/openweather-current/Cargo.toml or crates/xtask/src/generate/airflow/templates/dag.py.j2.
"""The current weather of one or more places, from OpenWeather."""

# Airflow looks at files that name it, and make a DAG.
from data_platform import program_dag

dag = program_dag(
    "openweather-current",
    description="The current weather of one or more places, from OpenWeather.",
    namespace="data-platform",
    schedule="3-59/10 * * * *",
    time_zone="Etc/UTC",
    # One attempt: the program ends itself 60 seconds before.
    attempt_seconds=180,
    retries=2,
    retry_seconds=10,
    # What shares a key takes turns; pools.json makes the pools.
    pool="openweather",
    has_history=False,
    tags=("data-platform", "job"),
)
