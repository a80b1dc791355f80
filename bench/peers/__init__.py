"""The floor and the peers: one job on the same rows, as a good engineer of each ecosystem would write it."""
