"""From an empty court to a notice in force and back to silence, by nothing but the API and the carrier."""

import io
from datetime import timedelta
from typing import Any

from gateway.carrier_box import CarrierBox
from tests.factories import ACCOUNT, BASE, SECRET, number
from tests.gateway.web.api.harness import Api, case_body, line_body, nobody_answers
from tests.prompts.sounds import speech_like_wav


def _created(api: Api, path: str, body: Any) -> dict[str, Any]:
    answer = api.post("clerk", path, body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    shown: dict[str, Any] = answer.get_json()
    assert answer.headers["Location"] == f"/api/v1{path}/{shown['id']}"
    return shown


def _done(api: Api, who: str, path: str, body: Any) -> dict[str, Any]:
    answer = api.post(who, path, body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    shown: dict[str, Any] = answer.get_json()
    return shown
