"""Artefacts as bytes: what they keep, and what is refused."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.engine.circuit.arrays import ALL, EITHER, circuit_of, problem_of
from configurator.engine.circuit.artefact import MAGIC, Artefact, from_bytes, to_bytes
from configurator.engine.errors import ArtefactError

MODEL = "a" * 64


def small():
    """One of two leaves, with a third."""
    return circuit_of(3, [EITHER, ALL], [[0, 1], [2, 3]])


def stored(circuit=None):
    return to_bytes(Artefact(MODEL, circuit or small(), "power", 10**30, 1.5))


def sealed(body):
    """Bytes with the right hash, whatever they say."""
    return body + hashlib.sha256(body).digest()


def test_an_artefact_comes_back_as_it_was_stored():
    loaded = from_bytes(stored(), model=MODEL)
    assert (loaded.model, loaded.wide, loaded.variants, loaded.seconds) == (
        MODEL,
        "power",
        10**30,
        1.5,
    )
    assert loaded.circuit.children.tolist() == [0, 1, 2, 3]
    assert to_bytes(loaded) == stored()


@given(st.data())
def test_any_changed_byte_is_noticed(data):
    whole = bytearray(stored())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ArtefactError):
        from_bytes(bytes(whole), model=MODEL)


@given(st.integers(0, len(stored()) - 1))
def test_any_missing_end_is_noticed(length):
    with pytest.raises(ArtefactError):
        from_bytes(stored()[:length], model=MODEL)


def test_the_artefact_of_another_model_is_foreign():
    with pytest.raises(ArtefactError, match="made from model aaaaaaaaaaaa, not from bbbbbbbbbbbb"):
        from_bytes(stored(), model="b" * 64)


def test_bytes_that_are_no_artefact_are_named_so():
    with pytest.raises(ArtefactError, match="not a compiled model"):
        from_bytes(b"PK\x03\x04" + bytes(200), model=MODEL)


def test_an_artefact_of_another_format_says_which():
    with pytest.raises(ArtefactError, match="format 9, not 1"):
        from_bytes(MAGIC[:-1] + b"\x09" + stored()[len(MAGIC) :], model=MODEL)


def test_a_header_that_lies_about_lengths_is_noticed():
    body = stored()[:-32].replace(b'"edges": 4', b'"edges": 3')
    with pytest.raises(ArtefactError, match="not as long"):
        from_bytes(sealed(body), model=MODEL)


def test_a_header_that_is_not_json_is_noticed():
    body = stored()[:-32].replace(b'{"edges"', b'["edges"')
    with pytest.raises(ArtefactError, match="header"):
        from_bytes(sealed(body), model=MODEL)


def test_a_node_that_comes_before_its_children_is_refused():
    circuit = circuit_of(3, [EITHER, ALL], [[0, 4], [2, 3]])
    assert problem_of(circuit) == "a node comes before its children"
    with pytest.raises(ArtefactError, match="before its children"):
        from_bytes(stored(circuit), model=MODEL)


@pytest.mark.parametrize(
    ("kinds", "children"), [([], []), ([EITHER, 7], [[0], [1]]), ([ALL], [[-1]])]
)
def test_arrays_that_no_circuit_has_are_refused(kinds, children):
    assert problem_of(circuit_of(3, kinds, children))
