"""What the DAGs of all programs share; the files beside this folder are the DAGs."""

from data_platform.dag import program_dag

__all__ = ["program_dag"]
