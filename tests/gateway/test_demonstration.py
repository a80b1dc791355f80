"""The demonstration's story on a machine that is too busy to decide a call in time."""

from gateway.demonstration.story import first_who_hears


def test_who_is_connected_silently_by_a_busy_machine_is_followed_by_another_caller() -> None:
    called: list[str] = []

    def ring(caller: str) -> str:
        called.append(caller)
        return "connected, heard the notice" if len(called) == 3 else "connected, silent"

    assert first_who_hears(ring) == (called[2], "connected, heard the notice")
    assert len(set(called)) == 3


def test_a_notice_that_nobody_hears_is_told_as_what_it_is() -> None:
    called: list[str] = []

    def ring(caller: str) -> str:
        called.append(caller)
        return "connected, silent"

    assert first_who_hears(ring) == (called[-1], "connected, silent")
    assert len(set(called)) == 10
