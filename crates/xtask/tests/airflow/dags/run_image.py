"""Runs the image of a program with Airflow's Docker operator, once for each way in which it can end."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.providers.docker.exceptions import DockerContainerFailedException
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.sdk import DAG

from data_platform.exit_codes import give_up_if_final

CASES = json.loads(Path(os.environ["CASES"]).read_text(encoding="utf-8"))


class ImageOperator(DockerOperator):
    """Notes how each attempt ended, and gives up where the operator of the pods would."""

    def execute(self, context):
        try:
            result = super().execute(context)
        except DockerContainerFailedException:
            exit_code = self.cli.inspect_container(self.container["Id"])["State"]["ExitCode"]
            self.note(exit_code)
            give_up_if_final(exit_code)
            raise
        self.note(0)
        return result

    def note(self, exit_code):
        with Path(os.environ["ATTEMPTS"]).open("a", encoding="utf-8") as file:
            print(self.task_id, exit_code, file=file)


with DAG(dag_id="run_image", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
    for name, environment in CASES.items():
        ImageOperator(
            task_id=name,
            image=os.environ["IMAGE"],
            command="--dry-run",
            environment=environment,
            docker_url=os.environ["DOCKER_HOST"],
            network_mode=os.environ["NETWORK"],
            labels={os.environ["NETWORK"]: ""},
            mount_tmp_dir=False,
            auto_remove="never",
            retries=1,
            retry_delay=timedelta(seconds=0),
        )
