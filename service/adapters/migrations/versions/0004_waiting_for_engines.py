"""Let steps wait for the engine that they need, and tell deaths from other failures"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("steps", sa.Column("engine", sa.String(40), nullable=True))
    op.add_column("steps", sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("steps", sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("steps", sa.Column("deaths", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("waits", sa.JSON(), nullable=True))
    needs_one = sa.text("engine IS NOT NULL AND state = 'queued'")
    op.create_index(
        "ix_steps_engine", "steps", ["engine"], sqlite_where=needs_one, postgresql_where=needs_one
    )


def downgrade() -> None:
    op.drop_index("ix_steps_engine", table_name="steps")
    op.drop_column("jobs", "waits")
    for name in ("deaths", "doubts", "held", "engine"):
        op.drop_column("steps", name)
