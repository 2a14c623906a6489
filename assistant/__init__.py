"""Third floor: a question becomes an `Answer`; the page, the HTTP API and the command line that serve it."""
