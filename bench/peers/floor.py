"""The floor: a Flask route that answers a fixed document."""

from flask import Flask, Response

app = Flask("floor")


@app.post("/webhooks/<slug>/voice")
def voice(slug: str) -> Response:
    return Response(f"<Response><Hangup/><!-- {slug} --></Response>", content_type="text/xml; charset=utf-8")
