"""A judge sees what is in an import, and hears rows that nobody could choose for him."""

import pytest

from gateway.services.refusals import NotAllowed, NotFound
from gateway.services.sample_import import contents_of_import, sample_of_import
from tests.factories import Gateway
from tests.gateway.import_files import Desk


@pytest.fixture
def desk(gateway: Gateway) -> Desk:
    return Desk.of(gateway)


def test_the_sample_is_the_same_each_time_and_shows_what_the_judge_answers_for(desk: Desk) -> None:
    batch = desk.stage(*desk.rows(40))
    with desk.gateway.work("judge") as work:
        sample = sample_of_import(work, batch.id)
        assert [each.notice.id for each in sample] == [
            each.notice.id for each in sample_of_import(work, batch.id)
        ]
    assert len(sample) == 8
    one = sample[0]
    last = one.case_number.removeprefix("(2026)川1302执").removesuffix("号")
    assert (one.debtor_name, one.public_number) == (f"虚构人{last}", f"…{int(last):02d}"[-3:])
    assert [each.sha256 for each in one.recordings] == [desk.recording.sha256]


def test_another_file_gives_another_sample(desk: Desk) -> None:
    """The same rows under another hash of the file: which ones are shown does not follow their order."""
    chosen = set()
    for start in range(0, 90, 30):
        batch = desk.stage(*[desk.row(last) for last in range(start, start + 30)])
        with desk.gateway.work("judge") as work:
            sample = sample_of_import(work, batch.id, 5)
        numbers = [int(each.case_number.removeprefix("(2026)川1302执").removesuffix("号")) for each in sample]
        chosen.add(tuple(sorted(number - start for number in numbers)))
    assert len(chosen) > 1


def test_the_contents_are_counted(desk: Desk) -> None:
    rows = desk.rows(5)
    rows[0] |= {"grounds": "2;3", "term_months": "24", "review_on": ""}
    batch = desk.stage(*rows)
    with desk.gateway.work("judge") as work:
        contents = contents_of_import(work, batch.id)
    assert contents.states == (("submitted", 5),)
    assert contents.grounds == (("1", 4), ("2", 1), ("3", 1))
    assert contents.terms == ((None, 4), (24, 1))
    assert contents.classes == (("mobile", 5),)
    assert [(each.sha256, rows) for each, rows in contents.recordings] == [(desk.recording.sha256, 5)]


def test_another_court_finds_nothing_and_an_auditor_sees_no_names(desk: Desk) -> None:
    batch = desk.stage(desk.row(1))
    with desk.gateway.work("b_judge") as work, pytest.raises(NotFound):
        sample_of_import(work, batch.id)
    with desk.gateway.work("auditor") as work:
        assert contents_of_import(work, batch.id).states == (("submitted", 1),)
        with pytest.raises(NotAllowed):
            sample_of_import(work, batch.id)
