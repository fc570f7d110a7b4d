"""A DAG for each CronJob in the folder `jobs`: the same schedule, the same pod."""

# Airflow reads only files that contain its name and the word DAG.
from airflow.sdk import get_parsing_context
from data_platform import job_dags

for dag in job_dags(only=get_parsing_context().dag_id):
    globals()[dag.dag_id] = dag
