"""One truth at all doors: the same requests through Flask's route and, many at once, through the served door;
and, for what a signature is worth, Twilio's own SDK."""

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import Client

from gateway import create_app, create_door
from gateway.call_transaction import Kept
from gateway.models import Alert, Base, Call, Heard
from gateway.web.guard import MAX_BODY, Knock
from gateway.web.voice import answer_waiting
from gateway.web.waiting import Waiting
from tests.carriers import FakeCarrier, Pairs, sid
from tests.factories import ACCOUNT, BASE, NEXT_SECRET, SECRET, Gateway, copy_gateway, number, patient
from tests.gateway.web.served import FORM, NORTH, Answer, Recorded, signed, through_door
from tests.postgres import Server

ROUNDS = 14


@dataclass(frozen=True)
class Town:
    """Who can be called, and who calls."""

    dialled: tuple[str, ...]
    delivered: str
    chance: random.Random

    def fields(self, **changes: str) -> Pairs:
        """A genuine call; a field of "-" is left out."""
        caller = number(self.chance.randrange(9000, 9040))
        fields = {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "CallSid": sid(),
            "CallStatus": "ringing",
            "Called": "x",
            "Direction": "inbound",
            "From": caller,
            "To": self.chance.choice(self.dialled),
        }
        return [(name, value) for name, value in (fields | changes).items() if value != "-"]


GENUINE = {
    "new caller": {},
    "withheld": {"From": "anonymous"},
    "placeholder": {"From": "+266696687"},
    "emergency": {"From": "+8610110"},
    "unknown line": {"To": number(7777)},
    "returned": {"SipHeader_X-Court-Gateway": "1"},
    "returned, unknown line": {"SipHeader_X-Court-Gateway": "1", "To": number(7778)},
    "diverted elsewhere": {"ForwardedFrom": number(8888)},
    "diverted by a word": {"ForwardedFrom": "anonymous"},
    "attested": {"StirVerstat": "TN-Validation-Passed-A"},
    "non-ASCII": {"CallerName": "虚构 ✆ ü"},
    "empty values": {"FromCity": "", "FromState": ""},
    "a plus and a percent": {"CallerName": "a+b %zz & c=d"},
    "no caller at all": {"From": "-"},
    "no call id": {"CallSid": "-"},
    "nothing dialled": {"To": "-"},
    "odd caller": {"From": "+86 171"},
    "another account": {"AccountSid": "AC" + "f" * 32},
    "small letters in the call id": {"CallSid": "ca" + "0" * 32},
    "an odd name": {"9lives": "1"},
    "a call id in a name": {"CallerName": f"xCallSidCA{'1' * 32}"},
    "a number in a name": {"CallerName": f"xTo{number(1)}"},
}
"""Signed with the right secret over whatever they say."""


def _of_town(town: Town) -> Iterator[Recorded]:
    """One round of everything that may come."""
    yield from (signed(kind, town.fields(**changes)) for kind, changes in GENUINE.items())
    yield signed("diverted by the delivery", town.fields(ForwardedFrom=town.delivered))
    genuine = town.fields()
    yield from [signed("repeated request", genuine)] * 3
    again = dict(town.fields()) | {"CallSid": dict(genuine)["CallSid"]}
    yield signed("the call id of another", list(again.items()))
    caller = number(town.chance.randrange(9000, 9040))
    yield from (signed("the same pair", town.fields(From=caller, To=town.dialled[0])) for _ in range(3))
    yield signed("next secret", town.fields(), NEXT_SECRET)
    yield signed("another's secret", town.fields(), "other-secret")
    yield signed("no signature", town.fields(), x_twilio_signature="")
    yield signed("odd signature", town.fields(), x_twilio_signature="ü\xff")
    whole = signed("altered", town.fields())
    yield replace(whole, body=whole.body.replace(b"ringing", b"queued"))
    yield replace(whole, kind="cut off", body=whole.body[:-3])
    pairs = town.fields()
    for name in ("To", "CallSid", "From"):
        yield signed(f"{name} twice", [*pairs, (name, dict(pairs)[name])])
        yield signed(f"{name} twice, different", [*pairs, (name, dict(town.fields())[name])])
    yield signed("too long", [*pairs, ("CallerName", "x" * MAX_BODY)])
    yield signed("too many fields", [*pairs, *((f"Field{n}", "1") for n in range(200))])
    yield replace(whole, kind="not UTF-8", body=whole.body + b"&CallerName=%ff")
    yield replace(whole, kind="empty", body=b"")
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", "", FORM.upper()):
        yield signed(f"content type {kind}", town.fields(), content_type=kind)
    yield signed("another charset", town.fields(), content_type=FORM.replace("UTF-8", "latin-1"))
    yield signed("unknown connection", town.fields(), path="/webhooks/south/voice")
    yield signed("a query", town.fields(), path=f"{NORTH}?a=b")
    yield signed("a query that was not signed", town.fields())
    yield from _shifted(town)


def _shifted(town: Town) -> Iterator[Recorded]:
    """The same signed text, cut into other fields."""
    other = sid()
    whole = signed("whole", [*town.fields(), ("CallerName", f"aCallSid{other}")])
    pairs = [*town.fields(), ("CallerName", "a"), ("CallSid", other)]
    yield replace(whole, kind="shifted", body=urlencode(pairs).encode())
    pairs = town.fields()
    moved = [(name + value[:1], value[1:]) if name == "To" else (name, value) for name, value in pairs]
    yield replace(signed("whole", pairs), kind="moved a sign", body=urlencode(moved).encode())


def _town(gateway: Gateway) -> Town:
    """Lines with a notice and one without."""
    lines = [gateway.line() for _ in range(4)]
    for line in lines[:3]:
        gateway.notice(line=line)
    carrier = FakeCarrier.of(gateway)
    assert carrier.voice(gateway.dialled(lines[0])).plays, "now there are keys of the day, for both to share"
    dialled = tuple(gateway.dialled(line) for line in lines)
    return Town(dialled, gateway.delivered(lines[0]), random.Random(7))


@contextmanager
def _twin(gateway: Gateway, directory: Path, server: Callable[[], Server]) -> Iterator[Gateway]:
    """The same gateway once more, over a copy of its database."""
    gateway.runtime.engine.dispose()
    gateway.runtime.calls.dispose()
    if gateway.url.startswith("sqlite"):
        url = f"sqlite:///{shutil.copy(gateway.url.removeprefix('sqlite:///'), directory / 'twin.db')}"
    else:
        url = server().create(template=gateway.url)
    other = copy_gateway(gateway, url, directory / "twin")
    other.runtime = patient(other.runtime)
    other.clock.at = gateway.clock.at
    other.refresh_map()
    yield other
    other.runtime.close()


def _one_by_one(client: Client, requests: Sequence[Recorded]) -> list[Answer]:
    answers = []
    for each in requests:
        headers = {name: value for name, value in each.headers.items() if name != "content-type"}
        kind = each.headers["content-type"]
        response = client.post(each.path, data=each.body, content_type=kind, headers=headers)
        answers.append((response.status_code, response.headers["content-type"], response.data))
    return answers


def _together(gateway: Gateway, requests: Sequence[Recorded]) -> list[Answer]:
    """All in one batch, in the order in which they came."""
    runtime = gateway.runtime
    waiting = []
    for each in requests:
        body = each.body if len(each.body) <= MAX_BODY else None
        slug = each.path.split("/")[2]
        knock = Knock.of(slug, "POST", each.path, each.headers, body, runtime.deadline.until())
        waiting.append(Waiting(knock))
    with Kept(runtime.calls) as kept:
        replies = answer_waiting(runtime, kept, waiting)
    return [(each.status, each.content_type, each.body) for each in replies if each is not None]


def _rows(gateway: Gateway) -> list[list[tuple[object, ...]]]:
    """What was written, without what differs by chance or by the speed of the machine."""

    def read(model: type[Base], *without: str) -> list[tuple[object, ...]]:
        names = [column.key for column in model.__table__.columns if column.key not in without]
        with gateway.read() as session:
            rows = session.scalars(select(model)).all()
            return sorted((tuple(getattr(row, name) for name in names) for row in rows), key=repr)

    alerts = [row for row in read(Alert, "id") if "clock_skew" not in row]
    return [read(Call, "id", "plan_ms"), read(Heard, "at"), alerts]


def _differences(
    requests: Sequence[Recorded], expected: Sequence[Answer], answers: Sequence[Answer]
) -> list[tuple[str, Answer, Answer]]:
    triples = zip(requests, expected, answers, strict=True)
    return [(each.kind, one, other) for each, one, other in triples if one != other]


def _compare(
    gateway: Gateway, twin: Gateway, town: Town, answer: Callable[[Sequence[Recorded]], list[Answer]]
) -> None:
    """Rounds of requests, one by one through the route here and as `answer` does over there."""
    client = create_app(gateway.runtime).test_client()
    wrong: list[tuple[object, ...]] = []
    statuses: set[int] = set()
    for _ in range(ROUNDS):
        requests = list(_of_town(town))
        town.chance.shuffle(requests)
        expected = _one_by_one(client, requests)
        wrong += _differences(requests, expected, answer(requests))
        wrong += [(each.kind, "against the SDK") for each in _against_sdk(requests, expected)]
        statuses |= {status for status, _, _ in expected}
        for each in (gateway, twin):
            each.clock.forward(seconds=5)
    assert wrong == []
    assert statuses == {200, 403}
    assert _rows(twin) == _rows(gateway)


def _against_sdk(requests: Sequence[Recorded], answers: Sequence[Answer]) -> list[Recorded]:
    """What we took for genuine and Twilio's own validator does not."""
    validators = [RequestValidator(secret) for secret in (SECRET, NEXT_SECRET)]
    return [
        each
        for each, (status, _, _) in zip(requests, answers, strict=True)
        if status == 200
        and not any(
            validator.validate(BASE + each.path, _sdk_form(each), each.headers["x-twilio-signature"])
            for validator in validators
        )
    ]


def _sdk_form(each: Recorded) -> MultiDict[str, str]:
    return MultiDict(parse_qsl(each.body.decode(), keep_blank_values=True))


def test_a_batch_is_answered_like_its_calls_one_by_one(
    gateway: Gateway, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    town = _town(gateway)
    with _twin(gateway, tmp_path, lambda: request.getfixturevalue("postgres_server")) as twin:
        _compare(gateway, twin, town, lambda requests: _together(twin, requests))


def test_the_served_door_answers_like_the_route(sqlite_gateway: Gateway, tmp_path: Path) -> None:
    """On SQLite, where one thread takes all calls in their order."""
    town = _town(sqlite_gateway)
    with _twin(sqlite_gateway, tmp_path, lambda: pytest.fail("no server is needed")) as twin:
        door = create_door(twin.runtime)
        _compare(sqlite_gateway, twin, town, lambda requests: through_door(door, requests))
        door.close()
