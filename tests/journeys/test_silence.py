"""How a notice falls silent at the desk, and what becomes of its line: each story with its calls.

How a rejected objection lets the notice speak again is told in tests/gateway/web/api/test_journey.py;
the close of a case in test_desk_story.py.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway.clock import SystemClock
from gateway.jurisdictions import facts
from gateway.models import PhoneLine
from gateway.services.expire_notices import expire_notices
from prompts.store import SILENCE
from tests.carriers import Answer, FakeCarrier
from tests.factories import new_case, open_gateway, patient
from tests.gateway.services.crowd import transactions
from tests.gateway.web.desk.people import Office, errors

TERM = 24


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A desk at which the clerk has signed in already, at the time of the database."""
    gateway = open_gateway(f"sqlite:///{tmp_path / 'gateway.db'}", tmp_path / "data")
    gateway.runtime = patient(gateway.runtime)
    found = Office.of(gateway)
    found.person("clerk")
    gateway.clock.at = SystemClock().now()
    yield found
    gateway.runtime.close()


@pytest.fixture
def carrier(office: Office) -> FakeCarrier:
    return FakeCarrier.of(office.gateway)


def _call(office: Office, carrier: FakeCarrier, line: PhoneLine) -> Answer:
    """A call by somebody new, which is connected whatever is heard."""
    answer = carrier.voice(office.gateway.dialled(line))
    assert (answer.status, answer.dials) == (200, office.gateway.delivered(line))
    return answer


def test_a_wrong_number_is_silent_at_once_and_in_the_end_nobodys(
    office: Office, carrier: FakeCarrier
) -> None:
    """The new holder of a number says so; it is found to be true, and the carrier takes the number back."""
    line, clerk = office.gateway.line(), office.person("clerk")
    notice = office.gateway.notice(line=line)
    assert _call(office, carrier, line).plays
    said = {"kind": "wrong_number", "reason": "我不认识此人，号码是上个月新办的"}
    objection = clerk.post(f"/desk/notices/{notice.id}/object", said).headers["Location"]
    assert not _call(office, carrier, line).plays
    assert errors(clerk.post(f"/desk/lines/{line.id}/release", {"reference": "拆机确认函"})) == [
        "End the line&#39;s notices first."
    ]
    assert clerk.post(f"{objection}/uphold", {"reason": "运营商确认机主已变更"}).status_code == 303
    assert not _call(office, carrier, line).plays
    assert "Ended" in clerk.page(f"/desk/notices/{notice.id}")
    assert clerk.post(f"/desk/lines/{line.id}/release", {"reference": "拆机确认函"}).status_code == 303
    office.gateway.refresh_map()
    unknown = carrier.voice(office.gateway.dialled(line))
    assert (unknown.plays, unknown.dials, unknown.hangs_up) == ((), None, True)


def test_a_withdrawn_recording_silences_every_notice_that_used_it(
    office: Office, carrier: FakeCarrier
) -> None:
    withdrawn, kept = office.gateway.recording(), office.gateway.recording()
    lines = [office.gateway.line() for _ in range(3)]
    for line, recording in zip(lines, (withdrawn, withdrawn, kept), strict=True):
        office.gateway.notice(line=line, recording=recording)
    answers = [_call(office, carrier, line) for line in lines]
    assert [len(each.plays) for each in answers] == [1, 1, 1]
    clerk = office.person("clerk")
    assert "2 notices" in clerk.page(f"/prompts/{withdrawn.id}/withdraw")
    assert clerk.post(f"/prompts/{withdrawn.id}/withdraw", {"reason": "措辞有误"}).status_code == 303
    assert [len(_call(office, carrier, line).plays) for line in lines] == [0, 0, 1]
    fetched = [carrier.client.get(urlsplit(each.plays[0]).path) for each in answers]
    assert [each.status_code for each in fetched] == [200, 200, 200]
    assert [each.data for each in fetched[:2]] == [SILENCE, SILENCE], "a call that was already under way"
    assert fetched[2].data == office.gateway.runtime.recordings.read(kept.sha256)


def test_a_term_ends_on_its_day_whether_anybody_looks_or_not(office: Office, carrier: FakeCarrier) -> None:
    """The listing of this debtor ends in two days: until then callers hear of it, and never again."""
    gateway = office.gateway
    with gateway.work() as work:
        today = work.today()
    line, case = gateway.line(), gateway.case(decision=_listed_until(today + timedelta(days=2), today))
    notice = gateway.notice(line=line, case=case, review_on=None)
    assert _call(office, carrier, line).plays
    gateway.clock.forward(days=1)
    assert _call(office, carrier, line).plays
    gateway.clock.forward(days=2)
    assert not _call(office, carrier, line).plays
    del office.signed_in["clerk"]  # long signed out
    clerk = office.person("clerk")
    assert "Ended" in clerk.page(f"/desk/notices/{notice.id}")
    expire_notices(transactions(gateway))
    assert not _call(office, carrier, line).plays
    assert "the term was over" in clerk.page(f"/desk/notices/{notice.id}")
    assert gateway.notice(line=line).state == "approved", "the line is free for another notice"


def _listed_until(last_day: date, today: date) -> facts.Decision:
    """A decision of two years ago under ground 2, whose term is over after that day."""
    is_leap_day = (last_day.month, last_day.day) == (2, 29)
    made_on = last_day.replace(year=last_day.year - TERM // 12, day=28 if is_leap_day else last_day.day)
    return replace(
        new_case(today, 77).decision,
        grounds=frozenset({2}),
        term_months=TERM,
        art3=None,
        made_on=made_on,
        served_on=made_on + timedelta(days=2),
        warned_on=made_on - timedelta(days=30),
    )
