import time
from math import inf
from threading import Thread
from uuid import UUID, uuid4

from painmap.domain.ids import made_at, new_id


def test_ids_sort_in_the_order_in_which_they_were_made() -> None:
    made = [new_id() for _ in range(5000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_is_a_uuid_of_version_7() -> None:
    made = new_id()

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


def test_threads_never_share_an_id() -> None:
    made: list[UUID] = []
    threads = [Thread(target=lambda: made.extend(new_id() for _ in range(500))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(made)) == 2000


def test_an_id_tells_when_it_was_made_and_one_of_another_kind_does_not() -> None:
    before = time.time()

    made = made_at(new_id())

    assert before - 0.001 <= made <= time.time()
    assert made_at(uuid4()) == inf
