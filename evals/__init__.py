"""Fourth floor: cases, metrics, runs and reports. Imported by no other floor."""
