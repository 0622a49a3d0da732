"""When the work can be done: working time, and a queue before each work center. No Django."""

from production.scheduling.dispatch import Center, Operation, Planned, dispatch, need_dates
from production.scheduling.plant import Passage, Plant, Stop, taken_by
from production.scheduling.working_time import NoWorkingTime, Span, WorkingTime

__all__ = [
    "Center",
    "NoWorkingTime",
    "Operation",
    "Passage",
    "Planned",
    "Plant",
    "Span",
    "Stop",
    "WorkingTime",
    "dispatch",
    "need_dates",
    "taken_by",
]
