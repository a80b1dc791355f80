"""The audio library: uploads become telephone recordings, wording is linted, recordings are kept whole.

It knows nothing of courts, calls or databases. Units throughout: samples are floats with full scale at
1.0, levels are dBFS, loudness is LUFS (ITU-R BS.1770-4), lengths are milliseconds.
"""
