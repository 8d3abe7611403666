"""The list of a bucket: whatever comes is a page or refused, and what stands in it is read."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.samples.errors import SamplesError
from painmap.samples.listing import Listed, page_of
from tests.support.s3 import listing

FOLDER = "f"


def entry(key: str, size: object = 5, etag: str = "") -> str:
    return f"<Contents><Key>{key}</Key><Size>{size}</Size><ETag>{etag}</ETag></Contents>"


def test_names_sizes_and_checksums_are_read() -> None:
    md5 = "0123456789abcdef0123456789ABCDEF"
    page = page_of(listing([entry("f/"), entry("f/a.dcm", 7, f'"{md5}"')], token="t"), FOLDER)

    assert page.objects == (Listed("a.dcm", 7, md5.lower()),)
    assert page.next_token == "t"


@pytest.mark.parametrize("etag", ["", '"0123456789abcdef0123456789abcdef-3"', "W/x"])
def test_a_tag_that_is_no_checksum_is_none(etag: str) -> None:
    (found,) = page_of(listing([entry("f/a.dcm", 7, etag)]), FOLDER).objects

    assert found.md5 == ""


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_a_page_or_refused(content: bytes) -> None:
    with suppress(SamplesError):
        page_of(content, FOLDER)


@given(st.text(max_size=30))
def test_a_name_is_plain_or_refused(name: str) -> None:
    content = listing([entry(f"f/{name}")])
    try:
        page = page_of(content, FOLDER)
    except SamplesError:
        return
    for found in page.objects:
        assert not set(found.name) & set('/\\:*?"<>|')
        assert found.name.strip(".")
        assert not found.name.startswith(".")
