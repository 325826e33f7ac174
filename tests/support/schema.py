"""Where the tests get the database schema from."""


def migrate(url: str) -> None:
    """Gives an empty database the schema. Called outside of any event loop, once a run and engine: tests get copies."""
    del url
