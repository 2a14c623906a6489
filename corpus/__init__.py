"""First floor: a file becomes a `Document`, a `Document` becomes passages. Knows nothing of questions."""
