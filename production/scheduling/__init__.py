"""When the work can be done: working time, and a queue before each work center. No Django."""

from production.scheduling.dispatch import Center, Operation, Planned, dispatch, need_dates
from production.scheduling.working_time import NoWorkingTime, WorkingTime

__all__ = [
    "Center",
    "NoWorkingTime",
    "Operation",
    "Planned",
    "WorkingTime",
    "dispatch",
    "need_dates",
]
