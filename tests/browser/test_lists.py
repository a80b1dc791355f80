"""Work list, lists, search, dashboard, alerts, the record and settings before Chromium."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from gateway.database import writing
from gateway.models import CallTally
from gateway.services.alerts import open_alert
from gateway.services.change_connection import move_connection
from gateway.services.record_objection import NewObjection, record_objection
from gateway.services.tally_calls import tally_calls
from gateway.services.tally_notices import tally_notices
from gateway.sight import EVERY_COURT
from tests.browser.stage import Stage, look, picture, staged
from tests.carriers import FakeCarrier, sid
from tests.factories import BASE, patient
from tests.gateway.services.crowd import transactions

pytestmark = pytest.mark.browser

PAGES = {
    "work-list": ("judge", "/desk", "Work list", "待办事项"),
    "work-list-clerk": ("clerk", "/desk?section=objections", "Work list", "待办事项"),
    "notices": ("clerk", "/desk/notices", "Notices", "提示音"),
    "cases": ("clerk", "/desk/cases?state=open", "Cases", "案件"),
    "lines": ("clerk", "/desk/lines", "Lines", "线路"),
    "objections": ("clerk", "/desk/objections", "Objections", "异议"),
    "calls": ("auditor", "/desk/calls", "Calls", "通话"),
    "search": ("clerk", "/desk/search?case_number=(2026)", "Search", "查询"),
    "search-number": ("clerk", "/desk/search/number", "Search by number", "按号码查询"),
    "dashboard": ("judge", "/desk/dashboard", "Dashboard", "总览"),
    "dashboard-operator": ("operator", "/desk/dashboard?span=90", "Dashboard", "总览"),
    "alerts": ("clerk", "/desk/alerts", "Alerts", "告警"),
    "record": ("auditor", "/desk/audit", "Record", "审计记录"),
    "extract": ("auditor", "/desk/audit/debtor", "Extract for a debtor", "被执行人信息摘录"),
    "settings": ("operator", "/desk/settings", "Settings", "设置"),
    "settings-court": ("administrator", "/desk/settings", "Settings", "设置"),
    "refused": ("clerk", "/desk?within=never", "Work list", "待办事项"),
}
"""Name -> who, address, heading in English and Chinese."""


@pytest.fixture(scope="module")
def stage(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A court in which something of everything waits."""
    directory = tmp_path_factory.mktemp("stage")
    with staged(f"sqlite:///{directory / 'gateway.db'}", directory, chromium) as found:
        _busy_day(found)
        yield found


def _busy_day(stage: Stage) -> None:
    gateway = stage.gateway
    line = gateway.line()
    notice = gateway.notice(line=line)
    gateway.notice(state="submitted")
    gateway.notice(state="draft")
    gateway.recording(approved=False)
    _calls(stage, gateway.dialled(line))
    with gateway.work("clerk") as work:
        record_objection(work, NewObjection("removal", "已履行", notice=notice.id))
    with writing(gateway.runtime.engine, EVERY_COURT) as session:
        open_alert(session, "loop", line.id, gateway.clock.now(), gateway.court_a)
        open_alert(session, "unknown_line", "north", gateway.clock.now())
    tally_calls(transactions(gateway))
    tally_notices(transactions(gateway))


def _calls(stage: Stage, dialled: str) -> None:
    """Some today, through signed webhooks; and counts of the days before."""
    gateway = stage.gateway
    with gateway.work("operator") as work:
        move_connection(work, "north", BASE)
    gateway.refresh_map()
    carrier = FakeCarrier.of(replace(gateway, runtime=patient(gateway.runtime)))
    for last, outcome in enumerate(("completed", "completed", "busy", "failed", "completed"), 1):
        call = sid()
        assert carrier.voice(dialled, f"+86171000070{last:02d}", call=call).plays
        carrier.dialled(dialled, call, outcome)
    tally_calls(transactions(gateway))
    with gateway.work("operator") as work:
        move_connection(work, "north", stage.base)
        today = work.session.query(CallTally).one()
        like = {column.key: getattr(today, column.key) for column in CallTally.__table__.columns}
        for days in range(1, 29):
            counts = {"calls": 9 + days % 5, "played": 9, "heard": 7 - days % 4, "connected": 7 + days % 5}
            day = {"day": today.day - timedelta(days=days), "plan_ms": f'{{"{days % 3 + 4}": 9}}'}
            work.session.add(CallTally(**(like | counts | day | {"busy": 1, "failed": 1, "skipped": 1})))
    gateway.refresh_map()


@pytest.mark.parametrize(("language", "width"), [("zh", "phone"), ("en", "desktop")])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible_and_fits_the_screen(
    stage: Stage, name: str, language: str, width: str
) -> None:
    who, address, english, chinese = PAGES[name]
    page = stage.person(who, language, width)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(address)
    heading = chinese if language == "zh" else english
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    look(page, f"lists-{name}-{language}-{width}")
    if name == "dashboard":
        picture(page, "dashboard")
    assert [each for each in errors if "422" not in each] == []
    page.context.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_judge_goes_from_what_waits_to_a_narrower_list(stage: Stage, javascript: bool) -> None:
    page = stage.person("judge", javascript=javascript)
    page.goto("/desk")
    page.get_by_role("navigation", name="Parts of the work list").get_by_role(
        "link", name="Recordings to approve"
    ).click()
    expect(page.get_by_role("heading", level=2, name="Recordings to approve")).to_be_visible()
    page.get_by_label("Due").select_option("7")
    page.get_by_role("button", name="Show").click()
    assert "section=recordings_to_approve" in page.url
    assert "within=7" in page.url
    expect(page.get_by_label("Due")).to_have_value("7")
    page.get_by_role("link", name="Clear the filters").click()
    assert "within" not in page.url
    page.context.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_clerk_searches_for_a_case_and_for_a_number(stage: Stage, javascript: bool) -> None:
    gateway = stage.gateway
    case, line = gateway.case(), gateway.line()
    page = stage.person("clerk", "zh", "phone", javascript=javascript)
    page.goto("/desk/search")
    page.get_by_role("textbox", name="案号").fill(case.case_number.replace("(", "（").replace(")", "）"))
    page.get_by_role("button", name="按案号查询").click()
    expect(page.get_by_role("link", name=case.case_number)).to_be_visible()
    page.get_by_role("textbox", name="电话号码").fill(gateway.dialled(line))
    page.get_by_role("button", name="按号码查询").click()
    expect(page.get_by_role("link", name="线路 …")).to_have_attribute("href", f"/desk/lines/{line.id}")
    assert gateway.dialled(line) not in page.url
    expect(page.get_by_role("textbox", name="电话号码")).to_have_value("")
    page.context.close()


def test_the_dashboard_refreshes_itself_and_can_be_stopped(stage: Stage) -> None:
    page = stage.person("judge")
    page.clock.install()
    page.goto("/desk/dashboard")
    expect(page.locator("svg.desk-chart")).to_have_count(3)
    with page.expect_response(lambda answer: "/desk/dashboard" in answer.url) as answer:
        page.clock.run_for(61_000)
    assert answer.value.status == 200
    expect(page.locator("svg.desk-chart")).to_have_count(3)
    page.get_by_role("link", name="Stop refreshing").click()
    expect(page.get_by_text("The page no longer refreshes itself.")).to_be_visible()
    assert page.locator("script[src*=refresh]").count() == 0
    page.context.close()


def test_the_dashboard_says_its_numbers_in_a_table(stage: Stage) -> None:
    page = stage.person("judge", "en", "phone")
    page.goto("/desk/dashboard")
    page.get_by_text("Days, as a table").click()
    expect(page.get_by_role("table", name="Calls by day")).to_be_visible()
    page.get_by_text("Notices by state, as a table").click()
    look(page)
    page.context.close()


def test_an_alert_is_taken_and_closed(stage: Stage) -> None:
    page = stage.person("clerk2", javascript=False)
    page.goto("/desk/alerts")
    page.get_by_role("link", name="A call came back to us and was ended.").click()
    page.get_by_role("button", name="I am at it").click()
    expect(page.get_by_text("Others can see that somebody is at it.")).to_be_visible()
    page.get_by_role("button", name="Close the alert").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Reason").fill("The carrier has changed its route.")
    page.get_by_role("button", name="Close the alert").click()
    expect(page.get_by_text("The alert is closed.")).to_be_visible()
    page.context.close()


def test_the_record_is_downloaded_and_an_extract_is_made(stage: Stage) -> None:
    page = stage.person("auditor")
    page.goto("/desk/audit")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the whole record").click()
    lines = download.value.path().read_text().splitlines()
    assert '"how"' in lines[0]
    assert len(lines) > 10
    case = stage.gateway.case()
    page.get_by_role("link", name="Extract for a debtor").click()
    page.get_by_label("Case number").fill(case.case_number)
    page.get_by_role("button", name="Make the extract").click()
    expect(page.get_by_role("heading", name=case.case_number)).to_be_visible()
    look(page, "lists-extract-made")
    page.context.close()
