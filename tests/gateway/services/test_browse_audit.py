"""The audit record in people's hands: browsed, exported so that a stranger can check it, told to a debtor."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.models import AuditEntry
from gateway.services.alerts import open_alert
from gateway.services.anchor_chains import anchor_chains
from gateway.services.browse_audit import Sought, browse_audit, holds, read_chain_state
from gateway.services.check_chains import check_chains
from gateway.services.export_audit import export_audit
from gateway.services.extract_debtor import extract_debtor
from gateway.services.refusals import NotAllowed, NotFound, NotValid
from gateway.services.transactions import Transactions
from tests.carriers import FakeCarrier
from tests.factories import Gateway, new_case
from tests.gateway.records import actions, change
from tests.gateway.services.crowd import transactions


def _of(gateway: Gateway, who: str) -> Transactions:
    return replace(transactions(gateway), actor=gateway.people[who])


def _found(gateway: Gateway, sought: Sought) -> list[tuple[str, str]]:
    with gateway.work("auditor") as work:
        return [(each.action, each.subject_id) for each in browse_audit(work, sought, None, 50).entries]


def test_the_last_entry_comes_first_page_by_page(gateway: Gateway) -> None:
    gateway.notice()
    seen: list[int] = []
    after: str | None = None
    with gateway.work("auditor") as work:
        while True:
            page = browse_audit(work, Sought(), after, 4)
            seen += [each.sequence for each in page.entries]
            after = page.next
            if after is None:
                break
    assert seen == list(range(len(seen), 0, -1))
    assert len(seen) > 8


def test_entries_are_found_by_kind_subject_person_action_and_day(gateway: Gateway) -> None:
    notice = gateway.notice()
    judge = gateway.people["judge"].user_id
    assert _found(gateway, Sought(subject=notice.id)) == [
        ("approved", notice.id),
        ("submitted", notice.id),
        ("drafted", notice.id),
    ]
    assert _found(gateway, Sought(kind="notice", actor=judge)) == [("approved", notice.id)]
    assert _found(gateway, Sought(kind="notice", action="submitted")) == [("submitted", notice.id)]
    with gateway.work("auditor") as work:
        today = work.today()
    assert len(_found(gateway, Sought(kind="notice", since=today, until=today))) == 3
    assert _found(gateway, Sought(kind="notice", until=today - timedelta(days=1))) == []
    assert _found(gateway, Sought(kind="notice", since=today + timedelta(days=1))) == []


def test_days_are_the_courts(gateway: Gateway) -> None:
    case = gateway.case()
    with gateway.work("auditor") as work:
        before = work.today()
    gateway.clock.forward(days=2)
    later = gateway.case()
    assert ("enrolled", case.id) in _found(gateway, Sought(until=before))
    assert ("enrolled", later.id) not in _found(gateway, Sought(until=before + timedelta(days=1)))
    assert ("enrolled", case.id) not in _found(gateway, Sought(since=before + timedelta(days=1)))


@pytest.mark.parametrize("who", ["clerk", "b_clerk"])
def test_a_clerk_reads_no_chain(sqlite_gateway: Gateway, who: str) -> None:
    with sqlite_gateway.work(who) as work, pytest.raises(NotAllowed):
        browse_audit(work, Sought(), None, 10)


def test_an_operator_reads_the_platforms_chain_and_no_courts(gateway: Gateway) -> None:
    notice = gateway.notice()
    with gateway.work("operator") as work:
        entries = browse_audit(work, Sought(), None, 50).entries
        assert {each.chain for each in entries} == {"platform"}
        assert browse_audit(work, Sought(subject=notice.id), None, 50).entries == ()


@pytest.mark.parametrize("cursor", ["-1", "x", "9" * 19, "١"])
def test_a_cursor_that_no_page_gave_is_refused(sqlite_gateway: Gateway, cursor: str) -> None:
    with sqlite_gateway.work("auditor") as work, pytest.raises(NotValid):
        browse_audit(work, Sought(), cursor, 10)


def test_a_page_tells_when_an_entry_on_it_was_changed(gateway: Gateway) -> None:
    notice = gateway.notice()
    with gateway.work("auditor") as work:
        entries = browse_audit(work, Sought(), None, 50).entries
        assert holds(entries)
        entry_id = next(each.id for each in entries if each.subject_id == notice.id)
    change(gateway, AuditEntry, entry_id, actor=gateway.people["clerk2"].user_id)
    with gateway.work("auditor") as work:
        assert not holds(browse_audit(work, Sought(), None, 50).entries)


def test_the_state_of_a_chain_is_what_the_last_check_found(gateway: Gateway) -> None:
    with gateway.work("auditor") as work:
        assert read_chain_state(work).intact is None
    check_chains(transactions(gateway))
    with gateway.work("auditor") as work:
        state = read_chain_state(work)
        assert (state.intact, state.verified_at) == (True, gateway.clock.now())
        open_alert(work.session, "audit_broken", gateway.court_a, work.now, gateway.court_a)
        assert read_chain_state(work).intact is False


def _checked(lines: Iterator[str]) -> list[dict[str, Any]]:
    """What a stranger does with the file: the recipe of its first line, and the standard library."""
    first, *entries, last = [json.loads(line) for line in lines]
    previous = first["genesis"]
    for number, entry in enumerate(entries, 1):
        members = [entry[name] for name in first["hashed"]]
        text = json.dumps(members, separators=(",", ":"), ensure_ascii=False)
        assert entry["hash"] == hashlib.sha256(text.encode()).hexdigest()
        assert (entry["sequence"], entry["previous_hash"]) == (number, previous)
        previous = entry["hash"]
    assert first["head"] == last["head"]
    assert (last["head"]["sequence"], last["head"]["hash"]) == (len(entries), previous)
    return entries


def test_a_stranger_can_check_an_export(gateway: Gateway) -> None:
    gateway.notice()
    anchor_chains(transactions(gateway))
    lines = list(export_audit(_of(gateway, "auditor")))
    entries = _checked(iter(lines))
    assert {each["chain"] for each in entries} == {gateway.court_a}
    assert (entries[-1]["action"], entries[-1]["actor"]) == ("exported", gateway.people["auditor"].user_id)
    seen = json.loads(lines[-1])["last_seen_by_the_platform"]
    assert seen["hash"] == entries[seen["sequence"] - 1]["hash"]


def test_an_export_with_a_changed_entry_is_found_out(sqlite_gateway: Gateway) -> None:
    sqlite_gateway.notice()
    lines = list(export_audit(_of(sqlite_gateway, "auditor")))
    lines[3] = lines[3].replace('"action":"', '"action":"not_')
    with pytest.raises(AssertionError):
        _checked(iter(lines))


def test_a_clerk_exports_nothing(sqlite_gateway: Gateway) -> None:
    with pytest.raises(NotAllowed):
        next(export_audit(_of(sqlite_gateway, "clerk")))


def test_a_debtor_is_told_of_all_his_cases_lines_notices_and_how_many_calls(gateway: Gateway) -> None:
    first, line = gateway.case(), gateway.line()
    notice = gateway.notice(case=first, line=line)
    stranger = gateway.notice()
    FakeCarrier.of(gateway).voice(gateway.dialled(line))
    with gateway.work("auditor") as work:
        extract = extract_debtor(work, first.id)
    assert [each.case_number for each in extract.cases] == [first.case_number]
    assert extract.subjects["notice"] == (notice.id,)
    assert extract.calls == {line.id: 1}
    told = {(each.action, each.subject) for each in extract.entries}
    assert {("enrolled", first.id), ("approved", notice.id), ("extracted", first.id)} <= told
    assert stranger.id not in {each.subject for each in extract.entries}
    assert extract.complete
    assert "虚构人甲" not in repr(extract)
    assert actions(gateway, first.id)[-1] == "extracted"


def test_the_same_identity_in_two_cases_is_one_debtor(gateway: Gateway) -> None:
    one = gateway.case()
    with gateway.work() as work:
        last = int(one.case_number.removesuffix("号")[-4:])
        debtor = new_case(work.today(), last).debtor
    other = gateway.case(debtor=debtor)
    with gateway.work("auditor") as work:
        assert {each.id for each in extract_debtor(work, one.id).cases} == {one.id, other.id}


@pytest.mark.parametrize("who", ["clerk", "b_judge"])
def test_an_extract_is_for_those_who_read_the_record_of_this_court(sqlite_gateway: Gateway, who: str) -> None:
    case = sqlite_gateway.case()
    with sqlite_gateway.work(who) as work, pytest.raises((NotAllowed, NotFound)):
        extract_debtor(work, case.id)
    assert "extracted" not in actions(sqlite_gateway, case.id)
