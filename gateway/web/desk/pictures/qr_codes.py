"""The picture from which a telephone reads the secret of a person's authenticator program."""

import segno
from markupsafe import Markup

from gateway.services.use_codes import address_for_telephone


def secret_picture(username: str, secret: str) -> Markup:
    """A QR code as SVG within the page, so that the secret is in no address and in no file."""
    code = segno.make(address_for_telephone(username, secret), error="m", micro=False)
    return Markup(code.svg_inline(scale=5, border=4, light="#fff", omitsize=True, svgclass="desk-qr"))


def in_groups(secret: str) -> str:
    """The secret in groups of four, for typing."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
