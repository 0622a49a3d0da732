"""Turn into another program, without root's powers where asked, and never outlive the parent.

Run as a script, standard library only, before the program proper:

    python launch.py [--namespace | --user NAME] [--parent PID --signal NUMBER] -- program arguments

PostgreSQL refuses to run as root. In a user namespace of its own the process keeps its files and
its number, and is merely known there as user 1000: nothing is copied and no owner changes. Where a
container forbids namespaces, ``--user`` drops to an ordinary account instead.
"""

import argparse
import ctypes
import os
import pwd
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>
NAMESPACE_ID = 1000  # any number but 0 will do: PostgreSQL only asks whether it is root


def enter_user_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")  # the kernel wants this before a group map
    Path("/proc/self/uid_map").write_text(f"{NAMESPACE_ID} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{NAMESPACE_ID} {gid} 1")


def become(user: str) -> None:
    account = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def end_with(parent: int, signal_number: int) -> None:
    """Ask Linux for a signal when the parent ends, however it ends. Elsewhere: nothing."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:  # it ended before we asked
        raise SystemExit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--namespace", action="store_true")
    parser.add_argument("--user")
    parser.add_argument("--parent", type=int)
    parser.add_argument("--signal", type=int)
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()
    if options.namespace:
        enter_user_namespace()
    if options.user:
        become(options.user)
    if options.parent:  # last: a change of credentials clears it
        end_with(options.parent, options.signal)
    os.execv(options.program[0], options.program)  # noqa: S606  (our own command line, no shell)


if __name__ == "__main__":
    main()
