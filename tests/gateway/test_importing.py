"""Uploaded files are worked on by processes of their own; one that dies is followed by another."""

import pytest

from gateway.importing import Importer, environment_of
from gateway.services.confirm_upload import confirm_upload
from gateway.settings import read_settings
from tests.factories import Gateway
from tests.gateway.import_files import Desk, left
from tests.gateway.uploads import Counter, csv_of


@pytest.fixture
def desk(gateway: Gateway) -> Desk:
    return Desk.of(gateway)


def test_a_process_checks_a_file_and_another_one_writes_it(desk: Desk) -> None:
    counter, importer = Counter(desk.gateway), Importer(desk.gateway.runtime)
    job_id = counter.send(csv_of(*desk.rows(50)), 50)
    assert importer.do_what_is_due()
    assert counter.job(job_id).state == "checked"
    with desk.gateway.work() as work:
        confirm_upload(work, job_id, 50)
    assert importer.do_what_is_due()
    assert counter.job(job_id).state == "submitted"
    assert left(desk.gateway)["notice"] == 50


def test_a_process_that_dies_is_followed_by_another_after_a_pause(sqlite_gateway: Gateway) -> None:
    counter, importer = Counter(sqlite_gateway), Importer(sqlite_gateway.runtime)
    job_id = counter.send(b"x", 1)
    keys = sqlite_gateway.runtime.settings.keys_path
    away = keys.rename(keys.with_suffix(".away"))
    assert not importer.do_what_is_due()
    assert counter.job(job_id).state == "received"
    away.rename(keys)
    assert importer.do_what_is_due()
    assert counter.job(job_id).state == "refused"


def test_another_process_reads_the_same_settings(sqlite_gateway: Gateway) -> None:
    settings = sqlite_gateway.runtime.settings
    assert read_settings(environment_of(settings)) == settings
