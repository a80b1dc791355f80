"""The desk's Chinese: read at start from one catalogue an area, so that nothing has to be compiled."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask_babel import Domain, get_locale

FOLDER = Path(__file__).parents[3] / "translations"
CHINESE = "zh"


class Catalogues(Domain):  # type: ignore[misc]
    """The messages of every area together; English stands in the program itself."""

    def get_translations(self) -> Translations:
        return translations(get_locale().language)


@cache
def translations(language: str) -> Translations:
    """All messages of a language; none for English."""
    whole = Catalog(locale=CHINESE)
    for part in parts(language):
        for message in part:
            if message.id:
                whole.add(message.id, message.string, context=message.context, flags=message.flags)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


def parts(language: str) -> Iterator[Catalog]:
    """The catalogues of a language, area by area."""
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            yield read_po(file, locale=CHINESE)
