"""What pages show besides words: charts, waveforms, codes for a camera."""
