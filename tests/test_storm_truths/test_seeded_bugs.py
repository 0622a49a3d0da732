"""The seeded bugs still fit the product: what they replace exists, and is really replaced."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from tests.storm.bugs import BUGS
from tests.storm.bugs.replacing import NothingToReplace, replace, right_one, set_constant
from tests.storm.truths import TRUTHS

# In a process of its own, because a patch is never taken back; and each bug in a fork of that.
PLANT_EACH = """
import json, os, sys
import django
django.setup()
from tests.storm.bugs import BUGS, asking, making, paying, records, replacing, telling
touched = []
def noting(function):
    def note(target, *arguments, **options):
        before = replacing.right_one(target)
        function(target, *arguments, **options)
        if replacing.right_one(target) is not before:
            touched.append(target)
    return note
for module in (asking, making, paying, records, telling):
    module.replace = noting(replacing.replace)
telling.set_constant = noting(replacing.set_constant)
for name, bug in BUGS.items():
    sys.stdout.flush()
    if os.fork() == 0:
        try:
            bug.patch()
        except Exception as error:
            touched, name = [], f"{name}: {error!r}"
        print(json.dumps({"name": name, "touched": touched}))
        sys.stdout.flush()
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def planted() -> dict[str, list[str]]:
    """What each bug replaced."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", PLANT_EACH],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = {line["name"]: line["touched"] for line in lines}
    assert set(found) == set(BUGS)
    return found


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_replaces_something_that_the_product_has(planted, name):
    assert planted[name]


def test_a_shop_with_a_bug_is_a_matter_of_settings():
    """As the storm starts its processes."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.storm.bugs.settings",
        "STORM_BUG": "mail_is_sent_twice",
    }
    program = (
        "import django; django.setup(); from config.outbox.sources import all_sources; "
        "print([one.perform.__module__ for one in all_sources() if 'mail' in one.label])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.strip() == "['tests.storm.bugs.records']"


def test_a_bug_names_invariants_that_are_checked():
    known = {truth.invariant for truth in TRUTHS}
    assert len(BUGS) >= 12
    for bug in BUGS.values():
        assert bug.catches, bug.name
        assert set(bug.catches) <= known, bug.name
        assert bug.sentence.endswith("."), bug.name


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, bug in BUGS.items() if bug.sql])
def test_the_constraint_that_a_bug_drops_exists(name):
    with connection.cursor() as cursor:
        for statement in BUGS[name].sql:
            cursor.execute(statement)  # rolled back with the test


def test_a_function_that_is_gone_is_told():
    with pytest.raises(NothingToReplace):
        right_one("shop.services.payments:no_such_function")
    with pytest.raises(NothingToReplace):
        right_one("shop.no_such_module:anything")
    with pytest.raises(NothingToReplace):
        replace("config.outbox.relay:WINDOW", lambda right: right)
    with pytest.raises(NothingToReplace):
        set_constant("config.outbox.relay:WINDOW", "many")


def test_the_product_knows_nothing_of_the_bugs():
    found = subprocess.run(
        ["grep", "-rlE", "STORM_BUG|tests[.]storm[.]bugs", "config", "shop", "production",
         "suppliers", "configurator", "--include=*.py"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout == ""


FOREIGN = """
import sys, tests.storm.truths
of_ours = ("django", "config", "configurator", "shop", "production", "suppliers")
print([name for name in sys.modules if name.partition(".")[0] in of_ours])
"""


def test_psycopg_is_all_that_the_truths_need():
    """They judge from outside: no Django, no part of the product."""
    done = subprocess.run(
        [sys.executable, "-c", FOREIGN], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr
