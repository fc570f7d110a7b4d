"""Exit codes of programs, and their meaning for Airflow."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowFailException

#: The source's data broke its contract, or a store refused a record.
BROKEN_CONTRACT = 65
#: The source, a store or the network; a later attempt may do better.
TEMPORARY = 75
#: The configuration is wrong.
MISCONFIGURED = 78

#: Exit codes of failures that a retry would only repeat.
FINAL = {
    BROKEN_CONTRACT: "the source's data broke its contract",
    MISCONFIGURED: "the configuration is wrong",
}


def give_up_if_final(exit_code: int | None) -> None:
    """Fails the task for good where a retry cannot help; the log of the program says why."""
    if exit_code in FINAL:
        raise AirflowFailException(f"exit {exit_code}: {FINAL[exit_code]}; a retry would not help")
