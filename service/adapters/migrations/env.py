"""Alembic's entry: it runs on the connection it is handed, in the transaction that is open there."""

from alembic import context

from service.adapters.record_tables import Row

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=False,
)
context.run_migrations()
