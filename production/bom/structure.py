"""What uses what: cycles and levels over the parts of many bills."""

from collections.abc import Collection, Mapping

type Uses = Mapping[str, Collection[str]]  # part number → the parts that its bill may take


def find_cycle(uses: Uses) -> tuple[str, ...]:
    """A part that needs itself, as the way from it back to it; empty where there is none."""
    done: set[str] = set()
    for start in sorted(uses):
        path: list[str] = []
        waiting = [[start]]
        while waiting:
            if not waiting[-1]:
                waiting.pop()
                if path:
                    done.add(path.pop())
                continue
            part = waiting[-1].pop()
            if part in path:
                return (*path[path.index(part) :], part)
            if part not in done:
                path.append(part)
                waiting.append(sorted(uses.get(part, ())))
    return ()


def low_level_codes(uses: Uses) -> dict[str, int]:
    """The deepest level on which each part is used; 0: by nothing. There must be no cycle."""
    users: dict[str, int] = dict.fromkeys(uses, 0)
    for parts in uses.values():
        for part in set(parts):
            users[part] = users.get(part, 0) + 1
    levels = dict.fromkeys(users, 0)
    ready = [part for part, count in users.items() if not count]
    while ready:
        part = ready.pop()
        for below in set(uses.get(part, ())):
            levels[below] = max(levels[below], levels[part] + 1)
            users[below] -= 1
            if not users[below]:
                ready.append(below)
    return levels
