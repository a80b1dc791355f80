"""`python -m gateway.cli`: how the gateway starts its own processes."""

from gateway.cli import main

main()
