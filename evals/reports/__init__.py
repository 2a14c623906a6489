"""A run as a report: one HTML page for people, Markdown for a pull request, JUnit XML for a build server."""
