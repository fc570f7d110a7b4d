"""The code behind the DAGs of all programs."""

from data_platform.dag import job_dags

__all__ = ["job_dags"]
